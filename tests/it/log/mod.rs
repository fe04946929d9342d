//! The sealed log: order, proofs, checkpoints, and who tries to change it.

mod attacks;
mod copies;
mod ear;
mod follow;
mod hidden;
pub mod kit;
mod many;
mod python;
mod restore;
pub mod seal;
mod served;
mod stream;
mod verify;

//! The sealed log: order, proofs, checkpoints, and who tries to change it.

mod attacks;
mod follow;
mod kit;
mod python;
mod restore;
mod seal;
mod verify;

//! The sealed log: order, proofs, checkpoints.

mod copies;
mod ear;
mod many;
mod seal;
mod served;
mod stream;

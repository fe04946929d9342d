//! The sealed log: order, proofs, checkpoints.

mod many;
mod seal;

//! The sealed log: order, proofs, checkpoints.

pub mod seal;

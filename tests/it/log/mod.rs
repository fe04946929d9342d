//! The sealed log: order, proofs, checkpoints.

mod seal;

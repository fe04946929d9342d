//! The desk.

mod proofs;

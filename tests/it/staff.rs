//! The desk.

mod dual;
mod proofs;

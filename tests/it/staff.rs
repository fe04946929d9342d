//! The desk.

mod accounts;
mod freeze;
mod outbox;
mod proofs;

//! The desk.

mod accounts;
mod freeze;
mod import;
mod outbox;
mod proofs;

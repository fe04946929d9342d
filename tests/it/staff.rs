//! The desk.

mod accounts;
mod freeze;
mod import;
mod outbox;
mod bulk;
mod case_page;
mod cases;
mod live;
mod proofs;
mod queue;
mod search;
mod settings;

//! The desk.

mod bulk;
mod case_page;
mod cases;
mod doors;
mod live;
mod proofs;
mod queue;
mod search;
mod settings;

//! The desk.

mod accounts;
mod bulk;
mod case_page;
mod cases;
mod freeze;
mod import;
mod live;
mod outbox;
mod proofs;
mod queue;
mod search;
mod settings;
mod activity;
mod enrol;
mod invite;
mod login;
mod people;
mod proofs;
mod steps;

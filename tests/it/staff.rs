//! The desk.

mod accounts;
mod activity;
mod bulk;
mod canary;
mod case_page;
mod cases;
mod command;
mod doors;
mod dual;
mod enrol;
mod erase;
mod freeze;
mod import;
mod invite;
mod live;
mod login;
mod matrix;
mod mended;
mod outbox;
mod people;
mod proofs;
mod queue;
mod search;
mod settings;
mod steps;
mod typed;

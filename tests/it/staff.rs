//! The desk.

mod activity;
mod command;
mod enrol;
mod invite;
mod login;
mod people;
mod proofs;
mod steps;

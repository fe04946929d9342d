//! The desk.

mod activity;
mod enrol;
mod invite;
mod login;
mod people;
mod proofs;
mod steps;

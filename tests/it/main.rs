//! Tests of the running house.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

mod cli;
mod cluster;
mod edge;
mod history;
mod mail;
mod races;
mod reset;
mod support;

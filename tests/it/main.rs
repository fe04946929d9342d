//! Tests of the running house.

mod cluster;
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

mod mail;
mod support;
mod edge;

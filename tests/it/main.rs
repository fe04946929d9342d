//! Tests of the running house.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

mod browser;
mod cli;
mod cluster;
mod edge;
mod layers;
mod mail;
mod pages;
mod reset;
mod routes;
mod schema;
mod support;

//! Tests of the running house.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

mod api;
mod attacks;
mod audit;
mod browser;
mod cli;
mod cluster;
mod edge;
mod history;
mod inbound;
mod layers;
mod limits;
mod links;
mod log;
mod mail;
mod pages;
mod quiet;
mod races;
mod reset;
mod routes;
mod schema;
mod sign_in;
mod staff;
mod support;
mod survive;

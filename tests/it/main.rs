//! Tests of the running house.

mod mail;
mod support;

//! Tests of the running house.

mod cluster;

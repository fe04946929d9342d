//! Measurements of the running house.
fn main() {}

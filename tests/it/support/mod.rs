//! What tests of the running house share.

pub mod sink;

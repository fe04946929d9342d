//! The log that proves itself: sealing what was written, and proving it.

pub mod outside;
pub mod prove;
pub mod seal;

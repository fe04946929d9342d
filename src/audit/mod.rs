//! The log that proves itself: sealing what was written, and proving it.

pub mod check;
pub mod export;
pub mod pack;
pub mod prove;
pub mod seal;

//! The log that proves itself: sealing what was written, proving it, verifying and copying it.

pub mod prove;
pub mod seal;
pub mod source;
pub mod verify;

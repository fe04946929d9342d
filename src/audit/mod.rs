//! The log that proves itself: sealing what was written, proving it, verifying and copying it.

pub mod columns;
pub mod copy;
pub mod details;
pub mod export;
pub mod folder;
pub mod follow;
mod growth;
pub mod http;
pub mod outside;
pub mod pack;
pub mod prove;
pub mod remote;
pub mod seal;
pub mod source;
pub mod verify;

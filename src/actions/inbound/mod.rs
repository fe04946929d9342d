//! What mail that comes in causes.

pub mod go_on;
pub mod permit;

//! What auditors read, and the little they leave behind.

pub mod line;
pub mod mark;
pub mod record;
mod resolve;
pub mod sample;
pub mod search;
mod walk;

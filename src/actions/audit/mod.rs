//! What auditors do: reading, which is told in the log, and marks.

pub mod mark;
pub mod read;
pub mod sample;
pub mod search;

//! What auditors do: reading, which is told in the log, and marks.

pub mod case;
pub mod export;
pub mod mark;
pub mod read;
pub mod report;
pub mod sample;
pub mod search;
pub mod verify;

//! What auditors do: reading, which is told in the log, and marks.

pub mod report;

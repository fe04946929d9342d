//! What auditors read, and the little they leave behind.

pub mod case;
pub mod exports;
pub mod job;
pub mod verification;

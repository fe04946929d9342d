//! What auditors read, and the little they leave behind.

pub mod case;
pub mod export_rows;
pub mod exports;
pub mod figures;
pub mod job;
pub mod line;
pub mod mark;
pub mod record;
mod resolve;
pub mod sample;
pub mod search;
pub mod verification;
mod walk;

//! What auditors read, and the little they leave behind.

pub mod figures;

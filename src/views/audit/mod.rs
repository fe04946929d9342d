//! The auditor's rooms.

pub mod chart;
pub mod reports;

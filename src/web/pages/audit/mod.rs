//! The auditor's rooms.

pub mod reports;

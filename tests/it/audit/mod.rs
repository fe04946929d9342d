//! The auditor's rooms.

mod reports;

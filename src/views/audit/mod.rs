//! The auditor's rooms.

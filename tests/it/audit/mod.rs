//! The auditor's rooms.

mod record;
mod review;
mod search;

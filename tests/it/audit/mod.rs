//! The auditor's rooms.

mod case;
mod exports;
mod integrity;
mod record;
pub mod reports;
mod review;
mod search;

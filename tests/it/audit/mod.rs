//! The auditor's rooms.

mod case;
mod exports;
mod integrity;
mod record;
mod reports;
mod review;
mod search;

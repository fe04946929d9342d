//! The auditor's rooms.

mod case;
mod exports;
mod integrity;
mod record;
mod review;
mod search;

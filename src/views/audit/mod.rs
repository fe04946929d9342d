//! The auditor's rooms.

mod around;
pub mod case;
pub mod exports;
pub mod integrity;
pub mod pack;
mod whole;

//! The auditor's rooms.

pub mod case;
pub mod exports;
pub mod integrity;
pub mod pack;

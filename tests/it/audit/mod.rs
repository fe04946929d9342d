//! The auditor's rooms.

mod case;
mod exports;
mod integrity;

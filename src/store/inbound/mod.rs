//! Mail that comes in.

pub mod desk;
pub mod mailbox;
pub mod permission;
pub mod read;
pub mod take;

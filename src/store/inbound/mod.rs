//! Mail that comes in.

pub mod desk;
pub mod mailbox;
pub mod read;
pub mod take;

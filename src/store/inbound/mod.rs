//! Mail that comes in.

pub mod mailbox;
pub mod read;
pub mod take;

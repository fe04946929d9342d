//! SQL of mail that comes in.

pub mod mailbox;
pub mod take;

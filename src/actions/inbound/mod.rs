//! What is done with mail that comes in.

pub mod desk;
pub mod read;
pub mod take;

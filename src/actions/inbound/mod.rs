//! What is done with mail that comes in.

pub mod desk;
pub mod forget;
pub mod go_on;
pub mod permit;
pub mod read;
pub mod take;

//! Mail that comes in.

pub mod read;

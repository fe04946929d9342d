//! What tests stand on.

pub mod browser;
pub mod house;
pub mod letters;
pub mod sink;

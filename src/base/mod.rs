//! Primitives that know nothing of our business.

pub mod catcher;
pub mod clock;
pub mod fault;
pub mod random;

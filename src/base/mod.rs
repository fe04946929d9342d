//! Primitives that know nothing of our business.

pub mod clock;
pub mod fault;
pub mod random;

//! What may be done with mail that came in.

pub mod take;

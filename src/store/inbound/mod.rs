//! Mail that comes in: kept, read, answered, and what it permits.

pub mod permission;

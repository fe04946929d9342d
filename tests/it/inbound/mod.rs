//! Mail that comes in.

mod permit;

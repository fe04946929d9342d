//! Mail that comes in.

mod arrival;
mod permit;
mod reader;
mod verdict;

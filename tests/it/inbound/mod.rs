//! Mail that comes in.

mod arrival;
mod reader;
mod verdict;

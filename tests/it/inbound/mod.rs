//! Mail that comes in.

mod arrival;
mod verdict;

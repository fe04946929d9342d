//! Mail that comes in.

mod verdict;

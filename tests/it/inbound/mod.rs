//! Mail that comes in.

mod answer;
mod arrival;
mod link;
mod list;
mod look;
mod loops;
mod page;
mod permit;
mod place;
mod reader;
mod shift;
mod typed;
mod verdict;

//! Mail that comes in: read within limits, judged, and fetched. Nothing in here writes or decides.

pub mod bounce;
mod claims;
pub mod dns;
pub mod domains;
mod head;
pub mod imap;
pub mod judge;
pub mod likeness;
pub mod read;
pub mod results;
pub mod sample;
mod sender;
mod signed;
mod tags;
mod verdict;

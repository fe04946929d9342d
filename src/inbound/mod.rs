//! Mail that comes in: how it is fetched, read and judged. Nothing here writes.

pub mod imap;

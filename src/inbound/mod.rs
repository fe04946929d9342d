//! Mail that comes in: read within limits, judged, and fetched. Nothing in here writes or decides.

pub mod bounce;
pub mod read;

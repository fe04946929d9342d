//! Mail that came in: how it is kept, read, shown and moved.

pub mod desk;

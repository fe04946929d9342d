//! The API for portals.

mod accounts;
mod claims;
mod document;
mod door;
mod enrol;
mod example;
mod factor;
mod feed;
mod forgotten;
mod fuzzed;
mod ground;
mod keys;
mod matrix;
mod resets;
mod verify;
mod way_back;

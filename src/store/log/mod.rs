//! The sealed log: leaves, tiles and checkpoints, which only grow.

pub mod around;
pub mod copy;
pub mod erased;
pub mod guard;
pub mod heartbeat;
pub mod read;
pub mod seal;
pub mod verify;

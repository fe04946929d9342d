//! What the house survives: its own death, a restart, and the absence or misbehaviour of all it depends on.

mod clocks;
mod killed;
mod postgres;
mod relay;
mod relay_away;
mod slow;
mod stopped;

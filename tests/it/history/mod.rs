//! What is told of everything that happens: one event for each change (quality A4), one line of JSON for each log entry (A5).

mod abort;
mod forever;
mod kinds;
mod lines;
mod once;
mod walk;
mod watch;

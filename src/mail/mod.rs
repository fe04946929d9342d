//! MIME: letters and the way they are sent.

pub mod clean;
pub mod compose;
mod happened;
pub mod house;
pub mod letters;
pub mod message_id;
mod paper;
mod plain;
pub mod sample;
pub mod sender;
mod sheet;
#[cfg(test)]
mod tests;
mod time;

pub use compose::{ComposeFault, Composed, Heading, compose};
pub use house::{Desk, House};
pub use letters::Letter;
pub use message_id::{bounce_address, bounced_letter, letter_of, message_id};
pub use sender::{Accepted, SendFault, Sender};

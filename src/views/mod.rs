//! HTML: pages and their parts.

pub mod clock;
pub mod confirm;
pub mod demo;
pub mod done;
pub mod error;
pub mod help;
pub mod home;
pub mod layout;
pub mod link_problem;
pub mod not_me;
pub mod parts;
pub mod privacy;
pub mod reset;
pub mod samples;
pub mod sent;
pub mod status;

#[cfg(test)]
mod tests;

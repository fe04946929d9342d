//! HTML: pages and their parts.

pub mod account;
pub mod activate;
pub mod audit;
pub mod authenticator;
pub mod cancel;
pub mod clock;
pub mod code;
pub mod compose;
pub mod confirm;
pub mod demo;
pub mod disable;
pub mod done;
pub mod error;
pub mod help;
pub mod home;
pub mod layout;
pub mod link_problem;
pub mod login;
pub mod not_me;
pub mod parts;
pub mod password;
pub mod permit;
pub mod portal_way;
pub mod privacy;
pub mod reset;
pub mod samples;
pub mod sent;
pub mod staff;
pub mod status;
pub mod step;

#[cfg(test)]
mod tests;

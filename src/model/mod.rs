//! The nouns and their pure rules.

pub mod account;
pub mod event;
pub mod delay;
pub mod delivery;
pub mod account_csv;
pub mod letter;
pub mod link;
pub mod refusal;
pub mod request;
pub mod resolve;

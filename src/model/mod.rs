//! The nouns and their pure rules.

pub mod account;
pub mod account_csv;
pub mod activation;
pub mod budget;
pub mod delay;
pub mod delivery;
pub mod dual;
pub mod event;
pub mod letter;
pub mod link;
pub mod proposal;
pub mod refusal;
pub mod request;
pub mod resolve;
pub mod session;
pub mod staff;

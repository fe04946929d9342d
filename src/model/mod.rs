//! The nouns and their pure rules.

pub mod account;
pub mod account_csv;
pub mod activation;
pub mod answer;
pub mod budget;
pub mod canned;
pub mod delay;
pub mod delivery;
pub mod desk;
pub mod dual;
pub mod event;
pub mod freeze;
pub mod hours;
pub mod inbound;
pub mod letter;
pub mod link;
pub mod mailed;
pub mod marks;
pub mod permission;
pub mod proposal;
pub mod refusal;
pub mod request;
pub mod resolve;
pub mod search;
pub mod session;
pub mod staff;
mod words;

//! The nouns and their pure rules.

pub mod account;
pub mod delivery;
pub mod letter;
pub mod refusal;

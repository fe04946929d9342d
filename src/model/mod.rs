//! The nouns and their pure rules.

pub mod account;
pub mod account_csv;
pub mod letter;
pub mod refusal;

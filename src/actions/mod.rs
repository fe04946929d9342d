//! What may be done: one verb is one function, one transaction, one event.

pub mod activate;
pub mod activation_link;
pub mod ask;
pub mod cancel;
pub mod change_password;
pub mod code;
pub mod deliver;
pub mod disable;
pub mod dispute;
pub mod end_session;
pub mod expire;
pub mod export;
pub mod freeze;
pub mod help;
pub mod import;
pub mod lock_account;
pub mod login;
pub mod open;
pub mod purge;
pub mod reissue;
pub mod renew;
pub mod reset;
pub mod resolve;
pub mod search_accounts;
pub mod tend_letter;
pub mod staff;

//! What may be done: one verb is one function, one transaction, one event.

pub mod activate;
pub mod activation_link;
pub mod ask;
pub mod attach;
pub mod cancel;
pub mod cancel_manual;
pub mod change_password;
pub mod code;
pub mod decide;
pub mod deliver;
pub mod disable;
pub mod dispute;
pub mod end_session;
pub mod expire;
pub mod export;
pub mod help;
pub mod import;
pub mod lapse;
pub mod login;
pub mod open;
pub mod propose;
pub mod purge;
pub mod reissue;
pub mod reset;
pub mod resolve;

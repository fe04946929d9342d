//! What may be done: one verb is one function, one transaction, one event.

pub mod ask;
pub mod cancel;
pub mod deliver;
pub mod expire;
pub mod export;
pub mod help;
pub mod import;
pub mod open;
pub mod purge;
pub mod reissue;
pub mod reset;
pub mod resolve;

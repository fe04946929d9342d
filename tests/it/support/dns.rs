//! The name server that tests ask.

pub use pulih::base::name_server::{NameServer as Stub, Reply};

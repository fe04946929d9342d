//! The name server that tests ask.

use std::collections::HashMap;
use std::net::SocketAddr;

use pulih::base::name_server::NameServer;
pub use pulih::base::name_server::Reply;

/// The server, until it is dropped.
pub struct Stub {
    /// Where it listens.
    pub address: SocketAddr,
    _server: NameServer,
}

impl Stub {
    /// Serves these names; every other does not exist.
    pub async fn serving(zone: HashMap<String, Reply>) -> Self {
        let server = NameServer::serving(zone).await.unwrap();
        Self { address: server.address, _server: server }
    }
}

//! Who is asking: the client's address and network, believing a forwarding header only from our own proxies.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, USER_AGENT};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use super::house::House;
use crate::base::fault::Fault;
use crate::base::network::Network;
use crate::base::{browser, network};
use crate::model::refusal::Stop;

/// What the gate learnt about a request before anything else, kept beside it.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// The request's id, in logs and in `X-Request-Id`.
    pub id: uuid::Uuid,
    /// The client's address.
    pub ip: IpAddr,
}

/// The client as far as it can be known.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its address.
    pub ip: IpAddr,
    /// Its network, on which limits are keyed.
    pub network: Network,
    /// The browser in words of our own, for instance `Chrome, Android`.
    pub browser_name: Option<String>,
}

impl FromRequest for Client {
    type Error = Stop;
    type Future = Ready<Result<Self, Stop>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = req.extensions().get::<Visit>().copied();
        ready(
            visit
                .map(|v| Self::new(v.ip, req.headers()))
                .ok_or_else(|| Fault::broken("no gate before this page").into()),
        )
    }
}

impl Client {
    fn new(ip: IpAddr, headers: &HeaderMap) -> Self {
        let agent = headers.get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        Self { ip, network: Network::of(ip), browser_name: browser::name(agent) }
    }
}

/// The client's address: the peer's own, or what a chain of our proxies says of it.
pub fn address(house: &House, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    // what is no text still stands in the chain, as a hop that nobody can read
    let forwarded = headers.get_all("x-forwarded-for").map(|v| v.to_str().unwrap_or_default());
    network::client(peer, forwarded, &house.proxies)
}

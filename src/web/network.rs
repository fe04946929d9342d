//! Networks and forwarding headers (stands in until the base room has them).

use std::net::{IpAddr, Ipv6Addr};

use crate::base::fault::Fault;

/// One client's network: an IPv4 address, or an IPv6 /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address.
    pub fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V6(v6) => {
                let s = v6.segments();
                Self(IpAddr::V6(Ipv6Addr::new(s[0], s[1], s[2], s[3], 0, 0, 0, 0)))
            }
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }
}

/// Proxies of our own.
pub struct Proxies(Vec<IpAddr>);

impl Proxies {
    /// Reads them.
    pub fn parse(list: &[String]) -> Result<Self, Fault> {
        let read = |s: &String| s.parse().map_err(|e| Fault::bug(format!("server.trusted_proxies: {s}"), e));
        Ok(Self(list.iter().map(read).collect::<Result<_, _>>()?))
    }

    /// The client behind them.
    pub fn client<'a>(&self, peer: IpAddr, forwarded: impl Iterator<Item = &'a str>) -> IpAddr {
        if !self.0.contains(&peer) {
            return peer;
        }
        forwarded.last().and_then(|v| v.rsplit(',').next()).and_then(|v| v.trim().parse().ok()).unwrap_or(peer)
    }
}

//! Who is asking: the client's network, and which forwarding headers are believed.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What counts as one client: an IPv4 address, or an IPv6 /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address; an IPv4 address written as IPv6 is IPv4.
    pub fn of(address: IpAddr) -> Self {
        Self(masked(address.to_canonical(), if address.to_canonical().is_ipv4() { 32 } else { 64 }))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => write!(f, "{address}"),
            IpAddr::V6(address) => write!(f, "{address}/64"),
        }
    }
}

/// A list of addresses and networks: of proxies whose word on who is asking is taken, of where a key may come from.
#[derive(Clone, Debug, Default)]
pub struct Networks(Vec<(IpAddr, u8)>);

impl Networks {
    /// Reads addresses (`::1`) and networks (`10.0.0.0/8`); on failure gives the entries that are neither.
    pub fn parse<T: AsRef<str>>(entries: &[T]) -> Result<Self, Vec<String>> {
        let (read, unread): (Vec<_>, Vec<_>) =
            entries.iter().map(|entry| block(entry.as_ref()).ok_or(entry.as_ref())).partition(Result::is_ok);
        if unread.is_empty() {
            Ok(Self(read.into_iter().flatten().collect()))
        } else {
            Err(unread.into_iter().filter_map(Result::err).map(str::to_owned).collect())
        }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address, as [`IpAddr::to_canonical`] gives it, lies in one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|(base, bits)| base.is_ipv4() == address.is_ipv4() && masked(address, *bits) == *base)
    }
}

/// The address that is asking: the peer, or, as long as the one who speaks is a trusted proxy, whom it speaks for.
/// `forwarded_for` is the values of all `X-Forwarded-For` headers in their order; anything unreadable ends the walk.
pub fn client<'a>(peer: IpAddr, forwarded_for: impl Iterator<Item = &'a str>, trusted: &Networks) -> IpAddr {
    let hops: Vec<&str> = forwarded_for.flat_map(|value| value.split(',')).collect();
    let mut client = peer.to_canonical();
    for hop in hops.into_iter().rev() {
        if !trusted.contain(client) {
            break;
        }
        let Some(before) = address(hop.trim()) else { break };
        client = before;
    }
    client
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = || hop.parse::<IpAddr>().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    bare().or_else(with_port).or_else(bracketed).map(|address| address.to_canonical())
}

fn block(entry: &str) -> Option<(IpAddr, u8)> {
    let (base, bits) = match entry.trim().split_once('/') {
        Some((base, bits)) => (base.parse::<IpAddr>().ok()?, Some(bits.parse::<u8>().ok()?)),
        None => (entry.trim().parse::<IpAddr>().ok()?, None),
    };
    let whole = if base.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(whole);
    let canonical = base.to_canonical();
    // ::ffff:10.0.0.0/104 is 10.0.0.0/8
    let bits = if canonical.is_ipv4() && base.is_ipv6() { bits.checked_sub(96)? } else { bits };
    (bits <= whole).then(|| (masked(canonical, bits), bits))
}

fn masked(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            Ipv4Addr::from_bits(v4.to_bits() & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            Ipv6Addr::from_bits(v6.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_ipv6_subnet_is_one_client() {
        for (address, network) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::", "2001:db8:1:3::/64"),
            ("::1", "::/64"),
        ] {
            assert_eq!(Network::of(ip(address)).to_string(), network, "{address}");
        }
        assert_eq!(Network::of(ip("2001:db8::1")), Network::of(ip("2001:db8::ffff:2")));
        assert_ne!(Network::of(ip("203.0.113.7")), Network::of(ip("203.0.113.8")));
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = Networks::parse(&["10.0.0.0/8", "::1", "192.0.2.1", "2001:db8:f::/48"]).unwrap();
        // peer, headers, client
        let table: [(&str, &[&str], &str); 17] = [
            ("203.0.113.7", &[], "203.0.113.7"),
            ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
            ("10.0.0.1", &["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1", "192.0.2.1, ::1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, garbage"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1, , 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("2001:db8:f:1::2", &["[2001:db8::1]"], "2001:db8::1"),
            ("192.0.2.2", &["198.51.100.1"], "192.0.2.2"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ];
        for (peer, headers, asking) in table {
            assert_eq!(client(ip(peer), headers.iter().copied(), &trusted), ip(asking), "{peer} {headers:?}");
        }
        assert_eq!(client(ip("127.0.0.1"), ["1.2.3.4"].into_iter(), &Networks::default()), ip("127.0.0.1"));
    }

    #[test]
    fn a_list_of_proxies_names_its_bad_entries() {
        let bad =
            Networks::parse(&["10.0.0.0/8", "10.0.0.0/33", "proxy.local", "::1/129", "10.0.0.0/", ""]).unwrap_err();
        assert_eq!(bad, ["10.0.0.0/33", "proxy.local", "::1/129", "10.0.0.0/", ""]);
    }

    #[test]
    fn a_network_is_read_whatever_its_host_bits() {
        for (entry, inside, outside) in [
            ("10.1.2.3/8", "10.255.0.1", "11.0.0.1"),
            ("0.0.0.0/0", "8.8.8.8", "::1"),
            ("::/0", "2001:db8::1", "8.8.8.8"),
            ("::ffff:10.0.0.0/104", "10.2.3.4", "11.2.3.4"),
            (" 192.0.2.1 ", "192.0.2.1", "192.0.2.0"),
        ] {
            let trusted = Networks::parse(&[entry]).unwrap();
            assert!(trusted.contain(ip(inside)), "{entry}");
            assert!(!trusted.contain(ip(outside)), "{entry}");
        }
    }
}

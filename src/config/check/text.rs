//! Texts that settings hold: origins, addresses, words.

use std::net::IpAddr;

use super::{Fault, fault};
use crate::config::source::Purpose;

/// Whether `text` is an origin: scheme, host, perhaps a port, and nothing more.
pub(super) fn origin(text: &str, purpose: Purpose) -> Result<(), (String, String)> {
    let like = "write it like \"https://pulih.example.go.id\"";
    let no = |wrong: &str, mend: &str| Err((wrong.to_owned(), mend.to_owned()));
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let secure = match scheme {
        "https" => true,
        "http" => false,
        _ => return no("does not begin with https://", like),
    };
    if rest.contains(['/', '?', '#']) {
        return no("is more than an origin", "leave out the path and everything after the host, the last slash too");
    }
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let host_is_right = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-'),
    };
    if !host_is_right {
        return no("holds no host name", like);
    }
    if port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0)) {
        return no("holds a port that is no number from 1 to 65535", like);
    }
    if purpose == Purpose::Serve && !secure {
        return no(
            "is http, and cookies and links need https",
            "set the https address of the proxy in front, or use [tls]",
        );
    }
    Ok(())
}

/// Names one fault where `text` is not one plain address, as headers and mailto links need it.
pub(super) fn address(key: &'static str, text: &str, purpose: Purpose, faults: &mut Vec<Fault>) {
    if text.is_empty() {
        if purpose == Purpose::Serve {
            faults.push(fault(key, "is missing", "set it to one address, like \"helpdesk@example.go.id\""));
        }
        return;
    }
    let odd = |c: char| !c.is_ascii() || c.is_ascii_control() || " ,;:<>()[]\\\"".contains(c);
    let whole = text.split_once('@').is_some_and(|(local, domain)| {
        let dots = domain.split('.').all(|label| !label.is_empty());
        !local.is_empty() && !domain.contains('@') && dots && text.len() <= 254 && !text.contains(odd)
    });
    if !whole {
        faults.push(fault(
            key,
            "is not one plain address",
            "write one address without a name, like \"helpdesk@example.go.id\"",
        ));
    }
}

/// Names a fault where words hold line breaks or other control characters, or are missing though needed.
pub(super) fn words(key: &'static str, text: &str, needed: bool, faults: &mut Vec<Fault>) {
    if text.contains(char::is_control) {
        faults.push(fault(key, "holds a line break or another control character", "write it on one line"));
    } else if needed && text.trim().is_empty() {
        faults.push(fault(key, "is empty", "set it to the name people know"));
    }
}

/// Whether the host is this machine.
pub(super) fn is_local(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for right in ["https://a.id", "https://a.id:8443", "https://[::1]:443", "https://10.0.0.1"] {
            assert!(origin(right, Purpose::Serve).is_ok(), "{right}");
        }
        assert!(origin("http://127.0.0.1:8080", Purpose::Demo).is_ok());
        for wrong in [
            "http://a.id",
            "a.id",
            "https://",
            "https://a.id/",
            "https://a.id/x",
            "https://a.id?x",
            "https://u@a.id",
            "https://a.id:0",
            "https://a.id:x",
            "https://a b",
            "ftp://a.id",
            "https://a.id:",
            "https://[x]",
        ] {
            assert!(origin(wrong, Purpose::Serve).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_is_one_and_plain() {
        let faulty = |text: &str| {
            let mut faults = Vec::new();
            address("helpdesk.address", text, Purpose::Serve, &mut faults);
            faults.len()
        };
        assert_eq!(faulty("helpdesk@example.go.id"), 0);
        for wrong in ["", "a", "a@", "@b", "a@b,c@d", "A <a@b.id>", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "a@.id"] {
            assert_eq!(faulty(wrong), 1, "{wrong:?}");
        }
    }
}

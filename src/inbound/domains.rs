//! Domains of addresses: their form on the wire, whose organisation they are, and when two are one sender's.
//!
//! Organisations are told by the public suffix list (RFC 7489 §3.2), compiled in: a registry that publishes a policy of its own
//! cannot make neighbours out of those who are registered below it.

/// How strictly DMARC compares domains (RFC 7489 §3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alignment {
    /// One organisation suffices.
    #[default]
    Relaxed,
    /// The same domain.
    Strict,
}

/// A domain in lower case and A-labels, without its last dot; none where it is no domain.
pub fn a_label(domain: &str) -> Option<String> {
    let domain = idna::domain_to_ascii(domain.trim().trim_end_matches('.')).ok()?;
    let fits = (1..=253).contains(&domain.len())
        && domain.contains('.')
        && domain.split('.').all(|label| (1..=63).contains(&label.len()))
        && domain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    fits.then_some(domain)
}

/// The domain of an address, as [`a_label`] gives it.
pub fn of(address: &str) -> Option<String> {
    a_label(address.rsplit_once('@')?.1)
}

/// The domain that an organisation registered; a public suffix is nobody's.
pub fn organisation(domain: &str) -> Option<&str> {
    psl::domain_str(domain)
}

/// Whether two domains, as [`a_label`] gives them, are one sender's.
pub fn aligned(one: &str, other: &str, how: Alignment) -> bool {
    one == other
        || (how == Alignment::Relaxed
            && organisation(one).is_some_and(|organisation_of_one| organisation(other) == Some(organisation_of_one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_below_a_public_suffix_are_strangers() {
        let relaxed = Alignment::Relaxed;
        for (one, other) in [
            ("perusahaan.co.id", "mail.perusahaan.co.id"),
            ("a.perusahaan.co.id", "b.perusahaan.co.id"),
            ("dinas.jatengprov.go.id", "jatengprov.go.id"),
            ("example.com", "news.example.com"),
        ] {
            assert!(aligned(one, other, relaxed), "{one} {other}");
            assert!(!aligned(one, other, Alignment::Strict), "{one} {other}");
        }
        for (one, other) in [
            ("satu.co.id", "dua.co.id"),
            ("satu.co.id", "co.id"),
            ("satu.go.id", "dua.go.id"),
            ("satu.github.io", "dua.github.io"),
            ("example.com", "example.co.id"),
            ("evilexample.com", "example.com"),
        ] {
            assert!(!aligned(one, other, relaxed), "{one} {other}");
        }
    }

    #[test]
    fn what_is_no_domain_is_none() {
        assert_eq!(of("Rina@PERUSAHAAN.co.id").as_deref(), Some("perusahaan.co.id"));
        assert_eq!(of("rina@bücher.example").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(of("\"a@b\"@perusahaan.co.id").as_deref(), Some("perusahaan.co.id"));
        for bad in ["rina", "rina@", "rina@localhost", "rina@a..b", "rina@[192.0.2.1]", "rina@a b.id", "rina@a\0.id"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}

//! Portals that keep their own login page, what their keys may do, and the grants that browsers bring them.

use data_encoding::BASE64URL_NOPAD;

use super::words::kept_words;

/// What the text of a grant begins with, so that whoever finds one knows what it is.
const GRANT: &str = "pulih_grant_";

/// The longest name of a portal in addresses and commands.
const SLUG_MAX: usize = 40;
/// The longest return URL.
const URL_MAX: usize = 500;
/// Live keys that a portal may have: one, and the one that takes its place.
pub const LIVE_KEYS: i64 = 2;
/// Days before its end in which a key is said to end soon.
pub const ENDS_SOON_DAYS: i64 = 14;

kept_words! {
    /// What a key may do.
    Scope {
        /// Read accounts: how they stand, and what is under way.
        AccountsRead = "accounts-read",
        /// Make accounts and change them.
        AccountsWrite = "accounts-write",
        /// Enrol TOTP, and make recovery codes anew.
        Enrol = "enrol",
        /// Ask whether a code is right.
        Verify = "verify",
        /// Disable TOTP.
        Disable = "disable",
        /// Ask for resets, and how they stand.
        Resets = "resets",
        /// Read what happened to its accounts.
        Events = "events",
    }
}

/// Whether a portal may be called so in addresses and commands: small letters and digits, with single hyphens between.
pub fn is_slug(slug: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    slug.len() <= SLUG_MAX && slug.split('-').all(part)
}

/// Whether browsers may be sent back there: an absolute https URL without a query, a fragment or somebody's name in it;
/// http where it is this machine alone.
pub fn is_return_url(url: &str) -> bool {
    let host = |rest: &str| rest.split('/').next().unwrap_or_default().to_owned();
    let local = |rest: &str| matches!(host(rest).split(':').next(), Some("localhost" | "127.0.0.1"));
    let safe = url.len() <= URL_MAX
        && url.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '@' | '\\' | '"' | '<' | '>'));
    // nothing in the host that means more than itself in a policy of ours
    let named = |rest: &str| {
        let host = host(rest);
        host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
            && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'))
    };
    safe && match url.split_once("://") {
        Some(("https", rest)) => named(rest),
        Some(("http", rest)) => local(rest),
        _ => false,
    }
}

/// The origin of a return URL: its scheme and host.
pub fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    &url[..end]
}

/// A return URL as a browser is sent there, with a grant and the reference of the request it comes from.
pub fn bring(return_url: &str, grant: &str, reference: Option<&str>) -> String {
    let reference = reference.map(|reference| format!("&reference={reference}")).unwrap_or_default();
    format!("{return_url}?grant={grant}{reference}")
}

/// Grants as portals hold them.
pub mod grant {
    use super::{BASE64URL_NOPAD, GRANT};

    /// The text of a grant; its 32 bytes are random.
    pub fn write(token: &[u8; 32]) -> String {
        format!("{GRANT}{}", BASE64URL_NOPAD.encode(token))
    }

    /// The bytes of a grant's text; nothing for any other text.
    pub fn read(text: &str) -> Option<[u8; 32]> {
        BASE64URL_NOPAD.decode(text.strip_prefix(GRANT)?.as_bytes()).ok()?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_reads_back() {
        for scope in Scope::ALL.iter().copied() {
            assert_eq!(Scope::from_code(scope.code()), Some(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.code());
        }
        assert_eq!(Scope::from_code("everything"), None);
    }

    #[test]
    fn a_grant_reads_back_and_nothing_else_does() {
        let text = grant::write(&[7; 32]);
        assert_eq!(grant::read(&text), Some([7; 32]));
        for wrong in
            ["", "pulih_grant_", &text[..text.len() - 1], &text[6..], &format!("{text}A"), &text.to_uppercase()]
        {
            assert_eq!(grant::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_slug_is_small_letters_and_digits() {
        assert!(["spse", "lpse-2", "a"].into_iter().all(is_slug));
        let long = "a".repeat(41);
        assert!(!["", "-a", "a-", "a--b", "SPSE", "a b", "é", &long].into_iter().any(is_slug));
    }

    #[test]
    fn browsers_go_back_to_https_alone() {
        let yes = ["https://spse.example.go.id/pulih", "https://spse.example.go.id:8443", "http://127.0.0.1:9000/back"];
        assert!(yes.into_iter().all(is_return_url));
        let no = [
            "",
            "spse.example.go.id",
            "http://spse.example.go.id/",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://spse.example.go.id/?next=1",
            "https://spse.example.go.id/#a",
            "https://spse@evil.example/",
            "https://a.example/\n",
            "http://127.0.0.1.evil.example/",
            "https://*.example/",
            "https://a.example;script-src/",
        ];
        for url in no {
            assert!(!is_return_url(url), "{url}");
        }
    }

    #[test]
    fn a_browser_is_led_to_the_return_url_and_no_further() {
        for (url, of) in [
            ("https://spse.example.go.id/pulih/back", "https://spse.example.go.id"),
            ("https://spse.example.go.id:8443", "https://spse.example.go.id:8443"),
            ("http://127.0.0.1:9000/", "http://127.0.0.1:9000"),
        ] {
            assert_eq!(origin(url), of);
        }
        let url = bring("https://a.example/b", "pulih_grant_x", Some("R-7K2M-9QXD"));
        assert_eq!(url, "https://a.example/b?grant=pulih_grant_x&reference=R-7K2M-9QXD");
        assert_eq!(bring("https://a.example", "g", None), "https://a.example?grant=g");
    }
}

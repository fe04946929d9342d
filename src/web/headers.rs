//! Headers that every answer carries, whatever went wrong before it.

use std::sync::LazyLock;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

/// What our pages may load and do: nothing but what comes from ourselves, in no frame.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const FIXED: [(HeaderName, HeaderValue); 6] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // not `no-referrer`: browsers then send `Origin: null` with our own forms (Fetch, "append a request Origin header")
    (REFERRER_POLICY, HeaderValue::from_static("strict-origin")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"),
    ),
];

/// Adds them; what a handler has set itself stays, for instance a wider policy made with [`policy_with`].
pub fn add(headers: &mut HeaderMap, secure: bool) {
    for (name, value) in &FIXED {
        keep_or_put(headers, name, value);
    }
    keep_or_put(headers, &CONTENT_SECURITY_POLICY, &HeaderValue::from_static(POLICY));
    keep_or_put(headers, &CACHE_CONTROL, &HeaderValue::from_static("no-store"));
    if secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

/// The same as lines of HTTP/1, for answers that none of our code makes.
pub fn lines(secure: bool) -> &'static str {
    static LINES: LazyLock<[String; 2]> = LazyLock::new(|| {
        [false, true].map(|secure| {
            let mut headers = HeaderMap::new();
            add(&mut headers, secure);
            headers
                .iter()
                .map(|(name, value)| [name.as_str(), ": ", value.to_str().unwrap_or_default(), "\r\n"].concat())
                .collect()
        })
    });
    &LINES[usize::from(secure)]
}

/// The policy of a page whose form leads on to that origin: browsers ask it of redirects too.
pub fn policy_towards(origin: &str) -> String {
    POLICY.replace("form-action 'self'", &format!("form-action 'self' {origin}"))
}

/// The policy with one directive more, for the header `Content-Security-Policy` of a page that needs it.
pub fn policy_with(directive: &str) -> String {
    format!("{POLICY}; {directive}")
}

fn keep_or_put(headers: &mut HeaderMap, name: &HeaderName, value: &HeaderValue) {
    if !headers.contains_key(name) {
        headers.insert(name.clone(), value.clone());
    }
}

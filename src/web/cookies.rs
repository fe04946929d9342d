//! Our cookies: their names, how they are read, and how they are set and removed.

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest};

use super::house::House;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The browser's id.
    Browser,
    /// The token of the reset link last opened.
    Link,
    /// The token of the *Ini bukan saya* link last opened.
    NotMe,
    /// The grant to activate again.
    Grant,
    /// The token of the activation link last opened.
    Activate,
    /// The token of the invitation to the desk last opened.
    Invite,
    /// The token of the session.
    Session,
    /// The token of a session of the desk.
    Staff,
    /// User ID and Tipe User of the sign-in under way.
    Login,
    /// The language chosen.
    Lang,
}

impl Cookie {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Browser,
        Self::Link,
        Self::NotMe,
        Self::Grant,
        Self::Activate,
        Self::Invite,
        Self::Session,
        Self::Staff,
        Self::Login,
        Self::Lang,
    ];

    /// Its name; `__Host-` (RFC 6265bis §4.1.3.2) binds it to this host and to https.
    pub fn name(self, secure: bool) -> &'static str {
        let full = match self {
            Self::Browser => "__Host-pulih",
            Self::Link => "__Host-pulih_link",
            Self::NotMe => "__Host-pulih_not_me",
            Self::Grant => "__Host-pulih_grant",
            Self::Activate => "__Host-pulih_activate",
            Self::Invite => "__Host-pulih_invite",
            Self::Session => "__Host-pulih_session",
            Self::Staff => "__Host-pulih_staff",
            Self::Login => "__Host-pulih_login",
            Self::Lang => "__Host-pulih_lang",
        };
        if secure { full } else { &full["__Host-".len()..] }
    }
}

/// The value of a cookie. A broken cookie beside it, set by somebody else, does not hide it.
pub fn read<'a>(house: &House, headers: &'a HeaderMap, cookie: Cookie) -> Option<&'a str> {
    let name = cookie.name(house.secure);
    let lines = headers.get_all(COOKIE).filter_map(|v| v.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Sets a cookie with the answer to this request, for so many seconds. `value` is of characters that need no quoting.
pub fn set(house: &House, req: &HttpRequest, cookie: Cookie, value: &str, max_age: u32) {
    let mut line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}", cookie.name(house.secure));
    if house.secure {
        line.push_str("; Secure");
    }
    // A value that no header can carry is none of ours; it is dropped rather than sent broken.
    if let Ok(value) = HeaderValue::from_str(&line) {
        let mut extensions = req.extensions_mut();
        match extensions.get_mut::<Jar>() {
            Some(jar) => jar.put(cookie, value),
            None => drop(extensions.insert(Jar(vec![(cookie, value)]))),
        }
    }
}

/// Removes a cookie with the answer to this request.
pub fn remove(house: &House, req: &HttpRequest, cookie: Cookie) {
    set(house, req, cookie, "", 0);
}

/// Cookies that go out with the answer, kept beside the request until then; the last word on each counts.
pub struct Jar(Vec<(Cookie, HeaderValue)>);

impl Jar {
    fn put(&mut self, cookie: Cookie, value: HeaderValue) {
        self.0.retain(|(other, _)| *other != cookie);
        self.0.push((cookie, value));
    }

    /// Its lines for `Set-Cookie`.
    pub fn into_lines(self) -> impl Iterator<Item = HeaderValue> {
        self.0.into_iter().map(|(_, line)| line)
    }
}

//! Requests as a browser sends them, made beforehand with the keys of the house that will get them.

use std::fmt::Write as _;

use data_encoding::BASE64URL_NOPAD;
use pulih::base::clock::Clock;
use pulih::base::keyring::{Key, Keyring, Purpose};
use pulih::base::token::{self, TokenPurpose};
use pulih::base::{form_token, pow, random};
use uuid::Uuid;

/// The origin that every house measured here takes for its own.
pub const ORIGIN: &str = "http://pulih.bench.example";

const HEADERS: &str = "Host: pulih.bench.example\r\n\
    User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n\
    Accept-Language: id-ID,id;q=0.9,en;q=0.8\r\n\
    Accept-Encoding: gzip, deflate\r\n\
    Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";

/// A browser that has never been seen before.
pub struct Visitor<'a> {
    keys: &'a Keyring,
    id: [u8; 32],
    secure: bool,
}

/// What is typed into the form.
pub struct Typed<'a> {
    /// User ID.
    pub user_id: &'a str,
    /// Email.
    pub email: &'a str,
    /// Word of the Tipe User.
    pub user_type: &'a str,
}

impl<'a> Visitor<'a> {
    /// A new browser.
    pub fn new(keys: &'a Keyring) -> Self {
        Self { keys, id: random::bytes().expect("randomness"), secure: false }
    }

    /// The browser of that id.
    pub fn of(keys: &'a Keyring, id: [u8; 32]) -> Self {
        Self { keys, id, secure: false }
    }

    /// The same for a house that is reached by https: its cookies have another name.
    pub fn secure(self) -> Self {
        Self { secure: true, ..self }
    }

    fn cookie_key(&self) -> &Key {
        self.keys.of(Purpose::Cookie).current().1
    }

    fn csrf(&self) -> String {
        BASE64URL_NOPAD.encode(&self.cookie_key().mac(&[b"csrf", &self.id]))
    }

    fn cookies(&self, more: &str) -> String {
        let host = if self.secure { "__Host-" } else { "" };
        format!("Cookie: {host}pulih={}{more}\r\n", BASE64URL_NOPAD.encode(&self.id))
    }

    /// `GET path`.
    pub fn get(&self, path: &str) -> Vec<u8> {
        self.get_with(path, "")
    }

    /// `GET path` with more cookies than the browser's own.
    fn get_with(&self, path: &str, cookies: &str) -> Vec<u8> {
        format!("GET {path} HTTP/1.1\r\n{HEADERS}{}\r\n", self.cookies(cookies)).into_bytes()
    }

    /// `GET path` with the link's token in the browser's cookie.
    pub fn get_with_link(&self, path: &str, link: Uuid, random: &[u8; 32]) -> Vec<u8> {
        self.get_with(path, &self.link_cookie(link, random))
    }

    /// Kirim, with a proof of at most so much work done; none where `work` is 0.
    pub fn kirim(&self, typed: &Typed<'_>, work: u32) -> Vec<u8> {
        let now = Clock::system().now();
        let form = form_token::issue(self.cookie_key(), &self.id, random::id(), now);
        let proof = (work > 0).then(|| {
            let until = now + chrono::TimeDelta::hours(1);
            let challenge = pow::issue(self.cookie_key(), &form, 0, work, until).expect("a challenge");
            pow::solve(&challenge).expect("a proof")
        });
        let fields = [
            ("csrf", self.csrf()),
            ("form", form),
            ("user_id", typed.user_id.to_owned()),
            ("email", typed.email.to_owned()),
            ("altcha", proof.unwrap_or_default()),
            ("user_type", typed.user_type.to_owned()),
        ];
        self.post("/reset-totp", "", &fields)
    }

    /// The button "Reset TOTP", by the holder of that link.
    pub fn open(&self, link: Uuid, random: &[u8; 32]) -> Vec<u8> {
        let fields = [("csrf", self.csrf()), ("link", link.to_string())];
        self.post("/reset-totp/open", &self.link_cookie(link, random), &fields)
    }

    /// The password step of a sign-in.
    pub fn password(&self, typed: &Typed<'_>, password: &str) -> Vec<u8> {
        let form = form_token::issue(self.cookie_key(), &self.id, random::id(), Clock::system().now());
        let fields = [
            ("csrf", self.csrf()),
            ("form", form),
            ("user_type", typed.user_type.to_owned()),
            ("user_id", typed.user_id.to_owned()),
            ("password", password.to_owned()),
        ];
        self.post("/login/password", "", &fields)
    }

    /// The code step, by the holder of that session.
    pub fn code(&self, session: &[u8; 32], code: &str) -> Vec<u8> {
        let cookies = format!("; pulih_session={}", BASE64URL_NOPAD.encode(session));
        let fields = [("csrf", self.csrf()), ("method", "totp".to_owned()), ("code", code.to_owned())];
        self.post("/login/totp", &cookies, &fields)
    }

    /// OK, by the holder of that link.
    pub fn confirm(&self, link: Uuid, random: &[u8; 32]) -> Vec<u8> {
        let grant = BASE64URL_NOPAD.encode(&random::bytes::<32>().expect("randomness"));
        let cookies = format!("{}; pulih_grant={grant}", self.link_cookie(link, random));
        self.post("/reset-totp/confirm", &cookies, &[("csrf", self.csrf()), ("link", link.to_string())])
    }

    fn link_cookie(&self, link: Uuid, random: &[u8; 32]) -> String {
        let key = self.keys.of(Purpose::Link).current().1;
        format!("; pulih_link={}", token::issue(key, TokenPurpose::Reset, link, random))
    }

    fn post(&self, path: &str, cookies: &str, fields: &[(&str, String)]) -> Vec<u8> {
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        let body = pairs.join("&");
        let origin = if self.secure { ORIGIN.replace("http:", "https:") } else { ORIGIN.to_owned() };
        format!(
            "POST {path} HTTP/1.1\r\n{HEADERS}Origin: {origin}\r\nReferer: {origin}/reset-totp\r\n{}\
            Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.cookies(cookies),
            body.len()
        )
        .into_bytes()
    }
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._*".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

//! A person who reaches an installation past the proxy that would speak https.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use pulih::base::clock;
use reqwest::header::{COOKIE, LOCATION, ORIGIN as ORIGIN_HEADER, RETRY_AFTER, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};

use super::browser::Page;
use super::installation::{ORIGIN, email, user_id};

/// Keeps cookies that a client without https would not send.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    at: SocketAddr,
    cookies: BTreeMap<String, String>,
}

/// An answer and the time it took.
pub struct Answer {
    /// The page.
    pub page: Page,
    /// The time.
    pub took: Duration,
}

impl Answer {
    /// Where it sends on to; nowhere where it is no 303.
    pub fn onward(&self) -> Option<String> {
        let to = self.page.headers.get(LOCATION)?.to_str().ok()?;
        (self.page.status == StatusCode::SEE_OTHER).then(|| to.to_owned())
    }

    /// The seconds of `Retry-After`.
    pub fn retry_after(&self) -> Option<u64> {
        self.page.headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()
    }
}

/// A client; one that keeps no connections opens one for each request.
pub fn client(keeps: bool) -> Client {
    let idle = if keeps { 64 } else { 0 };
    let builder = Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(30));
    builder.pool_max_idle_per_host(idle).build().unwrap()
}

impl Visitor {
    /// Somebody new.
    pub fn new(client: &Client, at: SocketAddr) -> Self {
        Self { client: client.clone(), at, cookies: BTreeMap::new() }
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> reqwest::Result<Answer> {
        let request = self.client.get(format!("http://{}{path}", self.at));
        self.go(path, request).await
    }

    /// Sends the form of a page.
    pub async fn send(&mut self, page: &Page, action: &str, filled: &[(&str, &str)]) -> reqwest::Result<Answer> {
        let request = self.client.post(format!("http://{}{action}", self.at));
        let request = request.header(ORIGIN_HEADER, ORIGIN).form(&page.form(action).filled(filled));
        self.go(action, request).await
    }

    /// Kirim for a person; gives the last answer.
    pub async fn kirim(&mut self, person: usize) -> reqwest::Result<Answer> {
        let form = self.get("/reset-totp").await?;
        if form.page.status != StatusCode::OK {
            return Ok(form);
        }
        let (user_id, email) = (user_id(person), email(person));
        let filled = [("user_id", user_id.as_str()), ("email", email.as_str()), ("user_type", "penyedia")];
        self.send(&form.page, "/reset-totp", &filled).await
    }

    /// Follows a mailed link up to OK; gives the last answer.
    pub async fn reset(&mut self, link: &str) -> reqwest::Result<Answer> {
        let arrived = self.get(link.strip_prefix(ORIGIN).unwrap_or(link)).await?;
        let Some(to) = arrived.onward() else { return Ok(arrived) };
        let shown = self.get(&to).await?;
        if shown.page.status != StatusCode::OK {
            return Ok(shown);
        }
        let again = shown.page.forms().iter().any(|form| form.action == "/reset-totp/confirm" && form.method == "POST");
        let asked = if again {
            shown
        } else {
            let opened = self.send(&shown.page, "/reset-totp/open", &[]).await?;
            let Some(to) = opened.onward() else { return Ok(opened) };
            self.get(&to).await?
        };
        if asked.page.status != StatusCode::OK {
            return Ok(asked);
        }
        self.send(&asked.page, "/reset-totp/confirm", &[]).await
    }

    async fn go(&mut self, path: &str, mut request: RequestBuilder) -> reqwest::Result<Answer> {
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, all.join("; "));
        }
        let began = clock::instant();
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.text().await?;
        for line in headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let page = Page { status, path: path.to_owned(), headers, body };
        Ok(Answer { page, took: began.elapsed() })
    }
}

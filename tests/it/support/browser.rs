//! A browser that follows forms as a person does: it knows only what the page shows.

use std::sync::Arc;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};

/// Cookies, and the page last seen.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    still: Client,
    jar: Arc<Jar>,
    origin: String,
    /// The page last seen.
    pub page: Page,
}

/// An answer.
#[derive(Clone, Default)]
pub struct Page {
    /// Its status.
    pub status: StatusCode,
    /// Path and query of where it was found, after redirects.
    pub path: String,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// Its body.
    pub body: String,
}

/// A form of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// `GET` or `POST`.
    pub method: String,
    /// What it would send untouched: hidden and filled fields, in order.
    pub fields: Vec<(String, String)>,
}

impl Browser {
    /// A browser without cookies.
    pub fn new(origin: &str) -> Self {
        let jar = Arc::new(Jar::default());
        let build = |policy| Client::builder().cookie_provider(jar.clone()).redirect(policy).build().unwrap();
        let (client, still) = (build(Policy::limited(5)), build(Policy::none()));
        Self { client, still, jar, origin: origin.to_owned(), page: Page::default() }
    }

    /// A request of one's own making, with this browser's cookies; no redirect is followed.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.origin) };
        self.still.request(method, url)
    }

    /// The answer to a request of one's own making; the page last seen stays.
    pub async fn answer(&self, request: RequestBuilder) -> Page {
        read(request.send().await.unwrap()).await
    }

    /// Posts fields as they are and follows no redirect; the page last seen stays.
    pub async fn press(&self, path: &str, fields: &[(String, String)]) -> Page {
        self.answer(self.request(Method::POST, path).header("origin", &self.origin).form(fields)).await
    }

    /// The server it talks to.
    pub fn origin(&self) -> String {
        self.origin.clone()
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let line = self.jar.cookies(&self.origin.parse().unwrap())?;
        let pairs = line.to_str().unwrap().split("; ").filter_map(|pair| pair.split_once('='));
        pairs.filter(|(found, _)| *found == name).map(|(_, value)| value.to_owned()).next()
    }

    /// Sets a cookie, as an attacker with this browser in hand would.
    pub fn plant(&self, name: &str, value: &str) {
        self.jar.add_cookie_str(&format!("{name}={value}; Path=/"), &self.origin.parse().unwrap());
    }

    /// Opens an address: a path, or a whole link of our own site.
    pub async fn open(&mut self, link: &str) -> &Page {
        let url = if link.starts_with("http") { link.to_owned() } else { format!("{}{link}", self.origin) };
        let answer = self.client.get(url).send().await.unwrap();
        self.keep(answer).await
    }

    /// Sends a form of the page last seen with these fields filled in.
    pub async fn send(&mut self, action: &str, filled: &[(&str, &str)]) -> &Page {
        let form = self.page.form(action);
        let fields = form.filled(filled);
        self.post(&form.action, &fields).await
    }

    /// Posts fields as they are.
    pub async fn post(&mut self, path: &str, fields: &[(String, String)]) -> &Page {
        let request = self.client.request(Method::POST, format!("{}{path}", self.origin));
        let answer = request.header("origin", &self.origin).form(fields).send().await.unwrap();
        self.keep(answer).await
    }

    /// Fills in the form "Reset TOTP" and presses Kirim.
    pub async fn kirim(&mut self, user_id: &str, email: &str, user_type: &str) -> &Page {
        self.open("/reset-totp").await;
        self.send("/reset-totp", &[("user_id", user_id), ("email", email), ("user_type", user_type)]).await
    }

    /// Follows a mailed link to its very end: "Reset TOTP", then OK.
    pub async fn reset(&mut self, link: &str) -> &Page {
        self.open(link).await;
        self.send("/reset-totp/open", &[]).await;
        self.send("/reset-totp/confirm", &[]).await
    }

    async fn keep(&mut self, answer: Response) -> &Page {
        self.page = read(answer).await;
        &self.page
    }
}

async fn read(answer: Response) -> Page {
    let path = answer.url()[url::Position::BeforePath..].to_owned();
    let (status, headers) = (answer.status(), answer.headers().clone());
    Page { status, path, headers, body: answer.text().await.unwrap() }
}

impl Page {
    /// That it was found at `path`; otherwise what it says.
    pub fn assert_at(&self, path: &str) {
        assert_eq!(self.path, path, "{}: {}", self.status, self.text());
    }

    /// A header's value; empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The text of the title.
    pub fn title(&self) -> &str {
        between(&self.body, "<title>", "</title>").unwrap_or_default()
    }

    /// The text of the one heading.
    pub fn heading(&self) -> String {
        let heading = between(&self.body, "<h1", "</h1>").unwrap_or_default();
        strip(heading.split_once('>').map_or("", |(_, text)| text))
    }

    /// All text, tags left out.
    pub fn text(&self) -> String {
        strip(&self.body)
    }

    /// The form that is sent to `action`: the one that writes, where another only leads back.
    pub fn form(&self, action: &str) -> Form {
        let forms: Vec<Form> = self.forms().into_iter().filter(|form| form.action == action).collect();
        let found = forms.iter().find(|form| form.method == "POST").or(forms.first()).cloned();
        found.unwrap_or_else(|| panic!("no form to {action} at {} ({}): {}", self.path, self.status, self.text()))
    }

    /// All forms.
    pub fn forms(&self) -> Vec<Form> {
        let pieces = self.body.split("<form").skip(1);
        pieces
            .map(|piece| {
                let (tag, rest) = piece.split_once('>').unwrap();
                let inside = rest.split("</form>").next().unwrap();
                Form {
                    action: attribute(tag, "action").unwrap_or_else(|| self.path.clone()),
                    method: attribute(tag, "method").unwrap_or("get".into()).to_uppercase(),
                    fields: fields(inside),
                }
            })
            .collect()
    }
}

impl Form {
    /// Its fields with these values in place or added.
    pub fn filled(&self, filled: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut fields = self.fields.clone();
        for (name, value) in filled {
            match fields.iter_mut().find(|(field, _)| field == name) {
                Some((_, old)) => (*value).clone_into(old),
                None => fields.push(((*name).to_owned(), (*value).to_owned())),
            }
        }
        fields
    }

    /// The value it holds for a field.
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }
}

/// What the form's inputs would send: not the unticked ones, not the buttons.
fn fields(inside: &str) -> Vec<(String, String)> {
    let tags = inside.split("<input").skip(1).filter_map(|piece| piece.split_once('>').map(|(tag, _)| tag));
    tags.filter_map(|tag| {
        let kind = attribute(tag, "type").unwrap_or_default();
        let ticked = !matches!(kind.as_str(), "radio" | "checkbox") || tag.contains(" checked");
        let name = attribute(tag, "name").filter(|_| ticked)?;
        Some((name, attribute(tag, "value").unwrap_or_default()))
    })
    .collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    between(tag, &format!(" {name}=\""), "\"").map(unescape)
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let rest = &text[text.find(from)? + from.len()..];
    Some(&rest[..rest.find(to)?])
}

fn strip(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
        text.push(' ');
    }
    unescape(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

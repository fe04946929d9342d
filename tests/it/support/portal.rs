//! A portal as a program sees us: an address and a key.

use pulih::actions::portal_key::{self, Made, Wanted};
use pulih::model::portal::Scope;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

use super::house::TestApp;

/// A portal with a key.
#[derive(Clone)]
pub struct Portal {
    /// Where we are.
    pub url: String,
    /// The key's token.
    pub token: String,
    /// The key's id.
    pub key: uuid::Uuid,
    pub client: reqwest::Client,
}

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The code of the problem it is.
    pub fn problem(&self) -> &str {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], self.status.as_u16(), "{self:?}");
        self.body["type"].as_str().unwrap().strip_prefix("urn:pulih:problem:").unwrap()
    }
}

impl Portal {
    /// The portal `slug`, made known with a return URL on this machine, with a key of all scopes.
    pub async fn of(app: &TestApp, slug: &str) -> Self {
        Self::with(app, slug, Scope::ALL).await
    }

    /// The same with a key of these scopes alone.
    pub async fn with(app: &TestApp, slug: &str, scopes: &[Scope]) -> Self {
        let back = format!("http://127.0.0.1:9/{slug}/back");
        portal_key::register(&app.app, slug, &slug.to_uppercase(), Some(&back)).await.unwrap();
        let wanted = Wanted { scopes: scopes.to_vec(), networks: Vec::new(), days: None };
        let Made { id, token } = portal_key::make(&app.app, slug, &wanted).await.unwrap().unwrap();
        Self { url: app.url.clone(), token, key: id, client: reqwest::Client::new() }
    }

    /// A call that is not sent yet; `path` is what follows `/api/v1`.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(self.call(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        read(self.call(Method::POST, path).json(body)).await
    }
}

/// Sends a call and reads its answer.
pub async fn read(call: RequestBuilder) -> Answer {
    let answer = call.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let text = answer.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect(&text) };
    Answer { status, headers, body }
}

//! A call of the API: its key's proof first, then its body, strictly, and the name under which it may be repeated.

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::key;
use super::problem::{Flaw, Problem};
use crate::app::portal::Scoped;
use crate::base::clock;
use crate::base::fault::Fault;
use crate::model::account::USER_ID_MAX;
use crate::model::refusal::Refusal;
use crate::store::answer::Once;
use crate::web::body::collect;
use crate::web::{Client, House};

/// Bytes of a body at most.
const LIMIT: usize = 64 * 1024;
/// Characters of an `Idempotency-Key` at most.
const KEY_MAX: usize = 255;
/// draft-ietf-httpapi-idempotency-key-header.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A call that only reads: the proof that its key may.
#[derive(Clone, Copy, Debug)]
pub struct Asked<P>(pub P);

impl<P: Scoped + 'static> FromRequest for Asked<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let client = Client::from_request(&req, payload);
        Box::pin(async move { Ok(Self(key::prove(house(&req)?, &client.await?, &req).await?)) })
    }
}

/// A call that writes.
#[derive(Clone, Debug)]
pub struct Call<P, T> {
    /// The proof that its key may.
    pub by: P,
    /// What was sent.
    pub body: T,
    /// Who sends.
    pub client: Client,
    /// The name under which it may be repeated, where it has one.
    pub once: Option<Once>,
}

impl<P: Scoped + 'static, T: DeserializeOwned + 'static> FromRequest for Call<P, T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        let client = Client::from_request(&req, &mut Payload::None);
        Box::pin(async move {
            let (house, client) = (house(&req)?, client.await?);
            let mut by: P = key::prove(house, &client, &req).await?;
            let proved = clock::instant();
            // nobody's bytes are read before they are known
            let bytes = bytes(house, &req, payload).await?;
            if proved.elapsed() >= key::KNOWN_FOR {
                // bytes may come slowly, and the key be revoked meanwhile
                by = key::still(house, &client, &req).await?;
            }
            let once = once(&req, by, &bytes)?;
            Ok(Self { by, body: parse(&bytes)?, client, once })
        })
    }
}

/// A User ID of an address, where somebody could have it.
pub fn known_user_id(given: &str) -> Result<&str, Refusal> {
    let fits = given.chars().count() <= USER_ID_MAX && !given.chars().any(char::is_control);
    fits.then_some(given).ok_or(Refusal::NotFound)
}

fn house(req: &HttpRequest) -> Result<&web::Data<House>, Fault> {
    req.app_data::<web::Data<House>>().ok_or_else(|| Fault::broken("the web floor has no settings"))
}

async fn bytes(house: &House, req: &HttpRequest, payload: Payload) -> Result<BytesMut, Problem> {
    let kind = req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::FormUnreadable.into());
    }
    let declared = req.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|n| n > LIMIT) {
        return Err(Refusal::TooLarge.into());
    }
    let whole = tokio::time::timeout(house.body_deadline, collect(payload, LIMIT)).await;
    Ok(whole.map_err(|_| Refusal::TooSlow)??)
}

/// JSON in UTF-8 of exactly that shape: a field we do not know is a mistake of theirs that we would hide by taking it.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut text = serde_json::Deserializer::from_slice(bytes);
    let wrong = |at: &str, e: &serde_json::Error| {
        if !e.is_data() {
            return Refusal::FormUnreadable.into();
        }
        let words = e.to_string();
        // a field that is missing, unknown or there twice has no place of its own, but a name
        let named = words.split('`').nth(1).filter(|_| words.contains("field `"));
        let at = if at == "." { named.unwrap_or_default() } else { at };
        let place = if at.is_empty() { String::new() } else { format!("/{}", at.replace('.', "/")) };
        // the place in the text helps nobody who made it by program
        let detail = words.split(" at line ").next().unwrap_or_default().to_owned();
        Problem::Flawed(vec![Flaw::new(place, detail)])
    };
    let parsed = serde_path_to_error::deserialize(&mut text).map_err(|e| wrong(&e.path().to_string(), e.inner()))?;
    text.end().map_err(|_| Refusal::FormUnreadable)?;
    Ok(parsed)
}

fn once(req: &HttpRequest, by: impl Scoped, bytes: &[u8]) -> Result<Option<Once>, Problem> {
    let mut named = req.headers().get_all(KEY);
    let Some(key) = named.next() else { return Ok(None) };
    let key = key.to_str().unwrap_or_default();
    let fits = (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if !fits || named.next().is_some() {
        let detail = format!("one text of 1 to {KEY_MAX} characters of ASCII");
        return Err(Problem::Flawed(vec![Flaw::new(KEY.as_str(), detail)]));
    }
    let asked = Sha256::new()
        .chain_update(req.method().as_str())
        .chain_update([0])
        .chain_update(req.uri().path())
        .chain_update([0])
        .chain_update(bytes)
        .finalize();
    Ok(Some(Once { portal: by.caller().portal(), key: key.to_owned(), asked: asked.into() }))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its shape counts")]
    struct Two {
        one: String,
        two: Option<u8>,
    }

    #[test]
    fn a_body_has_exactly_its_shape() {
        assert!(parse::<Two>(br#"{"one":"a","two":2}"#).is_ok());
        assert!(parse::<Two>(br#"{"one":"a"}"#).is_ok());
        let table: [(&[u8], Option<&str>); 9] = [
            (b"", None),
            (b"{", None),
            (b"\xff", None),
            (br#"{"one":"a"}x"#, None),
            (br#"{"one":"a","three":1}"#, Some("/three")),
            (br#"{"two":1}"#, Some("/one")),
            (br#"{"one":"a","one":"b"}"#, Some("/one")),
            (br#"{"one":1}"#, Some("/one")),
            (b"[]", Some("")),
        ];
        for (body, at) in table {
            let problem = parse::<Two>(body).unwrap_err();
            match (problem, at) {
                (Problem::Stop(_), None) => {}
                (Problem::Flawed(flaws), Some(at)) => assert_eq!(flaws[0].at, at, "{body:?}: {flaws:?}"),
                (other, _) => panic!("{body:?}: {other:?}"),
            }
        }
    }
}

//! Proof that a write comes from a form of ours, drawn for this very browser, on our own site.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, ORIGIN};
use actix_web::{FromRequest, HttpRequest, web};
use data_encoding::BASE64URL_NOPAD;
use futures_util::future::LocalBoxFuture;
use subtle::ConstantTimeEq as _;

use super::body::Form;
use super::cookies::{self, Cookie};
use super::house::House;
use crate::base::fault::Fault;
use crate::base::random;
use crate::model::refusal::{Refusal, Stop};

/// Thirty days.
const KEPT_SECONDS: u32 = 30 * 24 * 3600;

/// A browser, known by 32 random bytes in its cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browser {
    /// The bytes.
    pub id: [u8; 32],
    /// Whether it came without them, so that they were made now and go out with the answer.
    pub fresh: bool,
}

impl Browser {
    /// The browser of a request that carries the cookie.
    pub fn known(house: &House, headers: &HeaderMap) -> Option<Self> {
        let text = cookies::read(house, headers, Cookie::Browser)?;
        let mut id = [0; 32];
        // 43 characters of base64url without padding hold 32 bytes; longer ones would write past them.
        let whole = text.len() == 43 && BASE64URL_NOPAD.decode_mut(text.as_bytes(), &mut id) == Ok(id.len());
        whole.then_some(Self { id, fresh: false })
    }

    /// The value of the hidden field `csrf` in forms drawn for this browser.
    pub fn csrf(&self, house: &House) -> String {
        BASE64URL_NOPAD.encode(&house.seal(&[b"csrf", &self.id]))
    }

    /// Sends the cookie (again), so that it lasts thirty days from now.
    pub fn keep(&self, house: &House, req: &HttpRequest) {
        cookies::set(house, req, Cookie::Browser, &BASE64URL_NOPAD.encode(&self.id), KEPT_SECONDS);
    }
}

impl FromRequest for Browser {
    type Error = Stop;
    type Future = Ready<Result<Self, Stop>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(browser(req))
    }
}

fn browser(req: &HttpRequest) -> Result<Browser, Stop> {
    let house = house(req)?;
    if let Some(known) = Browser::known(house, req.headers()) {
        return Ok(known);
    }
    let fresh = Browser { id: random::bytes()?, fresh: true };
    fresh.keep(house, req);
    Ok(fresh)
}

/// A form sent from a page of ours by the browser it was drawn for. Every write takes one.
#[derive(Debug)]
pub struct Sent {
    /// What was sent.
    pub form: Form,
    /// By whom.
    pub browser: Browser,
}

impl FromRequest for Sent {
    type Error = Stop;
    type Future = LocalBoxFuture<'static, Result<Self, Stop>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let payload = payload.take();
        Box::pin(async move {
            let house = house(&req)?;
            let browser = sender(house, &req)?;
            let form = Form::read(&req, payload, house.body_deadline).await?;
            prove(house, &browser, &form)?;
            browser.keep(house, &req);
            Ok(Self { form, browser })
        })
    }
}

/// The browser of a write that no other site sent, as far as browsers say.
pub fn sender(house: &House, req: &HttpRequest) -> Result<Browser, Refusal> {
    if !same_site(&house.origin, req.headers()) {
        return Err(Refusal::Forged);
    }
    Browser::known(house, req.headers()).ok_or(Refusal::Forged)
}

/// That a form was drawn for that very browser.
pub fn prove(house: &House, browser: &Browser, form: &Form) -> Result<(), Refusal> {
    let shown = form.one("csrf").text().and_then(|t| BASE64URL_NOPAD.decode(t.as_bytes()).ok());
    let ours = shown.is_some_and(|shown| bool::from(shown.as_slice().ct_eq(&house.seal(&[b"csrf", &browser.id]))));
    if ours { Ok(()) } else { Err(Refusal::Forged) }
}

/// Whether the browser says, or does not deny, that a page of our own sent this. Browsers that say nothing are old
/// ones; for them the `csrf` field alone speaks.
fn same_site(origin: &str, headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(ORIGIN);
    let mut sites = headers.get_all("sec-fetch-site");
    origins.all(|v| v.to_str().is_ok_and(|said| said.eq_ignore_ascii_case(origin)))
        && sites.all(|v| matches!(v.as_bytes(), b"same-origin" | b"none"))
}

fn house(req: &HttpRequest) -> Result<&web::Data<House>, Fault> {
    req.app_data::<web::Data<House>>().ok_or_else(|| Fault::broken("the web floor has no settings"))
}

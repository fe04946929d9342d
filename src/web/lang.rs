//! The language of an answer: `?lang=` chooses and is remembered, then the cookie, then Indonesian.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::cookies::{self, Cookie};
use super::house::House;
use crate::i18n::Lang;

/// A year.
const REMEMBERED_SECONDS: u32 = 365 * 24 * 3600;

/// The language this request is answered in.
#[derive(Clone, Copy, Debug)]
pub struct Spoken(pub Lang);

impl FromRequest for Spoken {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(house) = req.app_data::<web::Data<House>>() else { return ready(Ok(Self(Lang::default()))) };
        if let Some(lang) = asked(req.query_string()) {
            cookies::set(house, req, Cookie::Lang, lang.code(), REMEMBERED_SECONDS);
        }
        ready(Ok(Self(of(house, req))))
    }
}

/// The language to answer in, where nothing is to be remembered.
pub fn of(house: &House, req: &HttpRequest) -> Lang {
    let kept = || cookies::read(house, req.headers(), Cookie::Lang).and_then(Lang::from_code);
    asked(req.query_string()).or_else(kept).unwrap_or_default()
}

fn asked(query: &str) -> Option<Lang> {
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Lang::from_code)
}

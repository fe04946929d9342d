//! The pages: each handler extracts, reads or acts, and draws or redirects.

pub mod account;
pub mod activate;
pub mod audit;
pub mod cancel;
pub mod demo;
pub mod help;
pub mod home;
pub mod link;
pub mod log;
pub mod login;
pub mod not_me;
pub mod reset;
pub mod sent;
pub mod staff;
pub mod status;
pub mod way_back;

use actix_web::http::header::{LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use maud::Markup;
use uuid::Uuid;

use super::cookies::{self, Cookie};
use super::lang::Spoken;
use super::{Browser, House, proof};
use crate::base::token::TokenPurpose;
use crate::model::activation::GRANT_HOURS;
use crate::views::layout::Frame;
use crate::views::link_problem;

/// Where a reset ends.
const DONE: &str = "/reset-totp/done";
/// The page behind a mailed activation link, where TOTP is activated at a portal.
const TO_PORTAL: &str = "/activate/portal";

/// A page with its status.
fn page(status: StatusCode, markup: Markup) -> HttpResponse {
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(markup.into_string())
}

/// 303: what a POST ends in, and where a mailed link leads.
fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}

/// Where a mailed token arrives: a genuine one leaves the address at once; nothing else changes.
fn arrive(
    house: &House,
    req: &HttpRequest,
    spoken: Spoken,
    genuine: bool,
    (purpose, token): (TokenPurpose, &str),
    path: &str,
) -> HttpResponse {
    if !genuine {
        return no_link(house, spoken, path, &link_problem::Data::Unknown);
    }
    proof::keep(house, req, purpose, token);
    see(path)
}

/// The page of a link that opens nothing. The address of its language switch must not hold what may be half a token.
fn no_link(house: &House, spoken: Spoken, path: &str, why: &link_problem::Data) -> HttpResponse {
    page(StatusCode::GONE, link_problem::page(&house.frame(spoken.0, path.to_owned(), None), why))
}

/// The frame of a page; its language switch leads to this very address.
fn frame(house: &House, req: &HttpRequest, spoken: Spoken, csrf: Option<String>) -> Frame {
    let path = req.uri().path_and_query().map_or("/", |p| p.as_str());
    house.frame(spoken.0, path.to_owned(), csrf)
}

/// The secret of the grant that this browser gets out of that link, or session: the same however often it is asked for,
/// and never one that somebody laid into the browser before.
fn grant_secret(house: &House, browser: &Browser, source: Uuid) -> [u8; 32] {
    house.seal(&[b"grant", source.as_bytes(), &browser.id])
}

/// Gives the browser its grant to activate, or gives it again.
fn keep_grant(house: &House, req: &HttpRequest, secret: &[u8; 32]) {
    let seconds = u32::try_from(GRANT_HOURS).unwrap_or_default() * 3600;
    cookies::set(house, req, Cookie::Grant, &BASE64URL_NOPAD.encode(secret), seconds);
}

/// An answer that says when to come again, where it has to.
fn dated(house: &House, mut answer: HttpResponse, until: Option<DateTime<Utc>>) -> HttpResponse {
    if let Some(until) = until {
        let seconds = (until - house.app.clock().now()).num_seconds().max(0) + 1;
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
        *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    }
    answer
}

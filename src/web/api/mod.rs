//! The API for portals that keep their own login page: keys, calls, answers and problems, described by one document.
//!
//! A handler takes [`Asked`] (a key's proof) or [`Call`] (the proof, the JSON body and its `Idempotency-Key`), lets an
//! action act, and answers with [`json`]. What stops it becomes a problem (RFC 9457) at the gate.

pub mod accounts;
pub mod call;
pub mod document;
pub mod enrolment;
pub mod events;
pub mod factor;
pub mod key;
pub mod portal;
pub mod problem;
pub mod resets;
pub mod verify;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use serde::Serialize;

pub use call::{Asked, Call, known_user_id};
pub use problem::{Flaw, Problem};

/// What the addresses of the API begin with.
pub const ROOT: &str = "/api/";
/// What those begin with that ask a key: there are other limits for them than the wall.
pub const KEYED: &str = "/api/v1/";

/// An answer in JSON, which nobody on the way keeps.
pub fn json(status: StatusCode, value: &impl Serialize) -> HttpResponse {
    let mut answer = HttpResponse::build(status).json(value);
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

//! What programs are told when the answer is no (RFC 9457): stable types, and what they can go on with.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::refusal::{Refusal, Stop};
use crate::web::errors::Told;

/// What a problem's type begins with; its refusal's code follows.
const TYPE: &str = "urn:pulih:problem:";

/// Why a handler of the API does not answer as asked.
#[derive(Debug)]
pub enum Problem {
    /// A refusal or a fault.
    Stop(Stop),
    /// What was sent has these flaws.
    Flawed(Vec<Flaw>),
}

/// A part of what was sent that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Flaw {
    /// Where it stands: a JSON Pointer (RFC 6901) into the body, or the name of a header or of a part of the address.
    #[schema(example = "/email")]
    pub at: String,
    /// What is wrong with it.
    pub detail: String,
}

impl Flaw {
    /// One flaw.
    pub fn new(at: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { at: at.into(), detail: detail.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stop(stop) => stop.fmt(f),
            Self::Flawed(flaws) => write!(f, "{} flaws", flaws.len()),
        }
    }
}

impl From<Stop> for Problem {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Stop(refusal.into())
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Stop(fault.into())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Stop(stop) => stop.status_code(),
            Self::Flawed(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        // the gate writes its words
        HttpResponse::new(self.status_code())
    }
}

/// A problem as it is written (`application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Written {
    /// `urn:pulih:problem:` and a code that never changes its meaning.
    #[serde(rename = "type")]
    #[schema(example = "urn:pulih:problem:grant-required")]
    kind: String,
    /// The same in words.
    title: String,
    /// HTTP status.
    #[schema(example = 409)]
    status: u16,
    /// What to do about it.
    detail: String,
    /// `urn:uuid:` and the id of this request, as in our log.
    instance: String,
    /// When it may be tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<String>,
    /// How many seconds the device's clock is ahead; negative where it is behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_offset_seconds: Option<i64>,
    /// What cannot be taken of what was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Flaw>,
}

/// The answer that tells it, but for headers that every such answer has.
pub fn answer(told: &Told, lang: Lang, request: Uuid) -> HttpResponse<BoxBody> {
    let status = told.status();
    let (code, title, detail) = match told {
        Told::Refusal(refusal) => words(*refusal, lang),
        Told::Flaws(_) => words(Refusal::FormInvalid, lang),
        Told::Incident(StatusCode::SERVICE_UNAVAILABLE, incident) => {
            ("away", lang.t("api-away-title"), format!("{} {incident}", lang.t("api-away-text")))
        }
        Told::Incident(_, incident) => {
            ("broken", lang.t("api-broken-title"), format!("{} {incident}", lang.t("api-broken-text")))
        }
    };
    let written = Written {
        kind: format!("{TYPE}{code}"),
        title,
        status: status.as_u16(),
        detail,
        instance: request.urn().to_string(),
        retry_at: match told {
            Told::Refusal(Refusal::TooMany(at) | Refusal::CodesHeld(at)) => Some(time(*at)),
            _ => None,
        },
        clock_offset_seconds: if let Told::Refusal(Refusal::CodeElsewhere(s)) = told { Some(*s) } else { None },
        errors: if let Told::Flaws(flaws) = told { flaws.clone() } else { Vec::new() },
    };
    let body = serde_json::to_string(&written).unwrap_or_default();
    let mut answer = HttpResponse::with_body(status, BoxBody::new(body));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    answer.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.code()));
    answer
}

/// What pages say about a refusal is for people; where a program needs other words, they stand under `api-`.
fn words(refusal: Refusal, lang: Lang) -> (&'static str, String, String) {
    let code = refusal.code();
    let say = |part: &str| {
        let own = lang.known(&format!("api-{code}-{part}"));
        own.unwrap_or_else(|| lang.t(&format!("refusal-{code}-{part}")))
    };
    (code, say("title"), say("text"))
}

/// The language of a problem's words: Indonesian for who prefers it, English for all others.
pub fn language(headers: &HeaderMap) -> Lang {
    let first = headers.get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if first.trim_start().get(..2).is_some_and(|two| two.eq_ignore_ascii_case("id")) { Lang::Id } else { Lang::En }
}

/// A time as the API says it: RFC 3339, UTC, whole seconds.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

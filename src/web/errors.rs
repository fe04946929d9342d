//! What people see when the answer is no: our refusals, our failures, and the framework's own errors.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use data_encoding::HEXUPPER;

use super::api::problem::{self, Flaw};
use super::house::House;
use crate::base::fault::{Fault, FaultKind};
use crate::base::random;
use crate::i18n::Lang;
use crate::model::refusal::{Refusal, Stop};
use crate::views::error;

/// Handlers end with a [`Stop`] where they do not answer as asked; the gate draws its page.
impl ResponseError for Stop {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => status(refusal.status()),
            Self::Fault(fault) => match fault.kind() {
                FaultKind::Away => StatusCode::SERVICE_UNAVAILABLE,
                FaultKind::Bug => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        match self {
            Self::Refused(Refusal::SignInFirst) => {
                HttpResponse::SeeOther().insert_header((LOCATION, "/login?note=ended")).finish()
            }
            Self::Refused(Refusal::StaffSignInFirst) => {
                HttpResponse::SeeOther().insert_header((LOCATION, "/staff/login?note=ended")).finish()
            }
            _ => HttpResponse::new(self.status_code()),
        }
    }
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What a visitor is to be told.
#[derive(Clone, Debug)]
pub enum Told {
    /// A refusal.
    Refusal(Refusal),
    /// A program's flaws, one by one.
    Flaws(Vec<Flaw>),
    /// Something of ours failed: its status and the reference they can name to the helpdesk.
    Incident(StatusCode, String),
}

impl Told {
    /// A failure, logged here and nowhere else, under the reference that the visitor sees.
    pub fn incident(fault: &Fault, request: &uuid::Uuid, route: &str) -> Self {
        let incident = reference();
        let away = fault.kind() == FaultKind::Away;
        let kind = if away { "away" } else { "bug" };
        tracing::error!(incident, kind, request = %request.simple(), route, fault = %fault, "failed");
        Self::Incident(if away { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR }, incident)
    }

    /// What the framework's own errors and empty answers mean; nothing for an answer that is none of these.
    pub fn of_status(status: StatusCode) -> Option<Refusal> {
        Some(match status {
            StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::EXPECTATION_FAILED => {
                Refusal::FormUnreadable
            }
            StatusCode::FORBIDDEN => Refusal::Forged,
            StatusCode::NOT_FOUND => Refusal::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Refusal::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Refusal::TooSlow,
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                Refusal::TooLarge
            }
            _ => return None,
        })
    }

    /// The answer's status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refusal(refusal) => status(refusal.status()),
            Self::Flaws(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Incident(status, _) => *status,
        }
    }

    /// Draws it for people; `path` is where the page's language switch leads.
    pub fn answer(&self, house: &House, lang: Lang, path: String) -> HttpResponse<BoxBody> {
        let mut answer = HttpResponse::with_body(self.status(), BoxBody::new(page(house, lang, path, self)));
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        self.add_headers(house, answer.headers_mut());
        answer
    }

    /// Writes it for programs.
    pub fn problem(&self, house: &House, lang: Lang, request: uuid::Uuid) -> HttpResponse<BoxBody> {
        let mut answer = problem::answer(self, lang, request);
        self.add_headers(house, answer.headers_mut());
        answer
    }

    fn add_headers(&self, house: &House, headers: &mut HeaderMap) {
        let wait = match self {
            Self::Refusal(Refusal::TooMany(open) | Refusal::CodesHeld(open)) => {
                Some((*open - house.app.clock().now()).num_seconds().max(0) + 1)
            }
            Self::Incident(StatusCode::SERVICE_UNAVAILABLE, _) => Some(5),
            _ => None,
        };
        let key = match self {
            Self::Refusal(Refusal::KeyRequired) => Some("Bearer"),
            // RFC 6750 §3.1
            Self::Refusal(Refusal::ScopeMissing) => Some("Bearer error=\"insufficient_scope\""),
            _ => None,
        };
        if let Some(key) = key {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(key));
        }
        if let Some(seconds) = wait {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
}

/// Six hexadecimal digits that can be read over a telephone: `7F3A-21`.
fn reference() -> String {
    let hex = HEXUPPER.encode(&random::bytes::<3>().unwrap_or_default());
    format!("{}-{}", &hex[..4], &hex[4..])
}

fn page(house: &House, lang: Lang, path: String, told: &Told) -> String {
    let data = match told.clone() {
        Told::Refusal(refusal) => error::Data::Refused(refusal),
        Told::Flaws(_) => error::Data::Refused(Refusal::FormInvalid),
        Told::Incident(StatusCode::SERVICE_UNAVAILABLE, incident) => error::Data::Away { incident },
        Told::Incident(_, incident) => error::Data::Broken { incident },
    };
    error::page(&house.frame(lang, path, None), &data).into_string()
}

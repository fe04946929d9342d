//! The pages of the desk, and what their handlers share.

pub mod accounts;
pub mod freeze;
pub mod import;
pub mod outbox;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

use super::frame;
use crate::model::refusal::{Refusal, Stop};
use crate::views::staff::{Desk, Room};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On};

/// Characters of a reason at most.
const REASON_MAX: usize = 500;

/// What a page of the desk is drawn in.
pub fn desk<P>(
    house: &House,
    req: &HttpRequest,
    spoken: Spoken,
    browser: &Browser,
    on: &On<P>,
    room: Room,
) -> Result<Desk, Stop> {
    Ok(Desk {
        frame: frame(house, req, spoken, Some(browser.csrf(house))),
        name: on.session.name.clone(),
        roles: on.session.roles()?,
        shortcuts: on.session.shortcuts,
        room,
    })
}

/// Why, in the desk's words: a line of three characters at least.
fn reason(form: &Form) -> Option<String> {
    let reason = form.one("reason").line().ok()?.trim();
    (3..=REASON_MAX).contains(&reason.chars().count()).then(|| reason.to_owned())
}

/// What an action with a fresh code came to; where the code was the trouble, the status and words for its field.
fn step_up_words<T>(desk: &Desk, done: Result<T, Stop>) -> Result<Result<T, (StatusCode, String)>, Stop> {
    let words = |key: &str| desk.t(key);
    let (status, words) = match done {
        Ok(done) => return Ok(Ok(done)),
        Err(Stop::Refused(Refusal::CodeWrong)) => (StatusCode::UNPROCESSABLE_ENTITY, words("staff-code-wrong")),
        Err(Stop::Refused(Refusal::CodeReplayed)) => (StatusCode::UNPROCESSABLE_ENTITY, words("staff-code-replayed")),
        Err(Stop::Refused(Refusal::CodeElsewhere(_))) => (StatusCode::UNPROCESSABLE_ENTITY, words("staff-code-clock")),
        Err(Stop::Refused(Refusal::CodesHeld(until))) => {
            let clock = desk.frame.clock(until);
            (StatusCode::TOO_MANY_REQUESTS, desk.ta("staff-code-held", &[("clock", &clock)]))
        }
        Err(stop) => return Err(stop),
    };
    Ok(Err((status, words)))
}

/// The kind of event that a line of history is about: its hyphens after the noun are the kind's.
fn kind(code: &str) -> String {
    match code.strip_prefix("recovery-codes-") {
        Some(verb) => format!("recovery-codes.{verb}"),
        None => code.replacen('-', ".", 1),
    }
}

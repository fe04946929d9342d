//! The pages of the desk, and what their handlers share.

pub mod accounts;
pub mod freeze;
pub mod import;
pub mod outbox;

pub mod activity;
pub mod deed;
pub mod enrol;
pub mod invite;
pub mod mail;
pub mod people;
pub mod portals;
pub mod sign_in;

pub mod bulk;
pub mod canned;
pub mod case;
pub mod hours;
pub mod live;
pub mod requests;

pub mod approvals;
pub mod erase;
pub mod propose;

use actix_web::HttpRequest;

use uuid::Uuid;

use super::frame;
use crate::base::fault::Fault;
use crate::model::refusal::{Refusal, Stop};
use crate::store::staff::people as people_store;
use crate::store::staff::session::Session;
use crate::views::code::CodeTrouble;
use crate::views::staff::people::Member;
use crate::views::staff::{Desk, LastSignIn, Room};
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
        last: last(&on.session),
    })
}

/// The sign-in before this one.
fn last(session: &Session) -> Option<LastSignIn> {
    let network = session.last_network.clone()?;
    Some(LastSignIn { at: session.last_at?, network, browser: session.last_browser.clone() })
}

/// An id in an address; what is none leads nowhere.
fn id(text: &str) -> Result<Uuid, Refusal> {
    Uuid::parse_str(text).map_err(|_| Refusal::NotFound)
}

/// Somebody of the desk as pages show them.
fn member(m: &people_store::Member) -> Result<Member, Fault> {
    Ok(Member {
        id: m.id.to_string(),
        username: m.username.clone(),
        employee_number: m.employee_number.clone(),
        name: m.name.clone(),
        address: m.address.clone(),
        roles: m.roles()?,
        status: m.status()?,
        has_factor: m.has_factor,
        last_at: m.last_at,
        pending: m.pending,
    })
}

/// Why, in the desk's words: a line of three characters at least.
fn reason(form: &Form) -> Option<String> {
    let reason = form.one("reason").line().ok()?.trim();
    (3..=REASON_MAX).contains(&reason.chars().count()).then(|| reason.to_owned())
}

/// What an action with a fresh code came to, or why the code was refused; what else stops it goes on.
fn step_up<T>(done: Result<T, Stop>) -> Result<Result<T, CodeTrouble>, Stop> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::Refused(refusal)) => Ok(Err(CodeTrouble::of(refusal).ok_or(refusal)?)),
        Err(fault) => Err(fault),
    }
}

/// The kind of event that a line of history is about: its hyphens after the noun are the kind's.
fn kind(code: &str) -> String {
    match code.strip_prefix("recovery-codes-") {
        Some(verb) => format!("recovery-codes.{verb}"),
        None => code.replacen('-', ".", 1),
    }
}

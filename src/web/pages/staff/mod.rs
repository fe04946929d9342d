//! The pages of the desk.

pub mod activity;
pub mod deed;
pub mod enrol;
pub mod invite;
pub mod people;
pub mod sign_in;

use actix_web::HttpRequest;

use uuid::Uuid;

use super::frame;
use crate::base::fault::Fault;
use crate::model::refusal::{Refusal, Stop};
use crate::store::staff::people as people_store;
use crate::store::staff::session::Session;
use crate::views::staff::people::Member;
use crate::views::staff::{Desk, LastSignIn, Room};
use crate::web::lang::Spoken;
use crate::web::{Browser, House, On};

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

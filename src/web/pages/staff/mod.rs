//! The pages of the desk.

pub mod approvals;
pub mod propose;

use actix_web::HttpRequest;

use super::frame;
use crate::model::refusal::Stop;
use crate::views::staff::{Desk, Room};
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
    })
}

//! What samples of the desk's pages are drawn in.

use super::frame;
use crate::i18n::Lang;
use crate::model::staff::{Role, Roles};
use crate::views::staff::{Desk, Room};

/// The desk of a supervisor who is also an admin, so that the menu is whole; nothing where roles cannot be so.
pub fn desk(lang: Lang, room: Room) -> Option<Desk> {
    let roles = Roles::of(&[Role::Helpdesk, Role::Supervisor, Role::Admin]).ok()?;
    let mut frame = frame(lang);
    "/staff/requests".clone_into(&mut frame.path);
    Some(Desk { frame, name: "Rina Wijaya".to_owned(), roles, shortcuts: true, room })
}

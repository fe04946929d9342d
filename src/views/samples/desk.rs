//! What samples of the desk's pages are drawn in.

use super::{at, frame};
use crate::i18n::Lang;
use crate::model::staff::{Role, Roles};
use crate::views::staff::{Desk, LastSignIn, Room};

/// The desk of a supervisor who is also an admin, so that the menu is whole; nothing where roles cannot be so.
pub fn desk(lang: Lang, room: Room) -> Option<Desk> {
    let roles = Roles::of(&[Role::Helpdesk, Role::Supervisor, Role::Admin]).ok()?;
    let mut frame = frame(lang);
    "/staff/requests".clone_into(&mut frame.path);
    let last =
        LastSignIn { at: at(-1_000), network: "192.0.2.0/24".to_owned(), browser: Some("Firefox, Windows".to_owned()) };
    Some(Desk { frame, name: "Rina Wijaya".to_owned(), roles, shortcuts: true, room, last: Some(last) })
}

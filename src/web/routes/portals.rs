//! Portals and their keys, as an admin keeps them.

use super::{Enter, Limit, Route, read_as, write_as};
use crate::app::staff::{Admin, Proof};
use crate::web::pages::staff::portals::{self, keys};

const ADMIN: Enter = Enter::Staff(Admin::ROLES);

/// Its rows.
pub const ROWS: &[Route] = &[
    read_as(ADMIN, "/staff/portals", Limit::Wall, |r| r.to(portals::list)),
    // before the id's row, which would take it
    read_as(ADMIN, "/staff/portals/new", Limit::Wall, |r| r.to(portals::new_page)),
    write_as(ADMIN, "/staff/portals/new", Limit::Guesses, &["portal.made"], |r| r.to(portals::new)),
    read_as(ADMIN, "/staff/portals/{id}", Limit::Wall, |r| r.to(portals::change_page)),
    write_as(ADMIN, "/staff/portals/{id}", Limit::Guesses, &["portal.changed"], |r| r.to(portals::change)),
    read_as(ADMIN, "/staff/portals/{id}/key", Limit::Wall, |r| r.to(keys::new_page)),
    write_as(ADMIN, "/staff/portals/{id}/key", Limit::Guesses, &["portal.key-made"], |r| r.to(keys::new)),
    read_as(ADMIN, "/staff/portals/{id}/keys/{key}", Limit::Wall, |r| r.to(keys::revoke_page)),
    write_as(ADMIN, "/staff/portals/{id}/keys/{key}", Limit::Guesses, &["portal.key-revoked"], |r| r.to(keys::revoke)),
];

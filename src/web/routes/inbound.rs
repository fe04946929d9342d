//! Mail that comes in: what the desk does with it.

use super::{Enter, Limit, Route, read_as, write_as};
use crate::app::staff::{Helpdesk, Proof};
use crate::web::pages::staff::mail::{self, files, list, writing};

const QUEUE: Enter = Enter::Staff(Helpdesk::ROLES);

/// Its rows.
pub const ROWS: &[Route] = &[
    read_as(QUEUE, "/staff/mail", Limit::Wall, |r| r.to(list::show)),
    read_as(QUEUE, "/staff/mail/{id}", Limit::Wall, |r| r.to(mail::show)),
    read_as(QUEUE, "/staff/mail/{id}/html", Limit::Wall, |r| r.to(mail::html)),
    write_as(QUEUE, "/staff/mail/{id}/raw", Limit::Wall, &["inbound.shown"], |r| r.to(files::raw)),
    write_as(QUEUE, "/staff/mail/{id}/attachment", Limit::Wall, &["inbound.shown"], |r| r.to(files::attachment)),
    write_as(QUEUE, "/staff/mail/{id}/place", Limit::Wall, &["inbound.placed", "account.searched"], |r| {
        r.to(writing::place_it)
    }),
    write_as(QUEUE, "/staff/mail/{id}/link", Limit::Wall, &["inbound.linked"], |r| r.to(writing::send_link)),
    write_as(QUEUE, "/staff/mail/{id}/answer", Limit::Wall, &["inbound.answered"], |r| r.to(writing::send_answer)),
    write_as(QUEUE, "/staff/mail/{id}/move", Limit::Wall, &["inbound.moved"], |r| r.to(writing::put)),
];

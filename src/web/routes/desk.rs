//! The queue, its cases, and the texts and hours of the desk.

use super::{Enter, Limit, Route, read_as, write_as};
use crate::app::staff::{Admin, Helpdesk, Lead, Proof};
use crate::web::pages::staff::case::writing;
use crate::web::pages::staff::{bulk, canned, case, hours, live, requests};

const QUEUE: Enter = Enter::Staff(Helpdesk::ROLES);
const ADMIN: Enter = Enter::Staff(Admin::ROLES);

/// Its rows.
pub const ROWS: &[Route] = &[
    read_as(QUEUE, "/staff/requests", Limit::Wall, |r| r.to(requests::show)),
    // before the case's row, which would take them
    read_as(QUEUE, "/staff/requests/live", Limit::Wall, |r| r.to(live::live)),
    write_as(QUEUE, "/staff/requests/bulk", Limit::Wall, &["case.taken", "case.assigned", "request.closed"], |r| {
        r.to(bulk::act)
    }),
    write_as(QUEUE, "/staff/requests/undo", Limit::Wall, &["case.undone"], |r| r.to(bulk::undo)),
    read_as(QUEUE, "/staff/requests/{id}", Limit::Wall, |r| r.to(case::show)),
    write_as(QUEUE, "/staff/requests/{id}/take", Limit::Wall, &["case.taken"], |r| r.to(writing::take)),
    write_as(QUEUE, "/staff/requests/{id}/release", Limit::Wall, &["case.released"], |r| r.to(writing::release)),
    write_as(QUEUE, "/staff/requests/{id}/assign", Limit::Wall, &["case.assigned"], |r| r.to(writing::assign)),
    write_as(QUEUE, "/staff/requests/{id}/wait", Limit::Wall, &["case.waiting"], |r| r.to(writing::wait)),
    write_as(QUEUE, "/staff/requests/{id}/resume", Limit::Wall, &["case.resumed"], |r| r.to(writing::resume)),
    write_as(QUEUE, "/staff/requests/{id}/note", Limit::Wall, &["case.noted"], |r| r.to(writing::note)),
    write_as(QUEUE, "/staff/requests/{id}/reply", Limit::Wall, &["case.replied"], |r| r.to(writing::reply)),
    write_as(QUEUE, "/staff/requests/{id}/link", Limit::Wall, &["case.link-sent"], |r| r.to(writing::link)),
    write_as(QUEUE, "/staff/requests/{id}/reveal", Limit::Wall, &["address.revealed"], |r| r.to(writing::reveal)),
    write_as(QUEUE, "/staff/requests/{id}/reject", Limit::Wall, &["request.rejected"], |r| r.to(writing::reject)),
    write_as(QUEUE, "/staff/requests/{id}/close", Limit::Wall, &["request.closed"], |r| r.to(writing::close)),
    read_as(Enter::Staff(Lead::ROLES), "/staff/settings", Limit::Wall, |r| r.to(canned::index)),
    read_as(ADMIN, "/staff/settings/canned", Limit::Wall, |r| r.to(canned::list)),
    read_as(ADMIN, "/staff/settings/canned/{id}", Limit::Wall, |r| r.to(canned::edit)),
    write_as(ADMIN, "/staff/settings/canned/{id}", Limit::Wall, &["canned.changed"], |r| r.to(canned::save)),
    write_as(ADMIN, "/staff/settings/canned/{id}/retire", Limit::Wall, &["canned.retired"], |r| r.to(canned::retire)),
    read_as(ADMIN, "/staff/settings/hours", Limit::Wall, |r| r.to(hours::show)),
    write_as(ADMIN, "/staff/settings/hours", Limit::Wall, &["hours.changed"], |r| r.to(hours::set_week)),
    write_as(ADMIN, "/staff/settings/holidays", Limit::Wall, &["holidays.changed"], |r| r.to(hours::set_holidays)),
];

//! Sign-in of the desk, its people, and one's own sessions.

use super::{Enter, Limit, Route, read, read_as, write, write_as};
use crate::app::staff::{Admin, Anybody, Lead, Proof};
use crate::web::pages::staff::{activity, deed, enrol, invite, people, sign_in};

const ANYBODY: Enter = Enter::Staff(Anybody::ROLES);
const LEAD: Enter = Enter::Staff(Lead::ROLES);
const ADMIN: Enter = Enter::Staff(Admin::ROLES);

/// Its rows.
pub const ROWS: &[Route] = &[
    read("/staff", Limit::Wall, |r| r.to(sign_in::home)),
    read("/staff/login", Limit::Wall, |r| r.to(sign_in::show)),
    write("/staff/login", Limit::Guesses, &["staff.password"], |r| r.to(sign_in::give_password)),
    read_as(Enter::DeskPassword, "/staff/login/totp", Limit::Wall, |r| r.to(sign_in::totp)),
    write_as(Enter::DeskPassword, "/staff/login/totp", Limit::Guesses, &["staff.code"], |r| r.to(sign_in::give_code)),
    write_as(Enter::DeskPassword, "/staff/logout", Limit::Wall, &["staff.session-ended"], |r| r.to(sign_in::logout)),
    read_as(Enter::DeskPassword, "/staff/enrol", Limit::Wall, |r| r.to(enrol::show)),
    write_as(Enter::DeskPassword, "/staff/enrol", Limit::Wall, &["staff.enrolled"], |r| r.to(enrol::confirm)),
    write_as(Enter::DeskPassword, "/staff/enrol/start", Limit::Wall, &["staff.enrolling"], |r| r.to(enrol::start)),
    read("/staff/invite", Limit::Wall, |r| r.to(invite::show)),
    write("/staff/invite", Limit::Wall, &["staff.joined"], |r| r.to(invite::set_password)),
    read("/staff/invite/{token}", Limit::Wall, |r| r.to(invite::arrive)),
    read_as(LEAD, "/staff/people", Limit::Wall, |r| r.to(people::list)),
    // before the id's row, which would take it
    read_as(ADMIN, "/staff/people/new", Limit::Wall, |r| r.to(deed::new_page)),
    write_as(ADMIN, "/staff/people/new", Limit::Guesses, &["staff.proposed"], |r| r.to(deed::new)),
    read_as(LEAD, "/staff/people/{id}", Limit::Wall, |r| r.to(people::show)),
    write_as(LEAD, "/staff/people/{id}/decide", Limit::Guesses, &["staff.confirmed", "staff.rejected"], |r| {
        r.to(people::decide)
    }),
    write_as(ADMIN, "/staff/people/{id}/withdraw", Limit::Wall, &["staff.withdrawn"], |r| r.to(people::withdraw)),
    read_as(ADMIN, "/staff/people/{id}/{deed}", Limit::Wall, |r| r.to(deed::show)),
    write_as(
        ADMIN,
        "/staff/people/{id}/{deed}",
        Limit::Guesses,
        &["staff.proposed", "staff.disabled", "staff.invited"],
        |r| r.to(deed::give),
    ),
    read_as(ANYBODY, "/staff/activity", Limit::Wall, |r| r.to(activity::show)),
    write_as(ANYBODY, "/staff/activity/sessions", Limit::Wall, &["staff.session-ended"], |r| {
        r.to(activity::end_sessions)
    }),
    write_as(ANYBODY, "/staff/activity/shortcuts", Limit::Wall, &["staff.shortcuts-set"], |r| {
        r.to(activity::shortcuts)
    }),
    read_as(ANYBODY, "/staff/activity/password", Limit::Wall, |r| r.to(activity::password_page)),
    write_as(ANYBODY, "/staff/activity/password", Limit::Guesses, &["staff.password-changed"], |r| {
        r.to(activity::change_password)
    }),
];

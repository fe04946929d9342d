//! The API for portals.

use actix_web::http::Method;

use super::{Enter, Limit, Route, read, read_as, write_as};
use crate::model::portal::Scope;
use crate::web::api::{accounts, document, enrolment, events, factor, portal, resets, verify};

/// Its rows.
pub const ROWS: &[Route] = &[
    read("/api/openapi.json", Limit::Wall, |r| r.to(document::show)),
    read_as(Enter::Portal(None), "/api/v1/portal", Limit::Key, |r| r.to(portal::show)),
    read_as(Enter::Portal(Some(Scope::AccountsRead)), "/api/v1/accounts/{user_id}", Limit::Key, |r| {
        r.to(accounts::show)
    }),
    Route {
        method: Method::PUT,
        path: "/api/v1/accounts/{user_id}",
        enter: Enter::Portal(Some(Scope::AccountsWrite)),
        limit: Limit::Key,
        events: &["account.registered", "account.changed"],
        to: |r| r.to(accounts::put),
    },
    read_as(Enter::Portal(Some(Scope::Events)), "/api/v1/events", Limit::Key, |r| r.to(events::list)),
    write_as(Enter::Portal(Some(Scope::Resets)), "/api/v1/resets", Limit::Key, &["reset.asked"], |r| r.to(resets::ask)),
    read_as(Enter::Portal(Some(Scope::Resets)), "/api/v1/resets/{reference}", Limit::Key, |r| r.to(resets::show)),
    write_as(
        Enter::Portal(Some(Scope::Enrol)),
        "/api/v1/accounts/{user_id}/enrolment",
        Limit::Key,
        &["totp.enrolling"],
        |r| r.to(enrolment::begin),
    ),
    write_as(
        Enter::Portal(Some(Scope::Enrol)),
        "/api/v1/accounts/{user_id}/enrolment/{enrolment}/confirm",
        Limit::Key,
        &["totp.activated"],
        |r| r.to(enrolment::confirm),
    ),
    write_as(
        Enter::Portal(Some(Scope::Enrol)),
        "/api/v1/accounts/{user_id}/recovery-codes",
        Limit::Key,
        &["recovery-codes.renewed"],
        |r| r.to(factor::renew),
    ),
    write_as(
        Enter::Portal(Some(Scope::Disable)),
        "/api/v1/accounts/{user_id}/disable",
        Limit::Key,
        &["totp.disabled"],
        |r| r.to(factor::disable),
    ),
    write_as(
        Enter::Portal(Some(Scope::Verify)),
        "/api/v1/accounts/{user_id}/verify",
        Limit::Key,
        &["code.verified"],
        |r| r.to(verify::verify),
    ),
];

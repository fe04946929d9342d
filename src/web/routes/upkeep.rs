//! Accounts, the outbox, freezing, import and export.

use super::{Enter, Limit, Route, read_as, write_as};
use crate::app::staff::{Admin, Helpdesk, Lead, Officer, Proof, Supervisor};
use crate::web::pages::staff::{accounts, erase, freeze, import, outbox};

/// Its rows.
pub const ROWS: &[Route] = &[
    read_as(Enter::Staff(Officer::ROLES), "/staff/accounts", Limit::Wall, |r| r.to(accounts::show)),
    write_as(Enter::Staff(Helpdesk::ROLES), "/staff/accounts", Limit::Guesses, &["account.searched"], |r| {
        r.to(accounts::search)
    }),
    write_as(Enter::Staff(Lead::ROLES), "/staff/accounts/export", Limit::Guesses, &["accounts.exported"], |r| {
        r.to(accounts::export)
    }),
    // fixed paths before the one with an id
    read_as(Enter::Staff(Lead::ROLES), "/staff/accounts/import", Limit::Wall, |r| r.to(import::show)),
    // bookkeeping: scratch rows
    write_as(Enter::Staff(Lead::ROLES), "/staff/accounts/import", Limit::Wall, &[], |r| r.to(import::check)),
    write_as(
        Enter::Staff(Lead::ROLES),
        "/staff/accounts/import/confirm",
        Limit::Guesses,
        &["accounts.uploaded"],
        |r| r.to(import::confirm),
    ),
    read_as(Enter::Staff(Admin::ROLES), "/staff/accounts/erase", Limit::Wall, |r| r.to(erase::form)),
    write_as(Enter::Staff(Admin::ROLES), "/staff/accounts/erase", Limit::Guesses, &["erase.proposed"], |r| {
        r.to(erase::send)
    }),
    read_as(Enter::Staff(Helpdesk::ROLES), "/staff/accounts/{id}", Limit::Wall, |r| r.to(accounts::account)),
    write_as(
        Enter::Staff(Helpdesk::ROLES),
        "/staff/accounts/{id}/status",
        Limit::Guesses,
        &["account.locked", "account.unlocked"],
        |r| r.to(accounts::status),
    ),
    read_as(Enter::Staff(Officer::ROLES), "/staff/outbox", Limit::Wall, |r| r.to(outbox::show)),
    write_as(Enter::Staff(Lead::ROLES), "/staff/outbox/retry", Limit::Wall, &["mail.retried"], |r| r.to(outbox::retry)),
    write_as(Enter::Staff(Lead::ROLES), "/staff/outbox/cancel", Limit::Wall, &["mail.cancelled"], |r| {
        r.to(outbox::cancel)
    }),
    write_as(Enter::Staff(Supervisor::ROLES), "/staff/outbox/renew", Limit::Guesses, &["links.renewed"], |r| {
        r.to(outbox::renew_all)
    }),
    read_as(Enter::Staff(Lead::ROLES), "/staff/freeze", Limit::Wall, |r| r.to(freeze::show)),
    write_as(Enter::Staff(Lead::ROLES), "/staff/freeze", Limit::Guesses, &["freeze.set", "freeze.lifted"], |r| {
        r.to(freeze::switch)
    }),
];

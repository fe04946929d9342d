//! What two people decide: proposals and approvals, and the links that cancel them.

use super::{Enter, Limit, Route, read, read_as, write, write_as};
use crate::app::staff::{Anybody, Helpdesk, Officer, Proof};
use crate::web::pages::cancel;
use crate::web::pages::staff::{approvals, propose};

const HELPDESK: Enter = Enter::Staff(Helpdesk::ROLES);
/// Auditors see and decide what concerns them: erasures.
const ANYBODY: Enter = Enter::Staff(Anybody::ROLES);
const OFFICER: Enter = Enter::Staff(Officer::ROLES);

/// What a decision may leave behind.
const DECIDED: &[&str] = &[
    "manual.approved",
    "manual.rejected",
    "manual.withdrawn",
    "manual.cancelled",
    "manual.upheld",
    "manual.dismissed",
    "address.approved",
    "address.rejected",
    "address.withdrawn",
    "protect.approved",
    "protect.rejected",
    "protect.withdrawn",
    "unlock.approved",
    "unlock.rejected",
    "unlock.withdrawn",
    "overwrite.approved",
    "overwrite.rejected",
    "overwrite.withdrawn",
    "erase.approved",
    "erase.rejected",
    "erase.withdrawn",
];

/// Its rows.
pub const ROWS: &[Route] = &[
    read_as(HELPDESK, "/staff/accounts/{id}/reset", Limit::Wall, |r| r.to(propose::form)),
    write_as(HELPDESK, "/staff/accounts/{id}/reset", Limit::Guesses, &["manual.proposed"], |r| r.to(propose::send)),
    read_as(HELPDESK, "/staff/accounts/{id}/address", Limit::Wall, |r| r.to(propose::form)),
    write_as(HELPDESK, "/staff/accounts/{id}/address", Limit::Guesses, &["address.proposed"], |r| r.to(propose::send)),
    read_as(HELPDESK, "/staff/accounts/{id}/protect", Limit::Wall, |r| r.to(propose::form)),
    write_as(HELPDESK, "/staff/accounts/{id}/protect", Limit::Guesses, &["protect.proposed"], |r| r.to(propose::send)),
    read_as(HELPDESK, "/staff/accounts/{id}/unlock", Limit::Wall, |r| r.to(propose::form)),
    write_as(HELPDESK, "/staff/accounts/{id}/unlock", Limit::Guesses, &["unlock.proposed"], |r| r.to(propose::send)),
    read_as(ANYBODY, "/staff/approvals", Limit::Wall, |r| r.to(approvals::list)),
    read_as(ANYBODY, "/staff/approvals/{id}", Limit::Wall, |r| r.to(approvals::show)),
    write_as(ANYBODY, "/staff/approvals/{id}", Limit::Guesses, DECIDED, |r| r.to(approvals::say)),
    write_as(HELPDESK, "/staff/approvals/{id}/files", Limit::Wall, &["evidence.attached"], |r| r.to(approvals::attach)),
    read_as(OFFICER, "/staff/approvals/{id}/files/{file}", Limit::Wall, |r| r.to(approvals::file)),
    // before the token's row, which would take it
    write("/cancel/confirm", Limit::Wall, &["manual.cancelled", "manual.contested"], |r| r.to(cancel::confirm)),
    read("/cancel/{token}", Limit::Wall, |r| r.to(cancel::arrive)),
    read("/cancel", Limit::Wall, |r| r.to(cancel::show)),
    // the first of two steps: it only leads on
    write("/cancel", Limit::Wall, &[], |r| r.to(cancel::next)),
];

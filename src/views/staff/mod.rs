//! The pages of the desk: their shell, and what they share.

pub mod account;
pub mod accounts;
pub mod activity;
pub mod approval;
pub mod approvals;
pub mod case;
pub mod case_forms;
pub mod case_late;
pub mod case_mail;
pub mod deed;
pub mod enrol;
pub mod erase;
pub mod freeze;
pub mod import;
pub mod invite;
pub mod mail;
pub mod mail_forms;
pub mod mail_list;
pub mod mail_proof;
pub mod mail_text;
pub mod outbox;
pub mod parts;
pub mod people;
pub mod portal_forms;
pub mod portals;
pub mod propose;
pub mod queue;
pub mod settings;
pub mod shell;
pub mod sign_in;

use chrono::{DateTime, Utc};

use super::layout::Frame;
use crate::model::proposal::Kind;
use crate::model::staff::Roles;

/// What a page of the desk is drawn in.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Site, viewer and place.
    pub frame: Frame,
    /// Name of who looks at it.
    pub name: String,
    /// Their roles.
    pub roles: Roles,
    /// Whether keys of the keyboard do something.
    pub shortcuts: bool,
    /// The room it is in.
    pub room: Room,
    /// The sign-in before this one.
    pub last: Option<LastSignIn>,
}

/// A sign-in that was: shown on every page, so that one sees if it was somebody else.
#[derive(Clone, Debug)]
pub struct LastSignIn {
    /// When.
    pub at: DateTime<Utc>,
    /// From which network.
    pub network: String,
    /// By which browser, as far as known.
    pub browser: Option<String>,
}

impl Desk {
    /// The words of `key`.
    pub fn t(&self, key: &str) -> String {
        self.frame.t(key)
    }

    /// The words of `key` with its variables.
    pub fn ta(&self, key: &str, args: &[(&'static str, &str)]) -> String {
        self.frame.ta(key, args)
    }

    /// Whether who looks may see a proposal of that kind.
    fn sees(&self, kind: &str) -> bool {
        Kind::from_code(kind).is_some_and(|kind| kind.is_seen_by(&self.roles))
    }
}

/// A room of the desk, which its menu leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// The queue and its cases.
    Requests,
    /// Mail that came in.
    Mail,
    /// What waits for a second person.
    Approvals,
    /// Accounts.
    Accounts,
    /// Letters.
    Outbox,
    /// The history.
    History,
    /// Whether the log is whole.
    Integrity,
    /// Reports.
    Reports,
    /// Samples that are reviewed.
    Review,
    /// Exports of the history.
    Exports,
    /// People of the desk.
    People,
    /// Portals and their keys.
    Portals,
    /// Texts, hours, freeze.
    Settings,
    /// One's own sessions and actions.
    Activity,
}

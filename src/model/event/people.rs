//! What the events of the people of the desk themselves say.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Parts, Subject, parts};
use crate::model::staff::{Change, Roles};

/// Its kinds, in the order of `docs/events.md`.
pub(super) const KINDS: &[&str] = &[
    "staff.password",
    "staff.code",
    "staff.enrolling",
    "staff.enrolled",
    "staff.session-ended",
    "staff.password-changed",
    "staff.shortcuts-set",
    "staff.proposed",
    "staff.confirmed",
    "staff.rejected",
    "staff.withdrawn",
    "staff.disabled",
    "staff.added",
    "staff.invited",
    "staff.joined",
    "staff.mfa-reset",
];

/// What happened.
#[derive(Clone, Debug)]
pub enum People {
    /// The password step of a sign-in.
    Password {
        /// Who; nobody where no person stands behind the user name.
        staff: Option<Uuid>,
        /// The user name as typed.
        username: String,
        /// The network it came from.
        network: String,
        /// The session it opened, and the enrolment that began with it; none where it was refused.
        opened: Option<(Uuid, Option<Uuid>)>,
    },
    /// The code step of a sign-in.
    Code {
        /// Who.
        staff: Uuid,
        /// The session that had shown the password.
        session: Uuid,
        /// How many seconds ahead the device's clock is, where a code of another time shows it.
        clock_seconds: Option<i64>,
        /// The session it rose to; none where it was refused.
        rose_to: Option<Uuid>,
        /// The network it came from.
        network: String,
    },
    /// A secret was made and shown, to be proved by a first code.
    Enrolling {
        /// Who.
        staff: Uuid,
        /// The factor; none where it was refused.
        factor: Option<Uuid>,
    },
    /// A first code was given.
    Enrolled {
        /// Who.
        staff: Uuid,
        /// The factor shown.
        factor: Uuid,
        /// The session it rose to, and how many others ended; none where it was refused.
        rose_to: Option<(Uuid, i64)>,
    },
    /// Sessions were ended by their owner.
    SessionEnded {
        /// Who.
        staff: Uuid,
        /// How many.
        sessions: i64,
        /// Whether the session that asked was one of them.
        own: bool,
    },
    /// The password was changed by its owner.
    PasswordChanged {
        /// Who.
        staff: Uuid,
        /// Sessions ended; none where it was refused.
        sessions: i64,
    },
    /// Keys of the keyboard were turned on or off.
    ShortcutsSet {
        /// Who.
        staff: Uuid,
        /// Which.
        on: bool,
    },
    /// A change of people was proposed, to be confirmed by a second person.
    Proposed(Proposed),
    /// A second person agreed: it took effect.
    Confirmed(Decided),
    /// A second person refused.
    Rejected(Decided),
    /// Who proposed it took it back.
    Withdrawn(Decided),
    /// Somebody may not sign in any more.
    Disabled {
        /// Who.
        staff: Uuid,
        /// Sessions ended.
        sessions: i64,
        /// Proposals about people that ended with it.
        proposals: i64,
    },
    /// An operator added somebody.
    Added {
        /// Who; none where it was refused.
        staff: Option<Uuid>,
        /// Their roles.
        roles: Roles,
        /// The link that invites them.
        link: Option<Uuid>,
    },
    /// Somebody was invited again.
    Invited {
        /// Who.
        staff: Uuid,
        /// The link that invites them; none where it was refused.
        link: Option<Uuid>,
    },
    /// An invitation was used: the password is set.
    Joined {
        /// Who.
        staff: Uuid,
        /// The link.
        link: Uuid,
    },
    /// An operator broke the glass: the TOTP was revoked.
    MfaReset {
        /// Who.
        staff: Uuid,
        /// The factor revoked.
        factor: Option<Uuid>,
        /// Sessions ended.
        sessions: i64,
        /// Letters that tell of it.
        letters: usize,
    },
}

/// A change that was proposed.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// What.
    pub change: Change,
    /// About whom; none where somebody new was refused.
    pub staff: Option<Uuid>,
    /// The proposal; none where it was refused.
    pub proposal: Option<Uuid>,
    /// The roles it gives.
    pub roles: Option<Roles>,
}

/// A decision about a proposal.
#[derive(Clone, Debug)]
pub struct Decided {
    /// What was decided.
    pub change: Change,
    /// About whom.
    pub staff: Uuid,
    /// The proposal.
    pub proposal: Uuid,
    /// The roles it gives.
    pub roles: Option<Roles>,
    /// SHA-256 of what was shown, in hexadecimal.
    pub shown: String,
    /// What it did; none unless it took effect.
    pub effect: Option<Effect>,
}

/// What a confirmed change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Sessions ended.
    pub sessions: i64,
    /// The link that invites, where one was posted.
    pub link: Option<Uuid>,
    /// The factor revoked.
    pub factor: Option<Uuid>,
    /// Letters that tell of it.
    pub letters: usize,
}

fn of(staff: Option<Uuid>) -> Subject {
    Subject { staff, ..Subject::default() }
}

fn about(staff: Option<Uuid>, proposal: Option<Uuid>) -> Subject {
    Subject { proposal, staff, ..Subject::default() }
}

fn codes(roles: Option<&Roles>) -> Value {
    json!(roles.map(Roles::codes))
}

impl Decided {
    fn parts(&self, kind: &'static str) -> Parts {
        let mut facts = vec![
            ("change", json!(self.change.code())),
            ("roles", codes(self.roles.as_ref())),
            ("shown", json!(self.shown)),
        ];
        if let Some(effect) = self.effect {
            facts.extend([
                ("sessions", json!(effect.sessions)),
                ("link", json!(effect.link)),
                ("factor", json!(effect.factor)),
                ("letters", json!(effect.letters)),
            ]);
        }
        parts(kind, about(Some(self.staff), Some(self.proposal)), facts)
    }
}

impl People {
    pub(super) fn parts(&self) -> Parts {
        match self {
            Self::Password { staff, username, network, opened } => password(*staff, username, network, *opened),
            Self::Code { staff, session, clock_seconds, rose_to, network } => {
                let facts = vec![
                    ("session", json!(session)),
                    ("clock_seconds", json!(clock_seconds)),
                    ("rose_to", json!(rose_to)),
                ];
                let personal = vec![("network", network.clone())];
                Parts { personal, ..parts("staff.code", of(Some(*staff)), facts) }
            }
            Self::Enrolling { staff, factor } => {
                parts("staff.enrolling", of(Some(*staff)), vec![("factor", json!(factor))])
            }
            Self::Enrolled { staff, factor, rose_to } => enrolled(*staff, *factor, *rose_to),
            Self::SessionEnded { staff, sessions, own } => {
                parts("staff.session-ended", of(Some(*staff)), vec![("sessions", json!(sessions)), ("own", json!(own))])
            }
            Self::PasswordChanged { staff, sessions } => {
                parts("staff.password-changed", of(Some(*staff)), vec![("sessions", json!(sessions))])
            }
            Self::ShortcutsSet { staff, on } => parts("staff.shortcuts-set", of(Some(*staff)), vec![("on", json!(on))]),
            Self::Proposed(p) => parts(
                "staff.proposed",
                about(p.staff, p.proposal),
                vec![("change", json!(p.change.code())), ("roles", codes(p.roles.as_ref()))],
            ),
            Self::Confirmed(decided) => decided.parts("staff.confirmed"),
            Self::Rejected(decided) => decided.parts("staff.rejected"),
            Self::Withdrawn(decided) => decided.parts("staff.withdrawn"),
            Self::Disabled { staff, sessions, proposals } => parts(
                "staff.disabled",
                of(Some(*staff)),
                vec![("sessions", json!(sessions)), ("proposals", json!(proposals))],
            ),
            Self::Added { staff, roles, link } => {
                parts("staff.added", Subject { link: *link, ..of(*staff) }, vec![("roles", codes(Some(roles)))])
            }
            Self::Invited { staff, link } => {
                parts("staff.invited", Subject { link: *link, ..of(Some(*staff)) }, vec![])
            }
            Self::Joined { staff, link } => {
                parts("staff.joined", Subject { link: Some(*link), ..of(Some(*staff)) }, vec![])
            }
            Self::MfaReset { staff, factor, sessions, letters } => parts(
                "staff.mfa-reset",
                of(Some(*staff)),
                vec![("factor", json!(factor)), ("sessions", json!(sessions)), ("letters", json!(letters))],
            ),
        }
    }
}

fn password(staff: Option<Uuid>, username: &str, network: &str, opened: Option<(Uuid, Option<Uuid>)>) -> Parts {
    let facts =
        opened.map_or_else(Vec::new, |(session, factor)| vec![("session", json!(session)), ("factor", json!(factor))]);
    let personal = vec![("username", username.to_owned()), ("network", network.to_owned())];
    Parts { personal, ..parts("staff.password", of(staff), facts) }
}

fn enrolled(staff: Uuid, factor: Uuid, rose_to: Option<(Uuid, i64)>) -> Parts {
    let mut facts = vec![("factor", json!(factor))];
    if let Some((session, sessions)) = rose_to {
        facts.extend([("rose_to", json!(session)), ("sessions", json!(sessions))]);
    }
    parts("staff.enrolled", of(Some(staff)), facts)
}

//! What takes effect only when somebody else agrees: its kinds, its states, and the bytes of what was shown.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::erasure::Counts;
use super::staff::{Role, Roles};
use super::words::words;
use crate::base::fault::Fault;
use crate::base::{json as canonical, secret_hash};

words! {
    /// What is proposed.
    Kind {
        /// A reset by the desk.
        Reset = "reset",
        /// A protected account's own reset.
        SelfReset = "self-reset",
        /// Another address.
        Address = "address",
        /// The protected flag on.
        Protect = "protect",
        /// The protected flag off.
        Unprotect = "unprotect",
        /// Sign-in again after *Ini bukan saya*.
        Unlock = "unlock",
        /// A line of an import that would overwrite.
        Overwrite = "overwrite",
        /// Erasing its person's details.
        Erase = "erase",
        /// Somebody new at the desk.
        StaffNew = "staff-new",
        /// Other roles for somebody of the desk.
        StaffRoles = "staff-roles",
        /// A new TOTP for somebody of the desk.
        StaffMfa = "staff-mfa",
    }
}

impl Kind {
    /// Whether it resets a factor in the end.
    pub fn resets(self) -> bool {
        matches!(self, Self::Reset | Self::SelfReset)
    }

    /// How many have to agree.
    pub fn needed(self, urgent: bool) -> i16 {
        match self {
            Self::Protect | Self::Unprotect => 2,
            Self::Reset if urgent => 2,
            _ => 1,
        }
    }

    /// Whether somebody with those roles sees it: an erasure is between admins and auditors, who see nothing else.
    pub fn is_seen_by(self, roles: &Roles) -> bool {
        match self {
            Self::Erase => roles.any(&[Role::Admin, Role::Auditor]),
            _ => !roles.has(Role::Auditor),
        }
    }

    /// Who decides about it.
    pub fn decider(self) -> Role {
        if self == Self::Erase { Role::Auditor } else { Role::Supervisor }
    }

    /// Whether it is about somebody of the desk, which is decided elsewhere.
    pub fn is_staff(self) -> bool {
        matches!(self, Self::StaffNew | Self::StaffRoles | Self::StaffMfa)
    }
}

words! {
    /// Where a proposal stands.
    State {
        /// Somebody else has to agree.
        Proposed = "proposed",
        /// Agreed; takes effect when its time comes.
        Waiting = "waiting",
        /// Cancelled from the mailbox that is said to be lost.
        Contested = "contested",
        /// It took effect.
        Done = "done",
        /// Somebody said no.
        Rejected = "rejected",
        /// Nobody agreed in time.
        Expired = "expired",
        /// Withdrawn, cancelled or overtaken.
        Cancelled = "cancelled",
    }
}

words! {
    /// Why a manual reset is needed.
    Reason {
        /// The device is lost or stolen.
        DeviceLost = "device-lost",
        /// The device is broken or was erased.
        DeviceBroken = "device-broken",
        /// Mail does not arrive.
        MailFails = "mail-fails",
        /// The mailbox itself is lost or stolen.
        MailboxLost = "mailbox-lost",
        /// The person who had the device left.
        PersonLeft = "person-left",
    }
}

words! {
    /// How the person was verified. Public data is no proof.
    Verified {
        /// Called back at the number on file.
        CallBack = "call-back",
        /// In person with identity papers.
        InPerson = "in-person",
        /// In a video call with identity papers.
        Video = "video",
        /// By a letter of the organisation.
        Letter = "letter",
    }
}

words! {
    /// What somebody says to a proposal.
    Verdict {
        /// Yes.
        Approve = "approve",
        /// No.
        Reject = "reject",
        /// Who proposed it, or a supervisor, stops it.
        Withdraw = "withdraw",
        /// A contested one is right after all.
        Uphold = "uphold",
        /// A contested one ends here.
        Dismiss = "dismiss",
    }
}

words! {
    /// What keeps something from being proposed for an account.
    Obstacle {
        /// It is proposed already.
        Open = "open",
        /// The account is locked.
        Locked = "locked",
        /// It has no TOTP to reset.
        NoFactor = "no-factor",
        /// Manual resets are frozen.
        Frozen = "frozen",
        /// Its owner holds resets after *Ini bukan saya*.
        Held = "held",
        /// It is so already.
        Already = "already",
        /// A request, a case or another proposal of the account is under way.
        UnderWay = "under-way",
        /// It is not locked by *Ini bukan saya*.
        NotDisputed = "not-disputed",
    }
}

words! {
    /// What a file that proves is.
    Media {
        /// PDF.
        Pdf = "application/pdf",
        /// PNG.
        Png = "image/png",
        /// JPEG.
        Jpeg = "image/jpeg",
    }
}

/// Bytes of a file at most.
pub const FILE_MAX: usize = 5 * 1024 * 1024;
/// Files of one proposal at most.
pub const FILES_MAX: usize = 5;

impl Media {
    /// What bytes are, by how they begin.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else {
            None
        }
    }
}

impl Verdict {
    /// Whether a second person has to say it: not who proposed it or agreed before. Anybody may end what is contested.
    pub fn needs_another(self) -> bool {
        matches!(self, Self::Approve | Self::Reject | Self::Uphold)
    }

    /// Whether somebody with those roles may say it to a proposal of that kind and state: who decides about it, or who
    /// proposed it (`own`) where they only stop it.
    pub fn is_for(self, kind: Kind, state: State, roles: &Roles, own: bool) -> bool {
        let decides = roles.has(kind.decider());
        match self {
            _ if !kind.is_seen_by(roles) => false,
            Self::Withdraw => own || (decides && state == State::Waiting),
            _ => decides,
        }
    }

    /// Whether it can be said to a proposal in that state.
    pub fn fits(self, state: State) -> bool {
        match self {
            Self::Approve | Self::Reject => state == State::Proposed,
            Self::Withdraw => matches!(state, State::Proposed | State::Waiting),
            Self::Uphold | Self::Dismiss => state == State::Contested,
        }
    }
}

/// How long what was agreed to waits.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// Otherwise.
    pub usual: TimeDelta,
    /// Where the mailbox is said to be lost.
    pub lost_mailbox: TimeDelta,
    /// Where it is urgent.
    pub urgent: TimeDelta,
}

impl Waits {
    /// How long a manual reset waits. A mailbox that is said to be lost is never urgent: its owner needs the time.
    pub fn of(&self, mailbox_lost: bool, urgent: bool) -> TimeDelta {
        match (mailbox_lost, urgent) {
            (true, _) => self.lost_mailbox,
            (false, true) => self.urgent,
            (false, false) => self.usual,
        }
    }
}

/// Everything that is decided upon, as the page shows it.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The proposal.
    pub proposal: Uuid,
    /// Its version.
    pub version: i32,
    /// Its kind.
    pub kind: Kind,
    /// The account.
    pub account: Uuid,
    /// Its User ID.
    pub user_id: &'a str,
    /// Addresses on file, in order.
    pub addresses: &'a [String],
    /// Whether the account is locked, and protected.
    pub flags: (bool, bool),
    /// Reason, how verified, evidence, note, called number.
    pub words: [&'a str; 5],
    /// When the number was called.
    pub called_at: Option<DateTime<Utc>>,
    /// Whether the mailbox is said to be lost, and whether it is urgent.
    pub marks: (bool, bool),
    /// What changes.
    pub change: &'a Value,
    /// How many have to agree.
    pub needed: i16,
    /// Who proposed it.
    pub proposed_by: Option<Uuid>,
    /// When its life ends.
    pub expires_at: DateTime<Utc>,
    /// SHA-256 of its files, in order.
    pub files: &'a [Vec<u8>],
    /// How much an erasure erases.
    pub erases: Option<Counts>,
}

impl Shown<'_> {
    /// SHA-256 of its canonical bytes (RFC 8785). Addresses go in by their hash.
    pub fn sha256(&self) -> Result<[u8; 32], Fault> {
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let addresses = secret_hash(self.addresses.join("\n").as_bytes());
        let mut value = json!({
            "v": 1,
            "proposal": self.proposal,
            "version": self.version,
            "kind": self.kind.code(),
            "account": self.account,
            "user_id": self.user_id,
            "addresses_sha256": hex(&addresses),
            "locked": self.flags.0,
            "protected": self.flags.1,
            "words": self.words,
            "called_at": self.called_at.map(time),
            "mailbox_lost": self.marks.0,
            "urgent": self.marks.1,
            "change": self.change,
            "needed": self.needed,
            "proposed_by": self.proposed_by,
            "expires_at": time(self.expires_at),
            "files": self.files.iter().map(|file| hex(file)).collect::<Vec<_>>(),
        });
        if let (Some(erases), Value::Object(members)) = (self.erases, &mut value) {
            members.insert("erases".to_owned(), erases.json());
        }
        let text = canonical::canonical(&value).map_err(|e| Fault::bug("what was shown has no canonical form", e))?;
        Ok(secret_hash(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(change: &Value) -> Shown<'_> {
        Shown {
            proposal: Uuid::from_u128(1),
            version: 1,
            kind: Kind::Reset,
            account: Uuid::from_u128(2),
            user_id: "AMANAH7",
            addresses: &[],
            flags: (false, false),
            words: ["device-lost", "call-back", "T-1", "", ""],
            called_at: None,
            marks: (false, false),
            change,
            needed: 1,
            proposed_by: None,
            expires_at: DateTime::UNIX_EPOCH,
            files: &[],
            erases: None,
        }
    }

    #[test]
    fn whatever_is_shown_otherwise_hashes_otherwise() {
        let (none, some) = (json!({}), json!({ "address": "a@b.example" }));
        let first = shown(&none).sha256().unwrap();
        assert_eq!(first, shown(&none).sha256().unwrap());
        let addresses = ["rina@amanah.example".to_owned()];
        for other in [
            Shown { version: 2, ..shown(&none) },
            Shown { addresses: &addresses, ..shown(&none) },
            Shown { marks: (true, false), ..shown(&none) },
            Shown { words: ["device-lost", "call-back", "T-2", "", ""], ..shown(&none) },
            Shown { needed: 2, ..shown(&none) },
            shown(&some),
            Shown { erases: Some(Counts::default()), ..shown(&none) },
            Shown { erases: Some(Counts { events: 1, ..Counts::default() }), ..shown(&none) },
        ] {
            assert_ne!(first, other.sha256().unwrap(), "{other:?}");
        }
    }

    #[test]
    fn a_lost_mailbox_waits_longest_however_urgent() {
        let waits =
            Waits { usual: TimeDelta::hours(24), lost_mailbox: TimeDelta::days(7), urgent: TimeDelta::hours(1) };
        assert_eq!(waits.of(false, false), TimeDelta::hours(24));
        assert_eq!(waits.of(false, true), TimeDelta::hours(1));
        assert_eq!(waits.of(true, false), TimeDelta::days(7));
        assert_eq!(waits.of(true, true), TimeDelta::days(7));
    }

    #[test]
    fn a_verdict_fits_its_state() {
        for &state in State::ALL {
            assert_eq!(Verdict::Approve.fits(state), state == State::Proposed);
            assert_eq!(Verdict::Uphold.fits(state), state == State::Contested);
        }
        assert!(Verdict::Withdraw.fits(State::Waiting) && !Verdict::Withdraw.fits(State::Done));
    }

    #[test]
    fn an_erasure_is_between_an_admin_and_an_auditor() {
        let roles = |roles: &[Role]| Roles::of(roles).unwrap();
        let (desk, auditor) = (roles(&[Role::Helpdesk, Role::Supervisor]), roles(&[Role::Auditor]));
        let admin = roles(&[Role::Supervisor, Role::Admin]);
        for &kind in Kind::ALL {
            let erases = kind == Kind::Erase;
            assert_eq!(kind.is_seen_by(&auditor), erases, "{kind:?}");
            assert_eq!(kind.is_seen_by(&desk), !erases, "{kind:?}");
            for verdict in [Verdict::Approve, Verdict::Reject] {
                assert_eq!(verdict.is_for(kind, State::Proposed, &auditor, false), erases, "{kind:?}");
                assert_eq!(verdict.is_for(kind, State::Proposed, &admin, false), !erases, "{kind:?}");
            }
            assert!(!Verdict::Withdraw.is_for(kind, State::Proposed, &auditor, false));
        }
        assert!(Verdict::Withdraw.is_for(Kind::Erase, State::Proposed, &admin, true));
    }
}

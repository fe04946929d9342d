//! What the events of portals say: who they are, their keys, and what they did by the API.

use serde_json::json;
use uuid::Uuid;

use super::{Parts, Subject, of_account, parts};
use crate::model::account::UserType;
use crate::model::portal::Scope;

/// Its kinds, in the order of `docs/events.md`.
pub(super) const KINDS: &[&str] = &[
    "portal.made",
    "portal.changed",
    "portal.key-made",
    "portal.key-revoked",
    "account.registered",
    "account.changed",
    "code.verified",
    "recovery-codes.renewed",
    "grant.handed",
];

/// What happened.
#[derive(Clone, Debug)]
pub enum Portal {
    /// A portal was made known.
    Made(Known),
    /// Its name or its return URL changed.
    Changed(Known),
    /// A key was made for it.
    KeyMade {
        /// The portal.
        portal: Uuid,
        /// The key.
        key: Uuid,
        /// What it may do.
        scopes: Vec<Scope>,
        /// Where it may come from; empty for anywhere.
        networks: Vec<String>,
        /// Days it lives; 0 until it is revoked.
        days: i32,
    },
    /// A key was revoked.
    KeyRevoked {
        /// The portal.
        portal: Uuid,
        /// The key.
        key: Uuid,
    },
    /// A portal made an account.
    AccountRegistered {
        /// The account.
        account: Uuid,
        /// Its Tipe User.
        user_type: UserType,
        /// Addresses on file: 1 or 2.
        addresses: i64,
    },
    /// A portal changed an account.
    AccountChanged {
        /// The account.
        account: Uuid,
        /// What: `name`, `user_type`, `language`, `email`, `email_2`, `password`, `portal`.
        changed: Vec<&'static str>,
        /// Letters that tell of it.
        letters: i64,
        /// The registered address that was, where it changed.
        former: Option<String>,
        /// The registered address that is, where it changed.
        address: Option<String>,
    },
    /// A portal asked whether a code is right.
    CodeVerified(CodeVerified),
    /// Ten new recovery codes took the place of those that were.
    RecoveryCodesRenewed {
        /// The account.
        account: Uuid,
        /// Whose codes.
        credential: Uuid,
        /// How many codes, and letters that tell of them; none where it was refused.
        renewed: Option<(usize, usize)>,
    },
    /// A browser was sent back to its portal with a grant.
    GrantHanded {
        /// The account.
        account: Uuid,
        /// The portal.
        portal: Uuid,
        /// The grant.
        grant: Uuid,
    },
}

/// A portal as it is known.
#[derive(Clone, Debug)]
pub struct Known {
    /// The portal.
    pub portal: Uuid,
    /// How commands and addresses name it.
    pub slug: String,
    /// How people see it.
    pub name: String,
    /// Where browsers go back to.
    pub return_url: Option<String>,
}

/// A code that a portal asked about.
#[derive(Clone, Debug)]
pub struct CodeVerified {
    /// The account; none where nobody has that User ID.
    pub account: Option<Uuid>,
    /// The key that asked.
    pub key: Uuid,
    /// `totp` or `recovery`.
    pub method: &'static str,
    /// How many seconds ahead the device's clock is, where a code of another time shows it.
    pub clock_seconds: Option<i64>,
    /// Whether the account knows the device that the portal named.
    pub known_device: bool,
    /// Wrong codes in a row, this one included.
    pub in_row: i32,
    /// The User ID that was asked about, where nobody has it.
    pub user_id: Option<String>,
}

impl Portal {
    pub(super) fn parts(&self) -> Parts {
        match self {
            Self::Made(known) => known.parts("portal.made"),
            Self::Changed(known) => known.parts("portal.changed"),
            Self::KeyMade { portal, key, scopes, networks, days } => {
                let scopes: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
                let facts = vec![
                    ("portal", json!(portal)),
                    ("key", json!(key)),
                    ("scopes", json!(scopes)),
                    ("networks", json!(networks)),
                    ("days", json!(days)),
                ];
                parts("portal.key-made", Subject::default(), facts)
            }
            Self::KeyRevoked { portal, key } => {
                parts("portal.key-revoked", Subject::default(), vec![("portal", json!(portal)), ("key", json!(key))])
            }
            Self::AccountRegistered { account, user_type, addresses } => parts(
                "account.registered",
                of_account(*account),
                vec![("user_type", json!(user_type.code())), ("addresses", json!(addresses))],
            ),
            Self::AccountChanged { account, changed, letters, former, address } => {
                let facts = vec![("changed", json!(changed)), ("letters", json!(letters))];
                let personal = [("former", former), ("address", address)];
                let personal = personal.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
                Parts { personal, ..parts("account.changed", of_account(*account), facts) }
            }
            Self::CodeVerified(code) => code.parts(),
            Self::RecoveryCodesRenewed { account, credential, renewed } => {
                let (codes, letters) = renewed.unzip();
                let facts =
                    [("credential", json!(credential)), ("recovery_codes", json!(codes)), ("letters", json!(letters))];
                parts("recovery-codes.renewed", of_account(*account), facts.to_vec())
            }
            Self::GrantHanded { account, portal, grant } => {
                parts("grant.handed", of_account(*account), vec![("portal", json!(portal)), ("grant", json!(grant))])
            }
        }
    }
}

impl Known {
    fn parts(&self, kind: &'static str) -> Parts {
        let facts = vec![
            ("portal", json!(self.portal)),
            ("slug", json!(self.slug)),
            ("name", json!(self.name)),
            ("return_url", json!(self.return_url)),
        ];
        parts(kind, Subject::default(), facts)
    }
}

impl CodeVerified {
    fn parts(&self) -> Parts {
        let facts = vec![
            ("key", json!(self.key)),
            ("method", json!(self.method)),
            ("clock_seconds", json!(self.clock_seconds)),
            ("known_device", json!(self.known_device)),
            ("in_row", json!(self.in_row)),
        ];
        let personal = self.user_id.iter().map(|user_id| ("user_id", user_id.clone())).collect();
        let subject = self.account.map_or_else(Subject::default, of_account);
        Parts { personal, ..parts("code.verified", subject, facts) }
    }
}

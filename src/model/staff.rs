//! People of the desk: their roles, and what a role may do.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::words::words;
use crate::base::fault::Fault;
use crate::base::json;

words! {
    /// What somebody of the desk is; message keys `role-<code>`.
    Role {
        /// Works the queue and proposes.
        Helpdesk = "helpdesk",
        /// The same, and decides what others proposed.
        Supervisor = "supervisor",
        /// People, texts, hours; resets nothing.
        Admin = "admin",
        /// Reads the history and nothing else.
        Auditor = "auditor",
    }
}

/// The roles of one person, in the order of [`Role::ALL`]; never none, and an auditor is nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

/// Why roles cannot be those of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolesFlaw {
    /// None was chosen.
    None,
    /// Auditor and something else.
    AuditorAlone,
}

impl Roles {
    /// The roles, if one person may have them together.
    pub fn of(roles: &[Role]) -> Result<Self, RolesFlaw> {
        let all: Vec<Role> = Role::ALL.iter().copied().filter(|role| roles.contains(role)).collect();
        match all.as_slice() {
            [] => Err(RolesFlaw::None),
            [_, _, ..] if all.contains(&Role::Auditor) => Err(RolesFlaw::AuditorAlone),
            _ => Ok(Self(all)),
        }
    }

    /// Reads the words of the database.
    pub fn from_codes(codes: &[String]) -> Option<Self> {
        let roles: Option<Vec<Role>> = codes.iter().map(|code| Role::from_code(code)).collect();
        Self::of(&roles?).ok()
    }

    /// Whether one of `roles` is among them.
    pub fn any(&self, roles: &[Role]) -> bool {
        self.0.iter().any(|role| roles.contains(role))
    }

    /// Whether that role is among them.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// One by one.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }

    /// Their words.
    pub fn codes(&self) -> Vec<&'static str> {
        self.0.iter().map(|role| role.code()).collect()
    }
}

words! {
    /// How it stands with somebody of the desk; message keys `people-status-<code>`.
    Status {
        /// Proposed, until a second person agrees.
        Proposed = "proposed",
        /// Invited, until they set their password.
        Invited = "invited",
        /// They may sign in.
        Active = "active",
        /// They may not any more.
        Disabled = "disabled",
    }
}

words! {
    /// What a second person has to agree to about somebody of the desk; message keys `people-<code>`.
    Change {
        /// They are new.
        New = "staff-new",
        /// They get roles, and may sign in again where they were disabled.
        Roles = "staff-roles",
        /// They lost their phone and enrol anew.
        Mfa = "staff-mfa",
    }
}

/// What somebody sees who decides about a proposal: its hash goes into the decision.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The proposal.
    pub proposal: Uuid,
    /// Its version.
    pub version: i32,
    /// What it changes.
    pub change: Change,
    /// The user name of whom it is about.
    pub username: &'a str,
    /// Their employee number.
    pub employee_number: &'a str,
    /// Their name.
    pub name: &'a str,
    /// Their address.
    pub address: &'a str,
    /// Their roles today.
    pub roles: &'a Roles,
    /// Their status today.
    pub status: Status,
    /// The roles it gives.
    pub new_roles: Option<&'a Roles>,
}

impl Shown<'_> {
    /// SHA-256 of its canonical bytes (RFC 8785).
    pub fn sha256(&self) -> Result<[u8; 32], Fault> {
        let shown = serde_json::json!({
            "proposal": self.proposal, "version": self.version, "change": self.change.code(), "username": self.username,
            "employee_number": self.employee_number, "name": self.name, "address": self.address,
            "roles": self.roles.codes(), "status": self.status.code(), "new_roles": self.new_roles.map(Roles::codes),
        });
        let text = json::canonical(&shown).map_err(|e| Fault::bug("what was shown has no canonical form", e))?;
        Ok(Sha256::digest(text).into())
    }
}

/// The longest user name, in characters.
pub const USERNAME_MAX: usize = 32;
/// The longest name or employee number, in characters.
pub const NAME_MAX: usize = 100;

/// Whether that can be a user name: letters and digits of ASCII, with dots, dashes and underscores within.
pub fn is_username(typed: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric();
    (2..=USERNAME_MAX).contains(&typed.len())
        && typed.chars().all(|c| plain(c) || matches!(c, '.' | '-' | '_'))
        && typed.starts_with(plain)
        && typed.ends_with(plain)
}

/// A user name as it is compared: trimmed, lower case.
pub fn fold_username(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// An employee number as it is compared: letters and digits alone, lower case, so that no blank or dash makes two
/// people out of one.
pub fn fold_employee_number(typed: &str) -> String {
    typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_is_nothing_else() {
        assert_eq!(Roles::of(&[]), Err(RolesFlaw::None));
        assert_eq!(Roles::of(&[Role::Auditor, Role::Helpdesk]), Err(RolesFlaw::AuditorAlone));
        let both = Roles::of(&[Role::Admin, Role::Supervisor, Role::Admin]).unwrap();
        assert_eq!(both.codes(), ["supervisor", "admin"]);
        assert!(both.any(&[Role::Helpdesk, Role::Admin]) && !both.has(Role::Helpdesk));
        assert_eq!(Roles::from_codes(&["helpdesk".to_owned(), "king".to_owned()]), None);
    }

    #[test]
    fn a_user_name_is_plain() {
        assert!(["rina", "Budi.S", "a1", "x_y-z9"].iter().all(|name| is_username(name)));
        assert!(
            !["", "a", "rina ", ".rina", "rin\u{e1}", "rina@x", &"a".repeat(33)].iter().any(|name| is_username(name))
        );
    }

    #[test]
    fn an_employee_number_has_one_spelling() {
        assert_eq!(fold_employee_number(" 1987-03.12 A "), fold_employee_number("19870312a"));
    }
}

//! People of the desk: their roles, and what a role may do.

/// What somebody of the desk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Works the queue and proposes.
    Helpdesk,
    /// The same, and decides what others proposed.
    Supervisor,
    /// People, texts, hours; resets nothing.
    Admin,
    /// Reads the history and nothing else.
    Auditor,
}

impl Role {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 4] = [Self::Helpdesk, Self::Supervisor, Self::Admin, Self::Auditor];

    /// The word in forms, the database and message keys (`role-<code>`).
    pub fn code(self) -> &'static str {
        match self {
            Self::Helpdesk => "helpdesk",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
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
        let all: Vec<Role> = Role::ALL.into_iter().filter(|role| roles.contains(role)).collect();
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
    fn an_employee_number_has_one_spelling() {
        assert_eq!(fold_employee_number(" 1987-03.12 A "), fold_employee_number("19870312a"));
    }
}

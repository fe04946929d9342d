//! The kinds of letters we send.

/// A letter of the outbox. What it says is composed when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LetterKind {
    /// "Konfirmasi Permintaan Reset TOTP", with the link.
    Link,
    /// "TOTP Berhasil di Reset", to every address on file.
    Done,
    /// A delayed reset is on its way, to every address on file.
    Scheduled,
    /// Open requests were cancelled.
    Cancelled,
    /// User ID and address match, but something else stands in the way.
    Hint,
    /// "Tautan Aktivasi TOTP", with the link that activates on another device.
    Activate,
    /// "Aktivasi TOTP Berhasil", to every address on file.
    Activated,
    /// TOTP was disabled, to every address on file.
    Disabled,
    /// The password was changed, to every address on file.
    PasswordChanged,
    /// Somebody who knows the password keeps typing wrong codes.
    CodesFailing,
    /// An invitation to the desk, with its link.
    StaffInvite,
    /// What people of the desk are told of; its place is `<code>:<whom or what>`, its words `mail-notice-<code>`.
    StaffNotice,
    /// What the desk wrote.
    Reply,
    /// The desk agreed to a reset that waits and can be cancelled, to every address, old and new.
    ManualScheduled,
    /// A reset the desk had agreed to was cancelled, to every address, old and new.
    ManualCancelled,
    /// The address was changed, to every address, old and new.
    AddressChanged,
    /// A mail came and will be looked at: to registered senders alone, at most once a day.
    Acknowledged,
}

impl LetterKind {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Link,
        Self::Done,
        Self::Scheduled,
        Self::Cancelled,
        Self::Hint,
        Self::Activate,
        Self::Activated,
        Self::Disabled,
        Self::PasswordChanged,
        Self::CodesFailing,
        Self::StaffInvite,
        Self::StaffNotice,
        Self::Reply,
        Self::ManualScheduled,
        Self::ManualCancelled,
        Self::AddressChanged,
        Self::Acknowledged,
    ];

    /// The word in the database, events and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Done => "done",
            Self::Scheduled => "scheduled",
            Self::Cancelled => "cancelled",
            Self::Hint => "hint",
            Self::Activate => "activate",
            Self::Activated => "activated",
            Self::Disabled => "disabled",
            Self::PasswordChanged => "password-changed",
            Self::CodesFailing => "codes-failing",
            Self::StaffInvite => "staff-invite",
            Self::StaffNotice => "staff-notice",
            Self::Reply => "reply",
            Self::ManualScheduled => "manual-scheduled",
            Self::ManualCancelled => "manual-cancelled",
            Self::AddressChanged => "address-changed",
            Self::Acknowledged => "acknowledged",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
}

/// Why a letter with a link could not be sent although User ID and address match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    /// The other Tipe User was chosen.
    WrongType,
    /// The account is locked.
    Locked,
    /// The account has no TOTP to reset: it can be activated by signing in.
    NoFactor,
    /// Resets of this account are held after *Ini bukan saya*.
    Held,
    /// The account is protected: the helpdesk decides with two people.
    Protected,
    /// Self-service is frozen at the moment.
    Frozen,
    /// A reset is confirmed already and takes effect when its delay is over.
    Delayed,
}

impl Hint {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::WrongType, Self::Locked, Self::NoFactor, Self::Held, Self::Protected, Self::Frozen, Self::Delayed];

    /// The word in the database, events and message keys.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongType => "wrong-type",
            Self::Locked => "locked",
            Self::NoFactor => "no-factor",
            Self::Held => "held",
            Self::Protected => "protected",
            Self::Frozen => "frozen",
            Self::Delayed => "delayed",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
}

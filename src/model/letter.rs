//! The kinds of letters we send.

use super::words::words;

words! {
    /// A letter of the outbox. What it says is composed when it is sent.
    LetterKind {
        /// "Konfirmasi Permintaan Reset TOTP", with the link.
        Link = "link",
        /// "TOTP Berhasil di Reset", to every address on file.
        Done = "done",
        /// A delayed reset is on its way, to every address on file.
        Scheduled = "scheduled",
        /// Open requests were cancelled.
        Cancelled = "cancelled",
        /// User ID and address match, but something else stands in the way.
        Hint = "hint",
        /// "Tautan Aktivasi TOTP", with the link that activates on another device.
        Activate = "activate",
        /// "Aktivasi TOTP Berhasil", to every address on file.
        Activated = "activated",
        /// TOTP was disabled, to every address on file.
        Disabled = "disabled",
        /// Ten new recovery codes took the place of those that were, to every address on file.
        CodesRenewed = "codes-renewed",
        /// A portal took an account that was the helpdesk's own, to every address on file.
        PortalClaimed = "portal-claimed",
        /// The password was changed, to every address on file.
        PasswordChanged = "password-changed",
        /// Somebody who knows the password keeps typing wrong codes.
        CodesFailing = "codes-failing",
        /// An invitation to the desk, with its link.
        StaffInvite = "staff-invite",
        /// What people of the desk are told of; its place is `<code>:<whom or what>`, its words `mail-notice-<code>`.
        StaffNotice = "staff-notice",
        /// What the desk wrote.
        Reply = "reply",
        /// The desk agreed to a reset that waits and can be cancelled, to every address, old and new.
        ManualScheduled = "manual-scheduled",
        /// A reset the desk had agreed to was cancelled, to every address, old and new.
        ManualCancelled = "manual-cancelled",
        /// The address was changed, to every address, old and new.
        AddressChanged = "address-changed",
        /// A reset that was permitted by mail is confirmed and waits for this very notice, to every address on file.
        Permitted = "permitted",
        /// A mail came and will be looked at: to registered senders alone, at most once a day.
        Acknowledged = "acknowledged",
        /// The log's newest checkpoint, to auditors each day; its place is the signed note.
        Checkpoint = "checkpoint",
    }
}

words! {
    /// Why a letter with a link could not be sent although User ID and address match.
    Hint {
        /// The other Tipe User was chosen.
        WrongType = "wrong-type",
        /// The account is locked.
        Locked = "locked",
        /// The account has no TOTP to reset: it can be activated by signing in.
        NoFactor = "no-factor",
        /// Resets of this account are held after *Ini bukan saya*.
        Held = "held",
        /// The account is protected: the helpdesk decides with two people.
        Protected = "protected",
        /// Self-service is frozen at the moment.
        Frozen = "frozen",
        /// A reset is confirmed already and takes effect when its delay is over.
        Delayed = "delayed",
    }
}

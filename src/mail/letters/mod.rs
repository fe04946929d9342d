//! The letters: one file for each kind.

pub mod acknowledged;
pub mod activate;
pub mod activated;
pub mod address_changed;
pub mod cancelled;
pub mod checkpoint;
pub mod codes_failing;
pub mod codes_renewed;
pub mod disabled;
pub mod done;
pub mod hint;
pub mod link;
pub mod manual_cancelled;
pub mod manual_scheduled;
pub mod password_changed;
pub mod permitted;
pub mod portal_claimed;
pub mod reply;
pub mod scheduled;
pub mod staff_invite;
pub mod staff_notice;

use super::sheet::{Pen, Sheet};
use crate::model::letter::LetterKind;

/// A letter and what it tells.
#[derive(Clone, Debug)]
pub enum Letter {
    /// "Konfirmasi Permintaan Reset TOTP".
    Link(link::Data),
    /// "TOTP Berhasil di Reset".
    Done(done::Data),
    /// A delayed reset is on its way.
    Scheduled(scheduled::Data),
    /// Open requests were cancelled.
    Cancelled(cancelled::Data),
    /// Something other than the address stands in the way.
    Hint(hint::Data),
    /// "Tautan Aktivasi TOTP".
    Activate(activate::Data),
    /// "Aktivasi TOTP Berhasil".
    Activated(activated::Data),
    /// TOTP was disabled.
    Disabled(disabled::Data),
    /// New recovery codes took the place of those that were.
    CodesRenewed(codes_renewed::Data),
    /// A portal took the account.
    PortalClaimed(portal_claimed::Data),
    /// The password was changed.
    PasswordChanged(password_changed::Data),
    /// Wrong codes keep coming after the right password.
    CodesFailing(codes_failing::Data),
    /// An invitation to the desk.
    StaffInvite(staff_invite::Data),
    /// What people of the desk are told of.
    StaffNotice(staff_notice::Data),
    /// What the desk wrote.
    Reply(reply::Data),
    /// "Reset TOTP oleh Helpdesk Dijadwalkan".
    ManualScheduled(manual_scheduled::Data),
    /// A reset the desk had agreed to will not happen.
    ManualCancelled(manual_cancelled::Data),
    /// The registered address was changed.
    AddressChanged(address_changed::Data),
    /// A reset that a mail permitted is confirmed and waits for this notice.
    Permitted(permitted::Data),
    /// A mail came and will be looked at.
    Acknowledged(acknowledged::Data),
    /// The log's newest checkpoint.
    Checkpoint(checkpoint::Data),
}

impl Letter {
    /// Its kind.
    pub fn kind(&self) -> LetterKind {
        match self {
            Self::Link(_) => LetterKind::Link,
            Self::Done(_) => LetterKind::Done,
            Self::Scheduled(_) => LetterKind::Scheduled,
            Self::Cancelled(_) => LetterKind::Cancelled,
            Self::Hint(_) => LetterKind::Hint,
            Self::Activate(_) => LetterKind::Activate,
            Self::Activated(_) => LetterKind::Activated,
            Self::Disabled(_) => LetterKind::Disabled,
            Self::CodesRenewed(_) => LetterKind::CodesRenewed,
            Self::PortalClaimed(_) => LetterKind::PortalClaimed,
            Self::PasswordChanged(_) => LetterKind::PasswordChanged,
            Self::CodesFailing(_) => LetterKind::CodesFailing,
            Self::StaffInvite(_) => LetterKind::StaffInvite,
            Self::StaffNotice(_) => LetterKind::StaffNotice,
            Self::Reply(_) => LetterKind::Reply,
            Self::ManualScheduled(_) => LetterKind::ManualScheduled,
            Self::ManualCancelled(_) => LetterKind::ManualCancelled,
            Self::AddressChanged(_) => LetterKind::AddressChanged,
            Self::Permitted(_) => LetterKind::Permitted,
            Self::Acknowledged(_) => LetterKind::Acknowledged,
            Self::Checkpoint(_) => LetterKind::Checkpoint,
        }
    }

    /// Its words.
    pub(super) fn sheet(&self, pen: Pen<'_>) -> Sheet {
        match self {
            Self::Link(data) => link::sheet(pen, data),
            Self::Done(data) => done::sheet(pen, data),
            Self::Scheduled(data) => scheduled::sheet(pen, data),
            Self::Cancelled(data) => cancelled::sheet(pen, data),
            Self::Hint(data) => hint::sheet(pen, data),
            Self::Activate(data) => activate::sheet(pen, data),
            Self::Activated(data) => activated::sheet(pen, data),
            Self::Disabled(data) => disabled::sheet(pen, data),
            Self::CodesRenewed(data) => codes_renewed::sheet(pen, data),
            Self::PortalClaimed(data) => portal_claimed::sheet(pen, data),
            Self::PasswordChanged(data) => password_changed::sheet(pen, data),
            Self::CodesFailing(data) => codes_failing::sheet(pen, data),
            Self::StaffInvite(data) => staff_invite::sheet(pen, data),
            Self::StaffNotice(data) => staff_notice::sheet(pen, data),
            Self::Reply(data) => reply::sheet(pen, data),
            Self::ManualScheduled(data) => manual_scheduled::sheet(pen, data),
            Self::ManualCancelled(data) => manual_cancelled::sheet(pen, data),
            Self::AddressChanged(data) => address_changed::sheet(pen, data),
            Self::Permitted(data) => permitted::sheet(pen, data),
            Self::Acknowledged(data) => acknowledged::sheet(pen, data),
            Self::Checkpoint(data) => checkpoint::sheet(pen, data),
        }
    }

    /// The links it carries, which a letter must not go out without.
    pub(super) fn links(&self) -> Vec<&str> {
        match self {
            Self::Link(data) => vec![&data.reset_url, &data.not_me_url],
            Self::Done(data) => data.activate_url.iter().chain([&data.not_me_url]).map(String::as_str).collect(),
            Self::Scheduled(data) => vec![&data.not_me_url],
            Self::Cancelled(data) => vec![&data.not_me_url],
            Self::Hint(data) => vec![&data.not_me_url],
            Self::Activate(data) => vec![&data.activate_url, &data.not_me_url],
            Self::Activated(data)
            | Self::Disabled(data)
            | Self::CodesRenewed(data)
            | Self::PortalClaimed(data)
            | Self::PasswordChanged(data)
            | Self::CodesFailing(data) => vec![&data.not_me_url],
            Self::StaffInvite(data) => vec![&data.invite_url],
            Self::StaffNotice(_) => vec![],
            Self::Reply(_) | Self::Acknowledged(_) | Self::Checkpoint(_) => Vec::new(),
            Self::ManualScheduled(data) => vec![&data.cancel_url],
            Self::ManualCancelled(data) => vec![&data.not_me_url],
            Self::AddressChanged(data) => vec![&data.not_me_url],
            Self::Permitted(data) => vec![&data.not_me_url],
        }
    }
}

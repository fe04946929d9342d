//! The invitation to the desk.

use chrono::{DateTime, TimeDelta, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// Hours the link lives.
pub const HOURS: i64 = 72;

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The user name.
    pub username: String,
    /// When it was posted.
    pub at: DateTime<Utc>,
    /// The whole link.
    pub invite_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    Sheet {
        subject: pen.t("mail-staff-invite-subject"),
        preheader: pen.t("mail-staff-invite-preheader"),
        blocks: vec![
            Block::Words(pen.ta("mail-staff-invite-intro", &[("agency", &pen.house.agency)])),
            Block::Facts(vec![
                pen.fact("mail-fact-username", &data.username),
                pen.fact("mail-fact-until", &pen.moment(data.at + TimeDelta::hours(HOURS))),
            ]),
            pen.words("mail-staff-invite-open"),
            Block::Button {
                label: pen.t("mail-staff-invite-button"),
                copy: pen.t("mail-link-copy"),
                url: data.invite_url.clone(),
            },
            pen.words("mail-staff-invite-totp"),
            pen.words("mail-staff-invite-unexpected"),
        ],
    }
}

//! The letter with the link for activating TOTP on another device.

use chrono::{DateTime, TimeDelta, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};
use crate::mail::time;

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// How long the link lives from the relay's 250.
    pub ttl: TimeDelta,
    /// The portal where the person goes on, where it is not here.
    pub portal: Option<String>,
    /// The whole activation link.
    pub activate_url: String,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let ttl = time::span(pen.lang, data.ttl);
    let on = match &data.portal {
        Some(portal) => Block::Words(pen.ta("mail-activate-portal", &[("portal", portal)])),
        None => pen.words("mail-activate-password"),
    };
    Sheet {
        subject: pen.t("mail-activate-subject"),
        preheader: pen.ta("mail-activate-preheader", &[("ttl", &ttl)]),
        blocks: vec![
            Block::Words(pen.ta("mail-activate-intro", &[("user", &data.user_id)])),
            Block::Facts(vec![pen.fact("mail-fact-asked", &pen.moment(data.asked_at))]),
            pen.words("mail-activate-open"),
            Block::Button {
                label: pen.t("mail-activate-button"),
                copy: pen.t("mail-link-copy"),
                url: data.activate_url.clone(),
            },
            on,
            Block::Words(pen.ta("mail-activate-ttl", &[("ttl", &ttl)])),
            pen.words("mail-no-code"),
            pen.alarm("mail-activate-not-me", &data.not_me_url),
        ],
    }
}

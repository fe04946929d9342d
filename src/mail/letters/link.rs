//! The letter with the link: "Konfirmasi Permintaan Reset TOTP".

use chrono::{DateTime, TimeDelta, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};
use crate::mail::time;

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// The request's reference.
    pub reference: String,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// How long the link lives from the relay's 250.
    pub ttl: TimeDelta,
    /// The whole reset link.
    pub reset_url: String,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let ttl = time::span(pen.lang, data.ttl);
    Sheet {
        subject: pen.t("mail-link-subject"),
        preheader: pen.ta("mail-link-preheader", &[("ttl", &ttl)]),
        blocks: vec![
            Block::Words(pen.ta("mail-link-intro", &[("user", &data.user_id)])),
            Block::Facts(vec![
                pen.fact("mail-fact-asked", &pen.moment(data.asked_at)),
                pen.fact("mail-fact-reference", &data.reference),
            ]),
            pen.words("mail-link-press"),
            Block::Button {
                label: pen.t("mail-link-button"),
                copy: pen.t("mail-link-copy"),
                url: data.reset_url.clone(),
            },
            Block::Words(pen.ta("mail-link-ttl", &[("ttl", &ttl)])),
            pen.words("mail-no-code"),
            pen.alarm("mail-link-not-me", &data.not_me_url),
        ],
    }
}

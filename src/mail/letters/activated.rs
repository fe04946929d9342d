//! The notice that TOTP is active on a new device: "Aktivasi TOTP Berhasil".

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// When it was activated.
    pub at: DateTime<Utc>,
    /// The browser in words, where it is known.
    pub place: Option<String>,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    Sheet {
        subject: pen.t("mail-activated-subject"),
        preheader: pen.t("mail-activated-preheader"),
        blocks: vec![
            Block::Words(pen.ta("mail-activated-intro", &[("user", &data.user_id)])),
            pen.seen("mail-fact-activated", data.at, data.place.as_deref()),
            pen.words("mail-activated-device"),
            pen.words("mail-activated-codes"),
            pen.words("mail-no-code"),
            pen.alarm("mail-activated-not-me", &data.not_me_url),
        ],
    }
}

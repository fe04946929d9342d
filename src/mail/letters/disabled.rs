//! The notice that TOTP was disabled by its owner.

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// When it was disabled.
    pub at: DateTime<Utc>,
    /// The browser in words, where it is known.
    pub place: Option<String>,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    Sheet {
        subject: pen.t("mail-disabled-subject"),
        preheader: pen.t("mail-disabled-preheader"),
        blocks: vec![
            Block::Words(pen.ta("mail-disabled-intro", &[("user", &data.user_id)])),
            pen.seen("mail-fact-disabled", data.at, data.place.as_deref()),
            pen.words("mail-disabled-old"),
            pen.words("mail-disabled-next"),
            pen.words("mail-no-code"),
            pen.alarm("mail-disabled-not-me", &data.not_me_url),
        ],
    }
}

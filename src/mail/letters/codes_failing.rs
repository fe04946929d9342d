//! The warning that somebody who knows the password keeps typing wrong codes.

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// When the last of them was typed.
    pub at: DateTime<Utc>,
    /// The browser in words, where it is known.
    pub place: Option<String>,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    Sheet {
        subject: pen.t("mail-codes-failing-subject"),
        preheader: pen.t("mail-codes-failing-preheader"),
        blocks: vec![
            Block::Words(pen.ta("mail-codes-failing-intro", &[("user", &data.user_id)])),
            pen.seen("mail-fact-last-code", data.at, data.place.as_deref()),
            pen.words("mail-codes-failing-known"),
            pen.words("mail-codes-failing-clock"),
            pen.words("mail-codes-failing-reset"),
            pen.words("mail-no-code"),
            pen.alarm("mail-codes-failing-not-me", &data.not_me_url),
        ],
    }
}

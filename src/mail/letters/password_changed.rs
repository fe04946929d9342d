//! The notice that the password was changed.

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// When it was changed.
    pub at: DateTime<Utc>,
    /// The browser in words, where it is known.
    pub place: Option<String>,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    Sheet {
        subject: pen.t("mail-password-changed-subject"),
        preheader: pen.t("mail-password-changed-preheader"),
        blocks: vec![
            Block::Words(pen.ta("mail-password-changed-intro", &[("user", &data.user_id)])),
            pen.seen("mail-fact-changed", data.at, data.place.as_deref()),
            pen.words("mail-password-changed-sessions"),
            pen.words("mail-password-changed-delay"),
            pen.words("mail-no-code"),
            pen.alarm("mail-password-changed-not-me", &data.not_me_url),
        ],
    }
}

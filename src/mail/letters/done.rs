//! The notice that a reset took effect: "TOTP Berhasil di Reset".

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// The request's reference.
    pub reference: String,
    /// When the reset took effect.
    pub done_at: DateTime<Utc>,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    Sheet {
        subject: pen.t("mail-done-subject"),
        preheader: pen.t("mail-done-preheader"),
        blocks: vec![
            Block::Words(pen.ta("mail-done-intro", &[("user", &data.user_id)])),
            Block::Facts(vec![
                pen.fact("mail-fact-done", &pen.moment(data.done_at)),
                pen.fact("mail-fact-way", &pen.t("mail-way-link")),
                pen.fact("mail-fact-reference", &data.reference),
            ]),
            pen.words("mail-done-old"),
            pen.words("mail-done-next"),
            pen.words("mail-no-code"),
            pen.alarm("mail-done-not-me", &data.not_me_url),
        ],
    }
}

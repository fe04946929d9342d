//! The notice that open requests were cancelled by *Ini bukan saya*, and that nothing changed.

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// The request's reference.
    pub reference: String,
    /// When it was cancelled.
    pub cancelled_at: DateTime<Utc>,
    /// Until when resets of this account are held, where they are.
    pub held_until: Option<DateTime<Utc>>,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let next = match data.held_until {
        Some(until) => pen.ta("mail-cancelled-held", &[("until", &pen.moment(until))]),
        None => pen.t("mail-cancelled-again"),
    };
    Sheet {
        subject: pen.t("mail-cancelled-subject"),
        preheader: pen.t("mail-cancelled-preheader"),
        blocks: vec![
            Block::Words(pen.ta("mail-cancelled-intro", &[("user", &data.user_id)])),
            Block::Facts(vec![
                pen.fact("mail-fact-cancelled", &pen.moment(data.cancelled_at)),
                pen.fact("mail-fact-way", &pen.t("mail-way-not-me")),
                pen.fact("mail-fact-reference", &data.reference),
            ]),
            pen.words("mail-cancelled-unchanged"),
            Block::Words(next),
            pen.words("mail-no-code"),
            pen.alarm("mail-cancelled-not-me", &data.not_me_url),
        ],
    }
}

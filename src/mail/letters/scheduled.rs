//! The notice that a reset waits before it takes effect, and can be stopped until then.

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// The request's reference.
    pub reference: String,
    /// When it was confirmed.
    pub confirmed_at: DateTime<Utc>,
    /// When it takes effect.
    pub effective_at: DateTime<Utc>,
    /// Whether somebody of the desk has to agree first.
    pub needs_approval: bool,
    /// The whole *Ini bukan saya* link, which stops it.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let at = pen.moment(data.effective_at);
    let mut blocks = vec![
        Block::Words(pen.ta("mail-scheduled-intro", &[("user", &data.user_id)])),
        Block::Facts(vec![
            pen.fact("mail-fact-confirmed", &pen.moment(data.confirmed_at)),
            pen.fact("mail-fact-effective", &at),
            pen.fact("mail-fact-reference", &data.reference),
        ]),
    ];
    if data.needs_approval {
        blocks.push(pen.words("mail-scheduled-approval"));
    }
    blocks.extend([
        pen.words("mail-scheduled-until"),
        pen.words("mail-scheduled-why"),
        pen.words("mail-no-code"),
        pen.alarm("mail-scheduled-not-me", &data.not_me_url),
    ]);
    Sheet {
        subject: pen.t("mail-scheduled-subject"),
        preheader: pen.ta("mail-scheduled-preheader", &[("at", &at)]),
        blocks,
    }
}

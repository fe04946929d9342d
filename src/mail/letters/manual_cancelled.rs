//! The notice that a reset the desk had agreed to will not happen.

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
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    Sheet {
        subject: pen.t("mail-manual-cancelled-subject"),
        preheader: pen.t("mail-cancelled-preheader"),
        blocks: vec![
            Block::Words(pen.ta("mail-manual-cancelled-intro", &[("user", &data.user_id)])),
            Block::Facts(vec![
                pen.fact("mail-fact-cancelled", &pen.moment(data.cancelled_at)),
                pen.fact("mail-fact-reference", &data.reference),
            ]),
            pen.words("mail-manual-cancelled-unchanged"),
            pen.words("mail-no-code"),
            pen.alarm("mail-cancelled-not-me", &data.not_me_url),
        ],
    }
}

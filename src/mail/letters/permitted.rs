//! The notice that a mail permitted a reset, which waits for this very notice and can be stopped until then.

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
    /// When it takes effect at the earliest.
    pub effective_at: DateTime<Utc>,
    /// The whole *Ini bukan saya* link, which stops it.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let at = pen.moment(data.effective_at);
    Sheet {
        subject: pen.t("mail-permitted-subject"),
        preheader: pen.ta("mail-permitted-preheader", &[("at", &at)]),
        blocks: vec![
            Block::Words(pen.ta("mail-permitted-intro", &[("user", &data.user_id)])),
            Block::Facts(vec![
                pen.fact("mail-fact-confirmed", &pen.moment(data.confirmed_at)),
                pen.fact("mail-permitted-fact-effective", &at),
                pen.fact("mail-fact-reference", &data.reference),
            ]),
            pen.words("mail-permitted-until"),
            pen.words("mail-permitted-what"),
            pen.words("mail-no-code"),
            pen.alarm("mail-permitted-not-me", &data.not_me_url),
        ],
    }
}

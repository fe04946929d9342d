//! The notice that the desk agreed to a reset, which waits and can be cancelled: "Reset TOTP oleh Helpdesk Dijadwalkan".

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// The request's reference.
    pub reference: String,
    /// When it takes effect.
    pub effective_at: DateTime<Utc>,
    /// The whole link that stops it.
    pub cancel_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let at = pen.moment(data.effective_at);
    Sheet {
        subject: pen.t("mail-manual-scheduled-subject"),
        preheader: pen.ta("mail-manual-scheduled-preheader", &[("at", &at)]),
        blocks: vec![
            Block::Words(pen.ta("mail-manual-scheduled-intro", &[("user", &data.user_id)])),
            Block::Facts(vec![
                pen.fact("mail-fact-effective", &at),
                pen.fact("mail-fact-way", &pen.t("mail-way-desk")),
                pen.fact("mail-fact-reference", &data.reference),
            ]),
            pen.words("mail-manual-scheduled-until"),
            pen.words("mail-manual-scheduled-cancel"),
            Block::Button {
                label: pen.t("mail-manual-scheduled-button"),
                copy: pen.t("mail-link-copy"),
                url: data.cancel_url.clone(),
            },
            pen.words("mail-no-code"),
        ],
    }
}

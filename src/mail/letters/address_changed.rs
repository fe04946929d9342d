//! The notice that the registered address was changed, to the new one and to the one that was.

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// When it was changed.
    pub at: DateTime<Utc>,
    /// The new address, masked.
    pub address: String,
    /// Whether the desk changed it, and not a portal.
    pub by_desk: bool,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    Sheet {
        subject: pen.t("mail-address-changed-subject"),
        preheader: pen.t("mail-address-changed-preheader"),
        blocks: vec![
            Block::Words(pen.ta("mail-address-changed-intro", &[("user", &data.user_id)])),
            Block::Facts(vec![
                pen.fact("mail-fact-changed", &pen.moment(data.at)),
                pen.fact("mail-fact-address", &data.address),
                pen.fact("mail-fact-way", &pen.t(if data.by_desk { "mail-way-desk" } else { "mail-way-portal" })),
            ]),
            pen.words("mail-address-changed-delay"),
            pen.words("mail-no-code"),
            pen.alarm("mail-address-changed-not-me", &data.not_me_url),
        ],
    }
}

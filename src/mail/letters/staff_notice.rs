//! What people of the desk are told of: somebody new, other roles, a lost phone.

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// What it is: its words are `mail-notice-<code>`.
    pub code: String,
    /// Whom or what it is about.
    pub about: String,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    Sheet {
        subject: pen.t("mail-staff-notice-subject"),
        preheader: pen.t("mail-staff-notice-preheader"),
        blocks: vec![
            Block::Words(pen.ta(&format!("mail-notice-{}", data.code), &[("about", &data.about)])),
            Block::Facts(vec![pen.fact("mail-fact-happened", &pen.moment(data.at))]),
            pen.words("mail-staff-notice-check"),
        ],
    }
}

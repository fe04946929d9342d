//! The log's newest checkpoint, for auditors to keep outside.

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// Leaves the checkpoint covers.
    pub size: u64,
    /// The signed note.
    pub note: String,
    /// When it was sent off.
    pub at: DateTime<Utc>,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    Sheet {
        subject: pen.t("mail-checkpoint-subject"),
        preheader: pen.t("mail-checkpoint-preheader"),
        blocks: vec![
            pen.words("mail-checkpoint-intro"),
            Block::Facts(vec![
                pen.fact("mail-fact-log-size", &data.size.to_string()),
                pen.fact("mail-fact-happened", &pen.moment(data.at)),
            ]),
            Block::Note(data.note.clone()),
            pen.words("mail-checkpoint-keep"),
            pen.words("mail-checkpoint-check"),
        ],
    }
}

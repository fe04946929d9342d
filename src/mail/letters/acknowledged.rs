//! A mail came to the desk and will be looked at.

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};

/// What it tells: nothing of what the mail said, nor whether it was believed.
#[derive(Clone, Debug)]
pub struct Data {
    /// The reference of the request that it began.
    pub reference: String,
    /// When it came.
    pub came_at: DateTime<Utc>,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let mut blocks = vec![pen.words("mail-acknowledged-intro")];
    blocks.push(Block::Facts(vec![
        pen.fact("mail-fact-reference", &data.reference),
        pen.fact("mail-fact-came", &pen.moment(data.came_at)),
    ]));
    let hours = &pen.house.helpdesk.hours;
    if !hours.is_empty() {
        blocks.push(Block::Words(pen.ta("mail-acknowledged-hours", &[("hours", hours)])));
    }
    blocks.push(pen.words("mail-acknowledged-send"));
    blocks.push(pen.words("mail-acknowledged-never"));
    blocks.push(pen.words("mail-no-code"));
    Sheet {
        subject: pen.ta("mail-acknowledged-subject", &[("reference", &data.reference)]),
        preheader: pen.t("mail-acknowledged-preheader"),
        blocks,
    }
}

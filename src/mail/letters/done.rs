//! The notice that a reset took effect: "TOTP Berhasil di Reset".

use chrono::{DateTime, TimeDelta, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};
use crate::model::activation::GRANT_HOURS;

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// The request's reference.
    pub reference: String,
    /// When the reset took effect.
    pub done_at: DateTime<Utc>,
    /// Whether the desk proposed it.
    pub by_desk: bool,
    /// The whole activation link, where no browser waits to activate.
    pub activate_url: Option<String>,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let mut blocks = vec![
        Block::Words(pen.ta("mail-done-intro", &[("user", &data.user_id)])),
        Block::Facts(vec![
            pen.fact("mail-fact-done", &pen.moment(data.done_at)),
            pen.fact("mail-fact-way", &pen.t(if data.by_desk { "mail-way-desk" } else { "mail-way-link" })),
            pen.fact("mail-fact-reference", &data.reference),
        ]),
        pen.words("mail-done-old"),
    ];
    match &data.activate_url {
        Some(url) => blocks.extend(activation(pen, data.done_at, url)),
        None => blocks.push(pen.words("mail-done-next")),
    }
    blocks.push(pen.words("mail-no-code"));
    blocks.push(pen.alarm("mail-done-not-me", &data.not_me_url));
    Sheet { subject: pen.t("mail-done-subject"), preheader: pen.t("mail-done-preheader"), blocks }
}

/// The next step with its link: after a delay the browser that confirmed may be long gone.
fn activation(pen: Pen<'_>, done_at: DateTime<Utc>, url: &str) -> [Block; 4] {
    let until = pen.moment(done_at + TimeDelta::hours(GRANT_HOURS.into()));
    [
        pen.words("mail-done-open"),
        Block::Button { label: pen.t("mail-activate-button"), copy: pen.t("mail-link-copy"), url: url.to_owned() },
        pen.words("mail-activate-password"),
        Block::Words(pen.ta("mail-done-until", &[("until", &until)])),
    ]
}

//! The hint: User ID and address match, but something else stands in the way of a link.

use chrono::{DateTime, Utc};

use crate::mail::sheet::{Block, Pen, Sheet};
use crate::model::letter::Hint;

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// The request's reference.
    pub reference: String,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// What stands in the way.
    pub hint: Hint,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let (why, next) = reason(data.hint);
    let mut blocks = vec![
        Block::Words(pen.ta("mail-hint-intro", &[("user", &data.user_id)])),
        Block::Facts(vec![
            pen.fact("mail-fact-asked", &pen.moment(data.asked_at)),
            pen.fact("mail-fact-reference", &data.reference),
        ]),
        pen.words(why),
        pen.words(next),
    ];
    if data.hint == Hint::WrongType {
        blocks.push(Block::Button {
            label: pen.t("mail-hint-form-button"),
            copy: pen.t("mail-link-copy"),
            url: pen.house.url("/reset-totp"),
        });
    }
    blocks.push(pen.words("mail-no-code"));
    blocks.push(pen.alarm("mail-hint-not-me", &data.not_me_url));
    Sheet { subject: pen.t("mail-hint-subject"), preheader: pen.t("mail-hint-preheader"), blocks }
}

/// The words for what stands in the way, and for what to do about it.
fn reason(hint: Hint) -> (&'static str, &'static str) {
    match hint {
        Hint::WrongType => ("mail-hint-wrong-type", "mail-hint-wrong-type-next"),
        Hint::Locked => ("mail-hint-locked", "mail-hint-locked-next"),
        Hint::NoFactor => ("mail-hint-no-factor", "mail-hint-no-factor-next"),
        Hint::Held => ("mail-hint-held", "mail-hint-held-next"),
        Hint::Protected => ("mail-hint-protected", "mail-hint-protected-next"),
        Hint::Frozen => ("mail-hint-frozen", "mail-hint-frozen-next"),
        Hint::Delayed => ("mail-hint-delayed", "mail-hint-delayed-next"),
    }
}

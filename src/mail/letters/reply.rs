//! What the desk wrote to the registered address, or by hand to who wrote to it.

use crate::mail::clean;
use crate::mail::sheet::{Block, Pen, Sheet};
use crate::model::canned::TEXT_MAX;

/// What it tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked; none where nobody knows whose it is.
    pub user_id: Option<String>,
    /// The case's reference.
    pub reference: String,
    /// What was written.
    pub text: String,
}

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let paragraphs = data.text.split("\n\n").map(|part| clean::line(&part.replace('\n', " "), TEXT_MAX));
    let mut blocks: Vec<Block> = paragraphs.filter(|part| !part.is_empty()).map(Block::Words).collect();
    let mut facts: Vec<_> = data.user_id.iter().map(|user_id| pen.fact("mail-fact-user", user_id)).collect();
    facts.push(pen.fact("mail-fact-reference", &data.reference));
    blocks.push(Block::Facts(facts));
    blocks.push(pen.words("mail-no-code"));
    Sheet {
        subject: pen.ta("mail-reply-subject", &[("reference", &data.reference)]),
        preheader: pen.t("mail-reply-preheader"),
        blocks,
    }
}

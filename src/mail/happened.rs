//! Letters that tell an account's owner of something that just happened: what, when, from which browser, and
//! *Ini bukan saya*.

use chrono::{DateTime, Utc};

use super::sheet::{Block, Pen, Sheet};

/// What such a letter tells.
#[derive(Clone, Debug)]
pub struct Data {
    /// The User ID, masked.
    pub user_id: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The browser in words, or the portal, where it is known.
    pub place: Option<String>,
    /// The whole *Ini bukan saya* link.
    pub not_me_url: String,
}

/// What such a letter says, all by message keys.
pub(super) struct Says<'a> {
    /// Subject and preheader.
    pub heading: (&'a str, &'a str),
    /// What happened, to which User ID.
    pub intro: &'a str,
    /// Label of the time.
    pub when: &'a str,
    /// The paragraphs after the facts.
    pub then: &'a [&'a str],
    /// What *Ini bukan saya* does.
    pub not_me: &'a str,
}

/// The words of such a letter.
pub(super) fn sheet(pen: Pen<'_>, says: &Says<'_>, data: &Data) -> Sheet {
    let mut blocks = vec![
        Block::Words(pen.ta(says.intro, &[("user", &data.user_id)])),
        pen.seen(says.when, data.at, data.place.as_deref()),
    ];
    blocks.extend(says.then.iter().map(|key| pen.words(key)));
    blocks.extend([pen.words("mail-no-code"), pen.alarm(says.not_me, &data.not_me_url)]);
    Sheet { subject: pen.t(says.heading.0), preheader: pen.t(says.heading.1), blocks }
}

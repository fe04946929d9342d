//! A permission by mail: which mails are one, and how long a reset that rests on one waits. Pure.
//!
//! The subject is a form, not words: what the sent page fills in is what is read here, letter by letter.

use chrono::{DateTime, TimeDelta, Utc};

use super::account::{USER_ID_MAX, fold_address, fold_user_id};
use super::inbound::{Judgement, Message, Signature, Verdict};
use super::words::words;
use crate::base::crockford;
use crate::i18n::Lang;

/// The oldest mail that permits, by its signed `Date`.
const OLDEST: TimeDelta = TimeDelta::minutes(30);
/// How far its writer's clock may be ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(2);
/// Minutes within which the browser that asked may go on.
pub const LIFE_MINUTES: i32 = 30;
/// Hours after Kirim within which a request can be permitted.
pub const ASKED_WITHIN_HOURS: i32 = 24;
/// What has to be signed.
const SIGNED: [&str; 4] = ["from", "to", "subject", "date"];
/// The sentence of the subject, between code and User ID.
const SENTENCES: [(Lang, &str); 2] =
    [(Lang::Id, "Saya mengizinkan reset TOTP akun"), (Lang::En, "I permit the TOTP reset of account")];

words! {
    /// Why a mail with the form of a permission permits nothing.
    Why {
        /// A machine wrote it.
        Automatic = "automatic",
        /// It answers another mail: what it quotes is not its writer's.
        Answer = "answer",
        /// Not one sender.
        From = "from",
        /// Not to the helpdesk's address alone.
        To = "to",
        /// The subject is not the form.
        Subject = "subject",
        /// No date, too old, or in the future.
        Date = "date",
        /// It has no Message-ID.
        MessageId = "message-id",
        /// Its domain has not signed sender, recipient, subject and date, or it is not verified.
        Unsigned = "unsigned",
        /// It is made to mislead.
        Deceit = "deceit",
        /// The settings allow no permission by mail.
        Off = "off",
        /// That mail permitted something before.
        Repeated = "repeated",
        /// No open request of this sender has that code and User ID.
        NoRequest = "no-request",
        /// That request was permitted before.
        Again = "again",
        /// The account may not be reset now.
        Account = "account",
    }
}

/// What a mail that may permit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The code, in its canonical form.
    pub code: String,
    /// The User ID, as it is compared.
    pub user_id: String,
    /// The sender's address, as it is compared.
    pub from: String,
    /// The mail's Message-ID.
    pub message_id: String,
}

/// The subject that permits a reset, as the sent page fills it in.
pub fn subject(lang: Lang, code: &str, user_id: &str) -> String {
    let sentence = SENTENCES.iter().find(|(known, _)| *known == lang).map_or(SENTENCES[0].1, |(_, sentence)| sentence);
    format!("{code} {sentence} {user_id}")
}

/// Whether a subject has the form of a permission, and nothing before or after it.
pub fn looks_like(subject: &str) -> bool {
    form(subject).is_some()
}

/// A User ID as a subject can hold it: blanks in a row are one.
pub fn fold_claimed(user_id: &str) -> String {
    fold_user_id(&user_id.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// How long a reset waits after its notice was handed over.
pub fn wait(has_password: bool) -> TimeDelta {
    TimeDelta::hours(if has_password { 1 } else { 24 })
}

/// What the mail claims, where its writer's domain vouches for every part of it; `now` is when that is asked.
///
/// A Message-ID need not be signed: one who sends the same signed mail again under another gains nothing, since the code is
/// that of one request, which is permitted once.
pub fn permits(message: &Message, judgement: &Judgement, desk: &str, now: DateTime<Utc>) -> Result<Claim, Why> {
    let claim = claimed(message, desk, now)?;
    if judgement.reasons.iter().chain(&message.oddities).any(|reason| reason.is_deceit()) {
        return Err(Why::Deceit);
    }
    let own = |signature: &&Signature| !seen_by_another(signature, judgement);
    let signed = judgement.signatures.iter().filter(own).any(|signature| signature.proves(&SIGNED));
    if judgement.verdict != Verdict::Verified || !signed {
        return Err(Why::Unsigned);
    }
    Ok(claim)
}

fn claimed(message: &Message, desk: &str, now: DateTime<Utc>) -> Result<Claim, Why> {
    if message.automatic.is_some() {
        return Err(Why::Automatic);
    }
    if !message.answers.is_empty() {
        return Err(Why::Answer);
    }
    let [from] = message.from.as_slice() else { return Err(Why::From) };
    let to_desk = matches!(message.to.as_slice(), [to] if fold_address(&to.address) == fold_address(desk));
    if !to_desk || !message.cc.is_empty() {
        return Err(Why::To);
    }
    let (code, user_id) = form(&message.subject).ok_or(Why::Subject)?;
    if !message.date.is_some_and(|date| now - date <= OLDEST && date - now <= AHEAD) {
        return Err(Why::Date);
    }
    let message_id = message.message_id.clone().filter(|id| !id.trim().is_empty()).ok_or(Why::MessageId)?;
    Ok(Claim { code, user_id, from: fold_address(&from.address), message_id })
}

/// Code and User ID of a subject that is the form and nothing else.
fn form(subject: &str) -> Option<(String, String)> {
    let words: Vec<&str> = subject.split_whitespace().collect();
    let (code, rest) = words.split_first()?;
    let (code, rest) = (crockford::parse_code(code)?, rest.join(" "));
    let user_id = SENTENCES.iter().find_map(|(_, sentence)| {
        let head = rest.get(..sentence.len()).filter(|head| head.eq_ignore_ascii_case(sentence))?;
        rest[head.len()..].strip_prefix(' ')
    })?;
    (user_id.chars().count() <= USER_ID_MAX).then(|| (code, fold_claimed(user_id)))
}

/// Whether only another server's word makes this signature right: such a result begins with the server's name.
fn seen_by_another(signature: &Signature, judgement: &Judgement) -> bool {
    judgement.server.as_ref().is_some_and(|server| signature.detail.starts_with(&format!("{server}:")))
}

#[cfg(test)]
mod tests;

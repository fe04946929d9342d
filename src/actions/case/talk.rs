//! What the desk writes into a case, and whether it waits for its person.

use uuid::Uuid;

use super::{At, change};
use crate::app::App;
use crate::app::staff::{Helpdesk, Proof as _};
use crate::i18n::Lang;
use crate::model::account::mask_user_id;
use crate::model::canned::{Values, fill};
use crate::model::desk::CaseState;
use crate::model::event::Desk;
use crate::model::letter::LetterKind;
use crate::model::refusal::{Refusal, Stop};
use crate::store::desk::{self, case, setting};
use crate::store::inbound::desk::letters;
use crate::store::letter::{self, Post};

/// Writes a note, which the desk alone sees. A closed case can still be noted in.
pub async fn note(app: &App, proof: Helpdesk, at: At, text: &str) -> Result<(), Stop> {
    let me = proof.by().staff();
    let event = |case, entry| Desk::Noted { case, entry, text: text.to_owned() };
    change(
        app,
        proof,
        at,
        |case| event(case, None),
        async |tx, held| {
            let entry = desk::enter(tx, held.id, me, text, None).await?;
            desk::write(tx, held.id, Some(me), &held.change()?).await?;
            Ok(Ok(((), event(held.subject(), Some(entry)))))
        },
    )
    .await
}

/// A reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its language.
    pub language: Lang,
    /// What it says, its braces not yet filled.
    pub text: String,
    /// The text it was made of, by name and version.
    pub canned: Option<(String, i32)>,
    /// Whether the case waits for its person from now on.
    pub wait: bool,
}

/// Sends a reply to the registered address.
pub async fn reply(app: &App, proof: Helpdesk, at: At, reply: &Reply) -> Result<(), Stop> {
    let me = proof.by().staff();
    let event =
        |case, entry, text: &str| Desk::Replied { case, entry, canned: reply.canned.clone(), text: text.to_owned() };
    change(
        app,
        proof,
        at,
        |case| event(case, None, &reply.text),
        async |tx, held| {
            let who = case::addressee(tx, held.id).await?;
            let (Some(who), Some(account)) = (who, held.account_id) else { return Ok(Err(Refusal::NotPossibleNow)) };
            if held.state()? == CaseState::Closed {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            let reference = held.reference.clone();
            let values = Values { name: who.name, user_id: mask_user_id(&who.user_id), reference };
            let Ok(text) = fill(&reply.text, &values) else { return Ok(Err(Refusal::FormInvalid)) };
            let entry = desk::enter(tx, held.id, me, &text, Some(reply.language)).await?;
            let letter = app.letter(account, LetterKind::Reply, reply.language);
            let inbound = letters::newest(tx, held.id).await?;
            let post = Post { request: Some(held.request_id), entry: Some(entry), inbound, uncounted: true, ..letter };
            letter::post(tx, &post).await?;
            let mut change = held.change()?;
            if reply.wait && change.state != CaseState::Waiting {
                change = waiting(held, change);
            }
            desk::write(tx, held.id, Some(me), &change).await?;
            Ok(Ok(((), event(held.subject(), Some(entry), &text))))
        },
    )
    .await
}

fn waiting(held: &desk::Held, change: desk::Change) -> desk::Change {
    desk::Change { state: CaseState::Waiting, waiting_since: Some(held.now), ..change }
}

/// The case waits for its person: its time stands still.
pub async fn wait(app: &App, proof: Helpdesk, at: At) -> Result<(), Stop> {
    let me = proof.by().staff();
    change(app, proof, at, Desk::Waiting, async |tx, held| {
        if !matches!(held.state()?, CaseState::New | CaseState::Open) {
            return Ok(Err(Refusal::NotPossibleNow));
        }
        desk::write(tx, held.id, Some(me), &waiting(held, held.change()?)).await?;
        Ok(Ok(((), Desk::Waiting(held.subject()))))
    })
    .await
}

/// It goes on, with what was left of its time.
pub async fn resume(app: &App, proof: Helpdesk, at: At) -> Result<(), Stop> {
    let me: Uuid = proof.by().staff();
    change(
        app,
        proof,
        at,
        |case| Desk::Resumed { case, due: None },
        async |tx, held| {
            if held.waiting_since.is_none() {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            let hours = setting::held(tx, app.config().locale.zone).await?.hours;
            let change = held.resumed(&hours)?;
            desk::write(tx, held.id, Some(me), &change).await?;
            Ok(Ok(((), Desk::Resumed { case: held.subject(), due: Some(change.due_at) })))
        },
    )
    .await
}

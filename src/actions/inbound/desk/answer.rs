//! The desk answers by hand who wrote a mail of which nobody knows whose account it is about.

use super::{At, change};
use crate::app::App;
use crate::app::staff::{Helpdesk, Proof as _};
use crate::base::keyring::Purpose;
use crate::i18n::Lang;
use crate::model::answer::answerable;
use crate::model::canned::{Values, fill};
use crate::model::desk::CaseState;
use crate::model::event::Inbound;
use crate::model::inbound::{Box, Kind};
use crate::model::letter::LetterKind;
use crate::model::refusal::{Refusal, Stop};
use crate::store::desk;
use crate::store::inbound::desk::letters;
use crate::store::letter::{self, Post};

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its language.
    pub language: Lang,
    /// What it says, its braces not yet filled.
    pub text: String,
}

/// What an answer to a stranger can name: the reference alone.
pub fn values(reference: &str) -> Values {
    Values { name: "–".to_owned(), user_id: "–".to_owned(), reference: reference.to_owned() }
}

/// Sends an answer to the address in `From`: it holds no link, and tells nothing of any account. Once an account is
/// tied to the request, answers go to its registered address alone.
pub async fn send(app: &App, proof: Helpdesk, at: At, answer: &Answer) -> Result<(), Stop> {
    let me = proof.by().staff();
    change(
        app,
        proof,
        at,
        None,
        |held| Inbound::Answered { of: held.subject(), letter: None, registered: false },
        async |tx, held| {
            let (Some((request, _)), Some(case)) = (held.request, &held.case) else {
                return Ok(Err(Refusal::NotPossibleNow));
            };
            let known = held.account_id.is_some() || case.account_id.is_some();
            if known || held.place != Box::Queue || case.state()? == CaseState::Closed {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            let Some(sealed) = &held.sealed_message else { return Ok(Err(Refusal::NotPossibleNow)) };
            let message = app.message(held.id, sealed)?;
            let Ok(address) = answerable(&message, Kind::Request, &app.own_addresses()) else {
                return Ok(Err(Refusal::NotPossibleNow));
            };
            let Ok(text) = fill(&answer.text, &values(&case.reference)) else { return Ok(Err(Refusal::FormInvalid)) };
            let entry = desk::enter(tx, case.id, me, &text, Some(answer.language)).await?;
            let post = Post {
                request: Some(request),
                entry: Some(entry),
                inbound: Some(held.id),
                uncounted: true,
                ..Post::away(address, LetterKind::Reply, answer.language, app.keys().of(Purpose::Link).current().0)
            };
            let link = letter::post(tx, &post).await?;
            let letter = letters::of_link(tx, link).await?;
            desk::write(tx, case.id, Some(me), &case.change()?).await?;
            Ok(Ok(((), Inbound::Answered { of: held.subject(), letter: Some(letter), registered: false })))
        },
    )
    .await
}

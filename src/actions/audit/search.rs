//! The history is searched: nothing is shown before that is told in the log.

use crate::app::staff::{Auditor, Proof};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Audit, Event};
use crate::model::history::Term;
use crate::model::refusal::{Refusal, Stop};
use crate::store::audit::line::{self, Line};
use crate::store::audit::search::{self, Found, Key, Turn};

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Search {
    /// As it was typed, with what the form's other fields say.
    pub text: String,
    /// The same, read.
    pub terms: Vec<Term>,
    /// Which way a later page goes.
    pub turn: Turn,
    /// Beyond which event; none for the newest.
    pub past: Option<Key>,
    /// Lines of a page.
    pub most: usize,
}

/// A page of the history.
pub async fn search(app: &App, auditor: Auditor, search: Search) -> Result<(Found, Vec<Line>), Stop> {
    let mut read = app.read().await?;
    let query = search::query(&mut read, &search.terms, app.config().locale.zone).await?;
    let found = search::page(&mut read, &query, search.turn, search.past, search.most).await?;
    let lines = line::of(&mut read, &found.keys).await?;
    drop(read);
    let told = Audit::Searched {
        query: search.text,
        found: i64::try_from(lines.len()).unwrap_or(i64::MAX),
        further: search.past.is_some(),
    };
    app.transact(Actor::Staff(auditor.by().staff()), async |tx| {
        if app.still(tx, auditor).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        Ok(Outcome::Done(Ok(()), Event::Audit(told)))
    })
    .await??;
    Ok((found, lines))
}

//! A sample is drawn: nothing is shown before that is told in the log.

use chrono::NaiveDate;

use crate::app::staff::{Auditor, Proof};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Audit, Event};
use crate::model::history::span;
use crate::model::refusal::{Refusal, Stop};
use crate::model::sample::Class;
use crate::store::audit::line::{self, Line};
use crate::store::audit::sample::{self, Frame};

/// What is drawn, and by which seed.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Of what.
    pub class: Class,
    /// How many.
    pub size: i64,
    /// The seed.
    pub seed: String,
}

/// The sample's events in the order they were drawn, and how many there were to draw from.
pub async fn draw(app: &App, auditor: Auditor, wanted: &Sample) -> Result<(i64, Vec<Line>), Stop> {
    let (from, to) = span(app.config().locale.zone, Some(wanted.from), Some(wanted.to));
    let frame = Frame { from, to, class: wanted.class };
    let mut read = app.read().await?;
    let population = sample::population(&mut read, frame).await?;
    let keys = sample::draw(&mut read, frame, &wanted.seed, wanted.size).await?;
    let lines = line::of(&mut read, &keys).await?;
    drop(read);
    let told = Audit::Sampled {
        seed: wanted.seed.clone(),
        from: wanted.from.to_string(),
        to: wanted.to.to_string(),
        class: wanted.class.code().to_owned(),
        population,
        drawn: i64::try_from(lines.len()).unwrap_or(i64::MAX),
    };
    app.transact(Actor::Staff(auditor.by().staff()), async |tx| {
        if app.still(tx, auditor).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        Ok(Outcome::Done(Ok(()), Event::Audit(told)))
    })
    .await??;
    Ok((population, lines))
}

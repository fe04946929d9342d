//! A sample is drawn, or what is still open is read: nothing is shown before that is told in the log.

use chrono::NaiveDate;

use crate::app::staff::{Auditor, Proof};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Audit, Event};
use crate::model::history::span;
use crate::model::refusal::{Refusal, Stop};
use crate::model::sample::Class;
use crate::store::audit::line::{self, Line};
use crate::store::audit::mark::{self, Open};
use crate::store::audit::sample::{self, Frame};

/// Questions and findings that are open shown at most.
const OPEN: i64 = 100;

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
    tell(app, auditor, told).await?;
    Ok((population, lines))
}

/// The newest open questions and findings with their notes; that nothing is open is told to nobody.
pub async fn open(app: &App, auditor: Auditor) -> Result<Vec<Open>, Stop> {
    let open = mark::open(&mut app.read().await?, OPEN).await?;
    if !open.is_empty() {
        tell(app, auditor, Audit::OpenRead { found: i64::try_from(open.len()).unwrap_or(i64::MAX) }).await?;
    }
    Ok(open)
}

async fn tell(app: &App, auditor: Auditor, told: Audit) -> Result<(), Stop> {
    app.transact(Actor::Staff(auditor.by().staff()), async |tx| {
        if app.still(tx, auditor).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        Ok(Outcome::Done(Ok(()), Event::Audit(told)))
    })
    .await?
    .map_err(Stop::from)
}

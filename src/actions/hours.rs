//! Working hours and holidays are set; what was due before stays due when it was.

use crate::app::staff::{Admin, Proof as _};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Desk, Event, Settled};
use crate::model::hours::{Holidays, Week};
use crate::model::refusal::{Refusal, Stop};
use crate::store::desk::setting;

/// Sets the week, where it still is the version that was seen.
pub async fn set_week(app: &App, proof: Admin, seen: i32, week: &Week) -> Result<(), Stop> {
    let me = proof.by().staff();
    app.transact(Actor::Staff(me), async |tx| {
        if app.still(tx, proof).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        let current = setting::hold(tx, app.config().locale.zone).await?;
        if current.hours.week == *week {
            return Ok(Outcome::Nothing(Ok(())));
        }
        let version = current.week_version + 1;
        let (before, after) = (current.hours.week.to_json(), week.to_json());
        let changed = Event::Desk(Desk::Settled(Settled::HoursChanged { version, before, after: after.clone() }));
        if current.week_version != seen {
            return Ok(Outcome::Refused(Refusal::ChangedMeanwhile, changed));
        }
        setting::write(tx, "hours", version, &after, me).await?;
        Ok(Outcome::Done(Ok(()), changed))
    })
    .await?
    .map_err(Stop::from)
}

/// Sets the holidays, where they still are the version that was seen.
pub async fn set_holidays(app: &App, proof: Admin, seen: i32, holidays: &Holidays) -> Result<(), Stop> {
    let me = proof.by().staff();
    app.transact(Actor::Staff(me), async |tx| {
        if app.still(tx, proof).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        let current = setting::hold(tx, app.config().locale.zone).await?;
        if current.hours.holidays == *holidays {
            return Ok(Outcome::Nothing(Ok(())));
        }
        let version = current.holidays_version + 1;
        let (before, after) = (current.hours.holidays.lines(), holidays.lines());
        let beyond = |a: &str, b: &str| a.lines().filter(|x| b.lines().all(|y| y != *x)).map(str::to_owned).collect();
        let (removed, added) = (beyond(&before, &after), beyond(&after, &before));
        let changed = Event::Desk(Desk::Settled(Settled::HolidaysChanged { version, removed, added }));
        if current.holidays_version != seen {
            return Ok(Outcome::Refused(Refusal::ChangedMeanwhile, changed));
        }
        setting::write(tx, "holidays", version, &holidays.to_json(), me).await?;
        Ok(Outcome::Done(Ok(()), changed))
    })
    .await?
    .map_err(Stop::from)
}

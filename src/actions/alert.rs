//! Somebody of the desk acts unusually fast: those who oversee the desk are told, once an hour.

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, Upkeep};
use crate::model::letter::LetterKind;
use crate::model::refusal::Stop;
use crate::store::letter;
use crate::store::staff::acts::Hurried;
use crate::store::staff::limit::{self, Counted};
use crate::store::staff::people;

/// Tells of it. Whoever it is about is not told, and goes on: unusual is not wrong.
pub async fn alert(app: &App, hurried: &Hurried) -> Result<(), Stop> {
    app.transact(Actor::Worker("watchman"), async |tx| {
        limit::count(tx, hurried.staff_id, Counted::Alert, 1).await?;
        let mut told = people::overseers(tx).await?;
        told.retain(|id| *id != hurried.staff_id);
        let place = format!("hurried:{}", hurried.username);
        letter::post_staff(tx, LetterKind::StaffNotice, &told, Some(&place), None).await?;
        let event = Upkeep::Hurried { staff: hurried.staff_id, what: hurried.kind.clone(), times: hurried.times };
        Ok(Outcome::Done((), Event::Upkeep(event)))
    })
    .await
}

//! Each day the auditors get the newest checkpoint by mail: what lies in their mailboxes cannot be rewritten here.

use chrono::NaiveTime;

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Audit, Event};
use crate::model::letter::LetterKind;
use crate::model::refusal::Stop;
use crate::store::letter;
use crate::store::log::copy;
use crate::store::log::read::Signed;
use crate::store::staff::people;

/// Mails it to all auditors, where none was mailed today; says whether it did.
pub async fn mail_checkpoint(app: &App, newest: &Signed) -> Result<bool, Stop> {
    let now = app.clock().now();
    let today = now.with_timezone(&app.config().locale.zone).with_time(NaiveTime::MIN).earliest();
    let since = today.map_or(now, |midnight| midnight.to_utc());
    app.transact(Actor::Worker("copier"), async |tx| {
        let auditors = people::auditors(tx).await?;
        if auditors.is_empty() || !copy::mail(tx, newest.size, since).await? {
            return Ok(Outcome::Nothing(false));
        }
        letter::post_staff(tx, LetterKind::Checkpoint, &auditors, Some(&newest.note), None).await?;
        let letters = i64::try_from(auditors.len()).unwrap_or(i64::MAX);
        Ok(Outcome::Done(true, Event::Audit(Audit::Mailed { size: newest.size, letters })))
    })
    .await
}

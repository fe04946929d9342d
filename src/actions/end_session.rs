//! Sessions ended by their owner: this one, another, or all others.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event};
use crate::model::refusal::{Refusal, Stop};
use crate::store::session;

/// Which sessions end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that asks.
    This,
    /// That one.
    One(Uuid),
    /// All but the one that asks.
    Others,
}

/// Ends them. A session that is over already, or another's, ends nothing.
pub async fn end(app: &App, token_hash: &[u8; 32], browser_hash: &[u8; 32], which: Which) -> Result<(), Stop> {
    app.transact(Actor::User, async |tx| {
        let Some(held) = session::hold(tx, token_hash, browser_hash, app.lives()).await? else {
            return Ok(Outcome::Nothing(Err(Refusal::SignInFirst)));
        };
        let account = held.account_id;
        let one =
            async |tx: &mut _, id| Ok::<_, crate::base::fault::Fault>(i64::from(session::end(tx, account, id).await?));
        let sessions = match which {
            Which::This => one(tx, held.id).await?,
            Which::One(id) => one(tx, id).await?,
            Which::Others => session::end_others(tx, account, Some(held.id)).await?,
        };
        if sessions == 0 {
            return Ok(Outcome::Nothing(Ok(())));
        }
        let own = which == Which::This || which == Which::One(held.id);
        Ok(Outcome::Done(Ok(()), Event::SessionEnded { account, sessions, own }))
    })
    .await??;
    Ok(())
}

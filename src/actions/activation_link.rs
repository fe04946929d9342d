//! One tap mails a link to activation, for who resets on the PC and reads mail on the phone: to the registered address.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::app::activation::renew_grant;
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::activation::mailable;
use crate::model::event::{Actor, Event};
use crate::model::letter::LetterKind;
use crate::model::refusal::{Refusal, Stop};
use crate::store::letter::{self, Post};
use crate::store::{Tx, account, factor, link, session, way_back};

/// Mails the link for somebody who has shown the password.
///
/// A grant that is there is carried, if it is not older than the address it would go to; where there is none a new one is
/// issued, unless a reset of the account would wait or need a second person too.
pub async fn by_session(app: &App, token_hash: &[u8; 32], browser_hash: &[u8; 32]) -> Result<(), Stop> {
    app.transact(Actor::User, async |tx| {
        let Some(held) = session::hold(tx, token_hash, browser_hash, app.lives()).await? else {
            return Ok(Outcome::Nothing(Err(Refusal::SignInFirst)));
        };
        let account = held.account_id;
        let refused = |refusal| Ok(Outcome::Refused(refusal, Event::TotpLinkAsked { account, grant: None }));
        if held.guard.credential_id.is_some() {
            return refused(Refusal::AlreadyActive);
        }
        let there = mailable(&factor::grants(tx, account).await?, held.now);
        if there.is_none() && app.is_careful(&held) {
            return refused(Refusal::NotPossibleNow);
        }
        if let Some(until) = full(app, tx, account, held.now).await? {
            return Ok(Outcome::Nothing(Err(Refusal::TooMany(until))));
        }
        let grant = match there {
            Some(grant) => grant,
            None => renew_grant(tx, account).await?,
        };
        mail(app, tx, account, held.language()?, grant, None).await?;
        Ok(Outcome::Done(Ok(()), Event::TotpLinkAsked { account, grant: Some(grant) }))
    })
    .await??;
    Ok(())
}

/// Mails the link for the holder of the mailed link that was spent on a reset.
pub async fn by_link(app: &App, link_id: Uuid) -> Result<(), Stop> {
    app.transact(Actor::User, async |tx| {
        let Some(held) = link::hold(tx, link_id).await? else {
            return Ok(Outcome::Nothing(Err(Refusal::LinkUnknown)));
        };
        let account = held.account_id;
        let refused = |refusal| Ok(Outcome::Refused(refusal, Event::TotpLinkAsked { account, grant: None }));
        let there = mailable(&factor::grants(tx, account).await?, held.now);
        let Some(grant) = there.filter(|_| held.spent_at.is_some() && !held.has_factor && !held.locked) else {
            return refused(Refusal::NotPossibleNow);
        };
        if let Some(until) = full(app, tx, account, held.now).await? {
            return Ok(Outcome::Nothing(Err(Refusal::TooMany(until))));
        }
        // who has no password here goes on at their portal
        let on = way_back::hold(tx, link_id).await?.filter(|back| !back.has_password).map(|back| back.name);
        mail(app, tx, account, held.language()?, grant, on.as_deref()).await?;
        Ok(Outcome::Done(Ok(()), Event::TotpLinkAsked { account, grant: Some(grant) }))
    })
    .await??;
    Ok(())
}

/// When the next letter may go to the registered address, if not now.
async fn full(app: &App, tx: &mut Tx, account: Uuid, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Fault> {
    let most = i64::from(app.config().limits.letters_per_hour);
    let letters = account::letters_last_hour(tx, account).await?;
    let limited = app.has_limits() && letters.count >= most;
    Ok(limited.then(|| letters.oldest.unwrap_or(now) + TimeDelta::hours(1)))
}

async fn mail(
    app: &App,
    tx: &mut Tx,
    account: Uuid,
    language: Lang,
    grant: Uuid,
    portal: Option<&str>,
) -> Result<(), Fault> {
    let letter = Post { grant: Some(grant), place: portal, ..app.letter(account, LetterKind::Activate, language) };
    letter::post(tx, &letter).await?;
    Ok(())
}

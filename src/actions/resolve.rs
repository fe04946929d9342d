//! The resolver looks a request's account up, and writes as much for a miss as for a hit.

use uuid::Uuid;

use crate::app::activation::renew_grant;
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::model::account::{fold_address, fold_user_id};
use crate::model::activation::mailable;
use crate::model::event::{Actor, Event};
use crate::model::letter::{Hint, LetterKind};
use crate::model::refusal::Stop;
use crate::model::request::{State, Step};
use crate::model::resolve::{Asked, Miss, Resolution, resolve};
use crate::store::letter::{self, Post};
use crate::store::request::{self, Resolved};
use crate::store::{Tx, account, factor};

/// Resolves the oldest request that nobody has looked at; false where there is none.
pub async fn resolve_next(app: &App) -> Result<bool, Stop> {
    let letters_per_hour = match app.config().limits.mode {
        crate::config::LimitsMode::On => app.config().limits.letters_per_hour,
        crate::config::LimitsMode::Off => u32::MAX,
    };
    let key_id = app.keys().of(Purpose::Link).current().0.to_owned();
    app.transact(Actor::Worker("resolver"), async |tx| {
        let Some(received) = request::next_received(tx).await? else { return Ok(Outcome::Nothing(false)) };
        let mut found = account::known(tx, &fold_user_id(&received.user_id)).await?;
        if let (Some((id, ..)), Some(portal)) = (&found, received.portal)
            && request::is_elsewhere(tx, *id, portal).await?
        {
            found = None;
        }
        let asked =
            Asked { at: received.asked_at, address: fold_address(&received.address), user_type: received.user_type };
        let resolution = resolve(&asked, found.as_ref().map(|(_, known, _)| known), letters_per_hour);
        let account = found.as_ref().map(|(id, _, _)| *id);
        let under_way = found.and_then(|(_, _, under_way)| under_way);

        let step = if matches!(resolution, Resolution::Miss(..)) { Step::Miss } else { Step::Match };
        let state = State::Received.step(step).unwrap_or(State::Unmatched);
        let (kind, hint) = match resolution {
            Resolution::Mail => (Some(LetterKind::Link), None),
            Resolution::Join => (None, None),
            Resolution::Miss(_, hint) => (hint.map(|_| LetterKind::Hint), hint),
        };
        let no_factor = resolution == Resolution::Miss(Miss::Hinted(Hint::NoFactor), Some(Hint::NoFactor));
        let onward = match account.filter(|_| no_factor) {
            Some(account) => onward(app, tx, account, received.id).await?,
            None => None,
        };
        let joined = under_way.filter(|_| resolution == Resolution::Join);
        let reason = if let Resolution::Miss(miss, _) = resolution { Some(miss.code()) } else { None };
        request::resolve(tx, received.id, &Resolved { state, account, reason, joined }).await?;
        let letter = match (account, &onward) {
            (Some(account), Some((grant, portal))) => Post {
                request: Some(received.id),
                grant: Some(*grant),
                place: Some(portal),
                ..app.letter(account, LetterKind::Activate, received.language)
            },
            _ => Post {
                kind,
                hint,
                request: Some(received.id),
                account: account.filter(|_| kind.is_some()),
                grant: None,
                place: None,
                to_address: None,
                entry: None,
                proposal: None,
                inbound: None,
                positions: &[1],
                language: received.language,
                key_id: &key_id,
                uncounted: false,
            },
        };
        let link = letter::post(tx, &letter).await?;
        let event = match (resolution, account) {
            (Resolution::Mail | Resolution::Join, Some(account)) => Event::ResetMatched {
                request: received.id,
                account,
                link: (resolution == Resolution::Mail).then_some(link),
                joined,
            },
            (_, account) => Event::ResetUnmatched {
                request: received.id,
                account,
                reason: reason.unwrap_or_default(),
                hinted: hint.is_some(),
                grant: onward.map(|(grant, _)| grant),
            },
        };
        Ok(Outcome::Done(true, event))
    })
    .await
}

/// The grant with which an account goes on that enrols at its portal alone, and the portal's name: who comes without the
/// browser that had the grant has no other way. Nothing where the account goes another way, is protected, or changed lately.
async fn onward(app: &App, tx: &mut Tx, account: Uuid, request: Uuid) -> Result<Option<(Uuid, String)>, Fault> {
    let Some(onward) = account::onward(tx, account, request).await? else { return Ok(None) };
    let delays = app.delays();
    let usual = delays.of_reset(false, None, onward.now);
    if onward.protected || delays.of_reset(false, onward.changed_at, onward.now) > usual {
        return Ok(None);
    }
    let grant = match mailable(&factor::grants(tx, account).await?, onward.now) {
        Some(grant) => grant,
        None => renew_grant(tx, account).await?,
    };
    Ok(Some((grant, onward.portal)))
}

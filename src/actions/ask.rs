//! Kirim: somebody asks for a reset. One commit, and nothing is looked up.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::app::portal::{AsksResets, Scoped as _};
use crate::base::{crockford, random};
use crate::config::LimitsMode;
use crate::i18n::Lang;
use crate::model::account::{UserType, fold_address, fold_user_id};
use crate::model::event::{Actor, Event};
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::Channel;
use crate::store::answer::Once;
use crate::store::request;
use crate::store::request::ask::{self, Asked, NewRequest, PairLimit};

/// What was typed, and by whom.
pub struct Ask {
    /// The form it was posted from; one form is one request.
    pub form: Uuid,
    /// The User ID as typed, trimmed.
    pub user_id: String,
    /// The address as typed, trimmed.
    pub address: String,
    /// The Tipe User chosen.
    pub user_type: UserType,
    /// Language of the form.
    pub language: Lang,
    /// SHA-256 of the browser's id, or of the call of a portal.
    pub browser_hash: [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<String>,
    /// The client network, where that is known.
    pub network: Option<String>,
    /// The request whose *Kirim ulang* this is.
    pub again: Option<Uuid>,
    /// The portal by whose page or form it is asked.
    pub portal: Option<Uuid>,
}

/// What a portal's own form sends.
pub struct Typed {
    /// The User ID as typed, trimmed.
    pub user_id: String,
    /// The address as typed, trimmed.
    pub address: String,
    /// The Tipe User chosen.
    pub user_type: UserType,
    /// Language of the form.
    pub language: Lang,
    /// The network of the person at the form, where the portal tells it.
    pub network: Option<String>,
}

/// Asks; returns the reference. A form that was posted before gives the reference it got then.
pub async fn ask(app: &App, ask: Ask) -> Result<String, Stop> {
    Ok(put(app, (Actor::User, Channel::Web), ask).await?.0)
}

/// Asks for who sits at a portal's own form; returns the reference, and when it was asked. The name under which a call
/// may be repeated makes its form, so that it is one request however often it is sent.
pub async fn by_portal(
    app: &App,
    by: AsksResets,
    once: Option<&Once>,
    typed: Typed,
) -> Result<(String, DateTime<Utc>), Stop> {
    let portal = by.caller().portal();
    let (form, call) = match once {
        Some(once) => named(portal, once),
        None => (random::id(), random::bytes()?),
    };
    let ask = Ask {
        form,
        user_id: typed.user_id,
        address: typed.address,
        user_type: typed.user_type,
        language: typed.language,
        browser_hash: call,
        browser_name: None,
        network: typed.network,
        again: None,
        portal: Some(portal),
    };
    put(app, (Actor::Portal(portal), Channel::Portal), ask).await.map_err(|stop| match stop {
        // the same name, and not the same call
        Stop::Refused(Refusal::CaptchaWrong) => Refusal::KeyReused.into(),
        other => other,
    })
}

async fn put(app: &App, (actor, channel): (Actor, Channel), ask: Ask) -> Result<(String, DateTime<Utc>), Stop> {
    let id = random::id();
    let reference = crockford::reference()?;
    let event = Event::ResetAsked {
        request: id,
        reference: reference.clone(),
        channel,
        user_type: ask.user_type,
        again: ask.again,
        user_id: ask.user_id.clone(),
        address: ask.address.clone(),
        network: ask.network.clone(),
    };
    let new = NewRequest {
        id,
        reference: reference.clone(),
        channel,
        form: ask.form,
        pair: pair(&ask.user_id, &ask.address),
        user_id: ask.user_id,
        address: ask.address,
        user_type: ask.user_type,
        language: ask.language,
        browser_hash: ask.browser_hash,
        browser_name: ask.browser_name,
        network: ask.network,
        portal: ask.portal,
    };
    let record = app.record(actor, &event)?;
    let mut read = app.read().await?;
    match ask::ask(&mut read, &new, limit(app), &record).await? {
        Asked::New(at) => Ok((reference, at)),
        Asked::Again(reference, at) => Ok((reference, at)),
        Asked::FormSpent => Err(Refusal::CaptchaWrong.into()),
        Asked::TooMany(until) => Err(Refusal::TooMany(until).into()),
    }
}

/// Times *Kirim ulang* may be pressed for one reference.
pub const RESENDS: i16 = 2;

/// *Kirim ulang*: a Kirim with the kept values, at most twice for one reference and not within 60 s.
pub async fn ask_again(app: &App, reference: &str, mut again: Ask) -> Result<String, Stop> {
    let mut read = app.read().await?;
    let own = request::own(&mut read, reference, &again.browser_hash).await?.ok_or(Refusal::NotFound)?;
    if !request::count_resend(&mut read, own.id, again.form, RESENDS).await? {
        return Err(Refusal::NoMoreMail.into());
    }
    drop(read);
    again.user_id = own.user_id;
    again.address = own.address;
    again.user_type = own.user_type;
    again.again = Some(own.id);
    again.portal = own.portal;
    ask(app, again).await.map(|_| own.reference)
}

/// The form of a call that has a name, and what stands for its browser: the call itself, so that another call under the
/// same name is seen to be another.
fn named(portal: Uuid, once: &Once) -> (Uuid, [u8; 32]) {
    let hash = |what: &[u8], of: &[u8]| -> [u8; 32] {
        Sha256::new().chain_update(what).chain_update(portal).chain_update(of).finalize().into()
    };
    let form = hash(b"reset by name", once.key.as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&form[..16]);
    (Uuid::from_bytes(id), hash(b"reset by call", &once.asked))
}

/// The key under which requests of one typed pair are counted.
fn pair(user_id: &str, address: &str) -> [u8; 32] {
    let (user_id, address) = (fold_user_id(user_id), fold_address(address));
    Sha256::new().chain_update(user_id).chain_update([0]).chain_update(address).finalize().into()
}

fn limit(app: &App) -> PairLimit {
    let limits = &app.config().limits;
    let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    match limits.mode {
        LimitsMode::On => PairLimit {
            per_hour: number(limits.pair_per_hour),
            per_day: number(limits.pair_per_day),
            keep: number(limits.pair_per_hour.max(limits.pair_per_day)),
        },
        // beyond what is kept there is nothing to be too many
        LimitsMode::Off => PairLimit { per_hour: 2, per_day: 2, keep: 1 },
    }
}

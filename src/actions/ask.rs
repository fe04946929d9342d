//! Kirim: somebody asks for a reset. One commit, and nothing is looked up.

use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::app::once::Answer;
use crate::app::portal::{AsksResets, Scoped as _};
use crate::base::fault::Fault;
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

/// A request that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its reference.
    pub reference: String,
    /// When it was asked.
    pub at: DateTime<Utc>,
}

impl Answer for Request {
    /// Whom it is about is not known when it is answered.
    fn account(&self) -> Option<Uuid> {
        None
    }
}

/// Asks; returns the reference. A form that was posted before gives the reference it got then.
pub async fn ask(app: &App, ask: Ask) -> Result<String, Stop> {
    Ok(put(app, (Actor::User, Channel::Web), ask).await?.reference)
}

/// Asks for who sits at a portal's own form. The name under which a call may be repeated makes its form too, so that it is
/// one request even where its answer could not be kept.
pub async fn by_portal(app: &App, by: AsksResets, once: Option<&Once>, typed: Typed) -> Result<Request, Stop> {
    let portal = by.caller().portal();
    let Some(once) = once else {
        return put_typed(app, portal, (random::id(), random::bytes()?), typed).await;
    };
    if let Some(answered) = app.answered::<Request>(once).await? {
        return Ok(answered?);
    }
    let form = form(app, once).await?;
    let asked = put_typed(app, portal, (form, hash(portal, b"reset by call", &once.asked)), typed).await?;
    app.note_answer(once, &asked).await?;
    Ok(asked)
}

/// Puts what was typed into a portal's form; `call` stands for the browser, so that another call under the same name is seen
/// to be another.
async fn put_typed(app: &App, portal: Uuid, (form, call): (Uuid, [u8; 32]), typed: Typed) -> Result<Request, Stop> {
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

async fn put(app: &App, (actor, channel): (Actor, Channel), ask: Ask) -> Result<Request, Stop> {
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
        Asked::New(at) => Ok(Request { reference, at }),
        Asked::Again(reference, at) => Ok(Request { reference, at }),
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

/// The form of a call that has a name: that of yesterday, where it was asked less than a day ago, or else that of today. A name
/// means the same call for a day and another one later, whoever exists.
async fn form(app: &App, once: &Once) -> Result<Uuid, Fault> {
    let today = app.clock().now().num_days_from_ce();
    let yesterday = form_of(once, today - 1);
    let recent = request::ask::is_recent(&mut app.read().await?, yesterday).await?;
    Ok(if recent { yesterday } else { form_of(once, today) })
}

/// The form of a call's name on that day.
fn form_of(once: &Once, day: i32) -> Uuid {
    let name = [day.to_be_bytes().as_slice(), once.key.as_bytes()].concat();
    let mut id = [0; 16];
    id.copy_from_slice(&hash(once.portal, b"reset by name", &name)[..16]);
    Uuid::from_bytes(id)
}

fn hash(portal: Uuid, what: &[u8], of: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(what).chain_update(portal).chain_update(of).finalize().into()
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

//! Kirim: somebody asks for a reset. One commit, and nothing is looked up.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::base::{crockford, random};
use crate::config::LimitsMode;
use crate::i18n::Lang;
use crate::model::account::{UserType, fold_address, fold_user_id};
use crate::model::event::{Actor, Event};
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::Channel;
use crate::store::request::{self, Asked, NewRequest, PairLimit};

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
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<String>,
    /// The client network.
    pub network: String,
    /// The request whose *Kirim ulang* this is.
    pub again: Option<Uuid>,
}

/// Asks; returns the reference. A form that was posted before gives the reference it got then.
pub async fn ask(app: &App, ask: Ask) -> Result<String, Stop> {
    let id = random::id();
    let reference = crockford::reference()?;
    let event = Event::ResetAsked {
        request: id,
        reference: reference.clone(),
        channel: Channel::Web,
        user_type: ask.user_type,
        again: ask.again,
        user_id: ask.user_id.clone(),
        address: ask.address.clone(),
        network: ask.network.clone(),
    };
    let new = NewRequest {
        id,
        reference: reference.clone(),
        channel: Channel::Web,
        form: ask.form,
        pair: pair(&ask.user_id, &ask.address),
        user_id: ask.user_id,
        address: ask.address,
        user_type: ask.user_type,
        language: ask.language,
        browser_hash: ask.browser_hash,
        browser_name: ask.browser_name,
        network: ask.network,
    };
    let record = app.record(Actor::User, &event)?;
    let mut read = app.read().await?;
    match request::ask(&mut read, &new, limit(app), &record).await? {
        Asked::New => Ok(reference),
        Asked::Again(reference) => Ok(reference),
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
    ask(app, again).await.map(|_| own.reference)
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

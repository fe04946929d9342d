//! Reads and judges mail that came in, one after the other, and hands it to the desk.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use uuid::Uuid;

use crate::actions::inbound::permit::permit;
use crate::actions::inbound::read::{self as act, Facts};
use crate::app::App;
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::{crockford, seal};
use crate::inbound::bounce::bounce;
use crate::inbound::dns::Dns;
use crate::inbound::judge::{Ground, judge};
use crate::inbound::read::{read_guarded, unquoted};
use crate::mail::{bounced_letter, letter_of};
use crate::model::account::fold_address;
use crate::model::inbound::{Automatic, Bounce, Envelope, Message, Park};
use crate::model::mailed::claims;
use crate::model::permission;
use crate::model::refusal::Stop;
use crate::store::inbound::read::{self as store, Candidate, Leased, Sent};

/// Seconds a mail is in a reader's hands at most.
const LEASE: i32 = 60;
/// Mails read side by side.
const LANES: usize = 4;
/// Mails of one sender in a day that begin a request each; more are set apart.
const MAILS_A_DAY: i64 = 20;
/// A mail whose reading ended its reader so often is set aside.
const ATTEMPTS: i16 = 4;
/// Message-IDs of one mail looked at as ours.
const THREADS: usize = 50;

/// The reader and its name servers.
pub struct Reader {
    dns: Dns,
}

impl Reader {
    /// A reader that asks the name servers of the settings.
    pub fn new(app: &App) -> Result<Self, Fault> {
        Ok(Self { dns: Dns::new(&app.config().inbound.name_servers)? })
    }

    /// Reads up to one mail a lane; true where there may be more.
    ///
    /// A panic while one is read is a fault of that mail: its lease runs out, and in the end it is set aside.
    pub async fn step(&self, app: &App) -> Result<bool, Stop> {
        let one = || AssertUnwindSafe(self.one(app)).catch_unwind();
        let mut more = false;
        for read in join_all((0..LANES).map(|_| one())).await {
            more |= read.map_err(|_| Fault::broken("a panic while a mail was read"))??;
        }
        Ok(more)
    }

    async fn one(&self, app: &App) -> Result<bool, Stop> {
        let Some(leased) = store::lease(&mut app.read().await?, LEASE).await? else { return Ok(false) };
        if leased.attempts > ATTEMPTS {
            act::park(app, leased.id, Park::TooCostly).await?;
            return Ok(true);
        }
        let Some(sealed) = leased.sealed_raw.as_deref() else {
            act::park(app, leased.id, Park::NoMessage).await?;
            return Ok(true);
        };
        let raw = seal::open(app.keys().of(Purpose::Seal), leased.id, sealed)?.to_vec();
        match read_guarded(raw.clone(), leased.taken_at).await {
            Ok(message) => self.file(app, &leased, &raw, message).await?,
            Err(reason) => act::park(app, leased.id, reason).await?,
        }
        Ok(true)
    }

    async fn file(&self, app: &App, leased: &Leased, raw: &[u8], mut message: Message) -> Result<(), Stop> {
        // whatever waits to be read is as old as it was when it came
        let now = leased.taken_at;
        let own = unquoted(&message.text);
        let name = message.from.first().map(|from| from.name.as_str()).unwrap_or_default();
        let claims = claims(&message.subject, &own, name);
        let from = message.from.first().map(|from| fold_address(&from.address)).unwrap_or_default();
        let mut envelope = leased.envelope();
        if envelope.sender.is_none() {
            envelope.sender.clone_from(&message.return_path);
        }
        message.automatic = message.automatic.or_else(|| by_machine(app, &envelope, &from));
        let mut read = app.read().await?;
        let flood = store::mails_of(&mut read, &from).await? >= MAILS_A_DAY;
        let candidates = store::candidates(&mut read, &from, &claims.words, &claims.names).await?;
        let letters = store::letters(&mut read, named(app, &message)).await?;
        let maybe_case = match reference(&message.subject) {
            Some(reference) => store::case_of_reference(&mut read, &reference).await?,
            None => None,
        };
        drop(read);
        let judgement = judge(raw, &message, &envelope, &ground(app, &candidates), &self.dns, now).await;
        let thread = letters.into_iter().find(|sent| sent.address.as_deref().map(fold_address) == Some(from.clone()));
        let permitted = if permission::looks_like(&message.subject) {
            let claim = permission::permits(&message, &judgement, &app.config().helpdesk.address, now);
            permit(app, leased.id, claim).await?
        } else {
            None
        };
        let facts =
            Facts { id: leased.id, message, judgement, claims, candidates, thread, maybe_case, permitted, flood };
        match reported(app, leased, raw).await? {
            Some((letter, bounce)) => act::bounced(app, &facts, &letter, &bounce).await,
            None => act::file(app, &facts).await,
        }
    }
}

/// What the way it came tells of a machine: no envelope sender, or ourselves.
fn by_machine(app: &App, envelope: &Envelope, from: &str) -> Option<Automatic> {
    let config = app.config();
    let own = [&config.smtp.from_address, &config.helpdesk.address].into_iter().any(|own| fold_address(own) == from);
    if own {
        Some(Automatic::Machine)
    } else {
        envelope.sender.as_deref().is_some_and(|sender| matches!(sender, "" | "<>")).then_some(Automatic::NullSender)
    }
}

fn ground(app: &App, candidates: &[Candidate]) -> Ground {
    let mut registered: Vec<String> = candidates.iter().map(|one| one.address.clone()).collect();
    registered.dedup();
    Ground {
        registered: candidates.iter().any(|one| one.how == "address"),
        look_alikes_of: registered,
        trusted: app.config().inbound.trusted_servers.clone(),
    }
}

/// The letters of ours that a mail says it answers.
fn named(app: &App, message: &Message) -> Vec<Uuid> {
    let keys = app.keys().of(Purpose::MessageId);
    message.answers.iter().rev().take(THREADS).filter_map(|id| letter_of(keys, id)).collect()
}

/// A reference of ours within a subject.
fn reference(subject: &str) -> Option<String> {
    subject
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| word.len() == 11 && word.starts_with(['R', 'r']))
        .find_map(crockford::parse)
}

/// The letter a report is about, known by its Message-ID or by the address the report came to; others tell nothing.
async fn reported(app: &App, leased: &Leased, raw: &[u8]) -> Result<Option<(Sent, Bounce)>, Stop> {
    let bounces = bounce(raw);
    let keys = app.keys().of(Purpose::MessageId);
    let recipient = leased.envelope().recipient.and_then(|address| bounced_letter(keys, &address));
    for bounce in bounces {
        let by_id = bounce.message_ids.iter().find_map(|id| letter_of(keys, id));
        if let Some(letter) = by_id.or(recipient) {
            let found = store::letters(&mut app.read().await?, vec![letter]).await?;
            if let Some(sent) = found.into_iter().next() {
                return Ok(Some((sent, bounce)));
            }
        }
    }
    Ok(None)
}

//! Fetches what comes into the mailbox, and leaves nothing there that is not kept.
//!
//! A mail is settled in the mailbox (moved, or marked as seen) only once it is committed; what was done twice because
//! something ended in between is one mail, by its bytes. So several servers may read one mailbox, each for itself.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::actions::inbound::take::{BEGINNING, WHOLE_MAX, take_beginning};
use crate::app::App;
use crate::base::fault::Fault;
use crate::base::{clock, random};
use crate::inbound::imap::{self, Lying, Mailbox, Trouble};
use crate::model::event::Actor;
use crate::model::inbound::{Envelope, Source};
use crate::model::refusal::Stop;
use crate::store::inbound::mailbox;

/// The first pause after trouble; it doubles while the trouble lasts.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest one.
const PAUSE_MAX: Duration = Duration::from_mins(1);
/// What stays up for this long has recovered.
const WELL: Duration = Duration::from_mins(1);

/// Why a visit to the mailbox ended.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error(transparent)]
    Mailbox(#[from] Trouble),
    #[error(transparent)]
    House(#[from] Stop),
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        Self::House(fault.into())
    }
}

/// Reads the mailbox of the settings, where there is one, until `end`.
pub async fn run(app: &App, end: CancellationToken) {
    if app.config().inbound.imap_host.is_empty() {
        return;
    }
    let ended = end.cancelled();
    tokio::select! {
        () = ended => {}
        () = visits(app) => {}
    }
}

async fn visits(app: &App) {
    let mut failures: u32 = 0;
    loop {
        let began = clock::instant();
        let Err(why) = visit(app).await;
        failures = if began.elapsed() > WELL { 1 } else { failures.saturating_add(1) };
        if failures == 1 {
            tracing::error!(worker = "postman", trouble = %why, "failed");
        }
        metrics::counter!("worker_failures_total", "worker" => "postman").increment(1);
        metrics::gauge!("mailbox_trouble").set(1.0);
        tell(app, &why).await;
        tokio::time::sleep(pause(failures)).await;
    }
}

/// Up to the doubled pause, and at least half of it: many servers do not come back all at once.
fn pause(failures: u32) -> Duration {
    let most = (PAUSE * 2_u32.saturating_pow(failures.min(10))).min(PAUSE_MAX);
    let share = random::bytes::<1>().map_or(255, |[byte]| u32::from(byte));
    most / 2 + most / 2 * share / 255
}

/// Keeps what is the matter where the desk sees it; a database that is away hears nothing, and need not.
async fn tell(app: &App, why: &End) {
    let End::Mailbox(trouble) = why else { return };
    if let Ok(mut read) = app.read().await {
        let name = imap::name(&app.config().inbound);
        if let Err(fault) = mailbox::trouble(&mut read, &name, &trouble.to_string()).await {
            tracing::warn!(worker = "postman", %fault, "the trouble could not be kept");
        }
    }
}

/// Opens the mailbox and stays until something is the matter.
async fn visit(app: &App) -> Result<std::convert::Infallible, End> {
    let settings = &app.config().inbound;
    let name = imap::name(settings);
    let mut open = Mailbox::open(settings).await?;
    let validity = open.uid_validity();
    let mut last = mailbox::reached(&mut app.read().await?, &name, validity).await?;
    let mut unsettled: Option<String> = None;
    mailbox::reach(&mut app.read().await?, &name, validity, last, None).await?;
    tracing::info!(worker = "postman", told = open.tells(), last, "reads the mailbox");
    loop {
        metrics::gauge!("mailbox_trouble").set(if unsettled.is_some() { 1.0 } else { 0.0 });
        let lying = open.after(last).await?;
        if lying.is_empty() {
            open = open.wait().await?;
            continue;
        }
        for mail in lying {
            if keep(app, &mut open, mail).await? {
                unsettled = settle(&mut open, mail.uid).await?;
            }
            last = mail.uid;
            mailbox::reach(&mut app.read().await?, &name, validity, last, unsettled.as_deref()).await?;
        }
    }
}

/// Keeps a mail; false where it is gone.
async fn keep(app: &App, open: &mut Mailbox, mail: Lying) -> Result<bool, End> {
    let most = (mail.bytes > WHOLE_MAX).then_some(BEGINNING);
    let Some(raw) = open.fetch(mail.uid, most).await?.filter(|raw| !raw.is_empty()) else { return Ok(false) };
    // what a server says of the length only decides how much is asked for
    let length = if most.is_some() { mail.bytes } else { raw.len() };
    let taken = take_beginning(app, Actor::Worker("postman"), Source::Imap, &Envelope::default(), &raw, length).await?;
    if taken.new {
        metrics::counter!("inbound_taken_total", "source" => "imap").increment(1);
    }
    Ok(true)
}

/// Settles a mail that is kept. A server that refuses this does not keep the next one from being taken; the words of
/// its refusal come back.
async fn settle(open: &mut Mailbox, uid: u32) -> Result<Option<String>, Trouble> {
    match open.settle(uid).await {
        Ok(()) => Ok(None),
        Err(refused) if refused.is_refusal() => {
            tracing::warn!(worker = "postman", trouble = %refused, "a mail that is kept stays as it was in the mailbox");
            Ok(Some(refused.to_string()))
        }
        Err(trouble) => Err(trouble),
    }
}

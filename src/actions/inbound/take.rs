//! A mail is kept, as it came, before anybody reads it.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::{random, seal, secret_hash};
use crate::model::event::{Actor, Event, Inbound};
use crate::model::inbound::{Envelope, Park, Source};
use crate::model::refusal::Stop;
use crate::store::inbound::take::{New, keep};

/// Bytes up to which a mail is kept whole: what is read, and some more for the lines that servers put before it.
pub const WHOLE_MAX: usize = 10 * 1024 * 1024 + BEGINNING;
/// Bytes that are kept of a longer one.
pub const BEGINNING: usize = 64 * 1024;
/// Characters that are kept of what the other side calls itself, and of an envelope address.
const WORD_MAX: usize = 512;

/// A mail that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its row.
    pub id: Uuid,
    /// Whether these bytes came for the first time.
    pub new: bool,
}

/// Keeps a mail, sealed: the same bytes again are the same mail, by whichever way. It is safe once this returns.
pub async fn take(app: &App, actor: Actor, source: Source, envelope: &Envelope, raw: &[u8]) -> Result<Taken, Stop> {
    take_beginning(app, actor, source, envelope, raw, raw.len()).await
}

/// The same for a mail of `length` bytes of which `raw` is the beginning: one that is too large is kept in part, set
/// aside where the desk sees it.
pub async fn take_beginning(
    app: &App,
    actor: Actor,
    source: Source,
    envelope: &Envelope,
    raw: &[u8],
    length: usize,
) -> Result<Taken, Stop> {
    let park = (length > WHOLE_MAX).then_some(Park::TooLarge);
    let kept = if park.is_some() { &raw[..raw.len().min(BEGINNING)] } else { raw };
    let (id, sha256) = (random::id(), fingerprint(kept, park.is_some().then_some(length)));
    let sealed = seal::seal(app.keys().of(Purpose::Seal), id, kept)?;
    let bytes = i32::try_from(length).unwrap_or(i32::MAX);
    let envelope = tidy(envelope);
    app.transact(actor, async |tx| {
        let new = New { id, sha256: &sha256, bytes, sealed: &sealed, source, envelope: &envelope, park };
        if let Some(id) = keep(tx, new).await? {
            return Ok::<_, Fault>(Outcome::Nothing(Taken { id, new: false }));
        }
        let event = match park {
            Some(reason) => Inbound::Parked { mail: id, reason },
            None => Inbound::Taken {
                mail: id,
                source,
                bytes: bytes.into(),
                sha256: data_encoding::HEXLOWER.encode(&sha256),
            },
        };
        Ok(Outcome::Done(Taken { id, new: true }, Event::Inbound(event)))
    })
    .await
}

/// What tells mails apart: SHA-256 of the bytes; of a beginning, with the decimal `length` of the whole behind it.
fn fingerprint(kept: &[u8], length: Option<usize>) -> [u8; 32] {
    match length {
        None => secret_hash(kept),
        Some(length) => secret_hash(&[kept, length.to_string().as_bytes()].concat()),
    }
}

/// The envelope as it is kept: what a stranger says of itself is foreign, and may be of any length.
fn tidy(envelope: &Envelope) -> Envelope {
    let word = |text: &Option<String>| {
        let text = text.as_deref()?;
        Some(text.chars().filter(|c| !c.is_control()).take(WORD_MAX).collect())
    };
    Envelope {
        client: envelope.client,
        helo: word(&envelope.helo),
        sender: word(&envelope.sender),
        recipient: word(&envelope.recipient),
    }
}

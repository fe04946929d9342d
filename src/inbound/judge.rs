//! What a mail proves of its sender: its signatures, its way, the policy of its domain, and what a trusted server saw.
//!
//! Whose word counts: what we verify ourselves always does. A trusted server's word is taken only for what we could not check: a
//! key that nobody gives us now, or SPF and DMARC where the client is not known. A signature that we find broken stays broken,
//! whatever a server says: what changed it on the way changed what staff would read.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use mail_auth::AuthenticatedMessage;

use super::claims::{self, Claims};
use super::dns::Dns;
use super::domains;
use super::head::Head;
use super::likeness;
use super::sender::{self, Published};
use super::signed::{self, Proof, Sender};
use super::verdict::{Facts, Word, verdict};
use crate::model::inbound::{Check, Dmarc, Envelope, Judgement, Message, Reason, Spf};

/// What the house knows about the mail already.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// Whether the address of `From` is registered.
    pub registered: bool,
    /// Registered addresses of the accounts that the mail names.
    pub look_alikes_of: Vec<String>,
    /// Servers whose `Authentication-Results` are believed (`authserv-id`).
    pub trusted: Vec<String>,
}

/// Judges a mail.
pub async fn judge(
    raw: &[u8],
    message: &Message,
    envelope: &Envelope,
    ground: &Ground,
    dns: &Dns,
    now: DateTime<Utc>,
) -> Judgement {
    let asking = dns.ask(envelope.client);
    let raw = &*on_the_wire(raw);
    let head = Head::read(raw);
    let from = match message.from.as_slice() {
        [only] => Some(only.address.as_str()),
        _ => None,
    };
    let domain = from.and_then(domains::of);
    let published = match &domain {
        Some(domain) => sender::policy(domain, &asking).await,
        None => Published::default(),
    };
    let alignment = Sender { domain: domain.as_deref(), alignment: published.adkim, now };
    let mut proofs = signed::proofs(raw, &head, alignment, &asking).await;
    let mut spf = sender::spf(envelope, domain.as_deref(), published.aspf, &asking).await;

    let (claims, untrusted) = claims::believed(&message.results, &ground.trusted);
    let taken = claims.as_ref().map(|claims| take(claims, &head, &mut proofs, &mut spf, domain.as_deref(), &published));
    let taken = taken.unwrap_or_default();
    let dmarc = domain.as_deref().map(|domain| dmarc(domain, &published, &proofs, spf.as_ref(), taken.dmarc));

    let oddities = oddities(raw, &head, message);
    let look_alike = !ground.registered
        && from.is_some_and(|from| ground.look_alikes_of.iter().any(|known| likeness::looks_like(from, known)));
    let present: Vec<&str> = ["date", "to"].into_iter().filter(|name| head.count(name) > 0).collect();
    let (verdict, reasons) = verdict(&Facts {
        oddities: &oddities,
        registered: ground.registered,
        look_alike,
        present: &present,
        proofs: &proofs,
        spf: spf.as_ref(),
        dmarc: dmarc.as_ref(),
        word: taken.word,
    });
    Judgement {
        verdict,
        reasons,
        domain,
        signatures: proofs.into_iter().map(|proof| proof.signature).collect(),
        spf,
        dmarc,
        server: claims.map(|claims| claims.server),
        untrusted,
        answers: asking.answers().await,
        at: now,
    }
}

/// The mail as it was signed: a pipe of this system delivers lines in LF, and signatures are made over CRLF.
fn on_the_wire(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'\r') {
        return Cow::Borrowed(raw);
    }
    let mut wire = Vec::with_capacity(raw.len() + raw.len() / 32);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(text) => {
                wire.extend_from_slice(text);
                wire.extend_from_slice(b"\r\n");
            }
            None => wire.extend_from_slice(line),
        }
    }
    Cow::Owned(wire)
}

/// What is odd about the form, seen by the reader of the mail, by us, and by the library that verifies: all must see one mail.
fn oddities(raw: &[u8], head: &Head<'_>, message: &Message) -> Vec<Reason> {
    let mut oddities = message.oddities.clone();
    let mut add = |reason| {
        if !oddities.contains(&reason) {
            oddities.push(reason);
        }
    };
    match head.count("from") {
        0 => add(Reason::FromMissing),
        1 => {}
        _ => add(Reason::FromSeveral),
    }
    match message.from.as_slice() {
        [] => add(Reason::FromMissing),
        [only] if domains::of(&only.address).is_none() => add(Reason::FromMissing),
        [_] => {}
        _ => add(Reason::FromSeveral),
    }
    if ["to", "cc", "subject", "date", "sender", "reply-to", "message-id"].iter().any(|name| head.count(name) > 1) {
        add(Reason::HeaderTwice);
    }
    let verified = AuthenticatedMessage::parse_with_opts(&raw[..head.length], None, false);
    let seen: Vec<String> = verified.map(|seen| seen.froms().to_vec()).unwrap_or_default();
    let read: Vec<String> = message.from.iter().map(|from| from.address.trim().to_lowercase()).collect();
    if seen != read {
        add(if seen.is_empty() { Reason::FromMissing } else { Reason::FromSeveral });
    }
    oddities
}

/// What was taken from a trusted server.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    word: Word,
    dmarc: Option<Check>,
}

fn take(
    claims: &Claims,
    head: &Head<'_>,
    proofs: &mut [Proof],
    spf: &mut Option<Spf>,
    domain: Option<&str>,
    published: &Published,
) -> Taken {
    let mut taken = Taken::default();
    let mut gone = Word::Nothing;
    let signed: Vec<_> = claims::signed(head).collect();
    for claim in claims.signatures.iter().filter(|claim| claim.check == Check::Pass) {
        let mut known = proofs.iter_mut().filter(|proof| claim.is_of(proof)).peekable();
        let own = |domain| domains::aligned(&claim.domain, domain, published.adkim);
        if known.peek().is_none() && domain.is_some_and(own) {
            gone = Word::Gone;
        }
        // a word that could be about another signature says nothing about this one
        let only = signed.iter().filter(|signed| claim.may_be_of(signed.as_ref())).count() == 1;
        for proof in known.filter(|proof| proof.undecided && only && claim.selector.is_some()) {
            proof.signature.check = Check::Pass;
            proof.signature.detail = format!("{}: {}", claims.server, proof.signature.detail);
            (proof.fault, proof.undecided) = (None, false);
            taken.word = Word::Filled;
        }
    }
    let unknown = spf.as_ref().is_none_or(|spf| spf.check == Check::TempError);
    if let Some(claim) = claims.spf.as_ref().filter(|_| unknown) {
        let aligned = domain.is_some_and(|domain| domains::aligned(&claim.domain, domain, published.aspf));
        *spf = Some(Spf { domain: claim.domain.clone(), check: claim.check, aligned });
        taken.word = Word::Filled;
    }
    taken.dmarc = claims.dmarc.as_ref().filter(|claim| Some(claim.domain.as_str()) == domain).map(|claim| claim.check);
    if gone == Word::Gone {
        taken.word = gone;
    }
    taken
}

/// DMARC (RFC 7489 §6.6.2). Without SPF nothing fails: the mail may have come by a server of its domain.
fn dmarc(domain: &str, published: &Published, proofs: &[Proof], spf: Option<&Spf>, claimed: Option<Check>) -> Dmarc {
    let own = |check| proofs.iter().any(|proof| proof.signature.aligned && proof.signature.check == check);
    let sent = |check| spf.is_some_and(|spf| spf.aligned && spf.check == check);
    let check = if published.silent {
        Check::TempError
    } else if published.domain.is_empty() {
        Check::None
    } else if own(Check::Pass) || sent(Check::Pass) {
        Check::Pass
    } else if own(Check::TempError) || spf.is_some_and(|spf| spf.check == Check::TempError) {
        Check::TempError
    } else if spf.is_some() {
        Check::Fail
    } else {
        claimed.unwrap_or(Check::Neutral)
    };
    let of = if published.domain.is_empty() { domain } else { &published.domain };
    Dmarc { domain: of.to_owned(), policy: published.policy.clone(), check }
}

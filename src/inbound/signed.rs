//! DKIM (RFC 6376, 8301, 8463), verified over the raw bytes. What a tag says and what time it is we read ourselves; hashes and
//! signatures are `mail-auth`'s.

use chrono::{DateTime, TimeDelta, Utc};
use mail_auth::common::crypto::{Algorithm, HashAlgorithm};
use mail_auth::common::verify::{DomainKey, VerifySignature as _};
use mail_auth::dkim::{DkimError, Signature as Parsed};
use mail_auth::{AuthenticatedMessage, DkimResult, DnsError, Error};

use super::dns::Asking;
use super::domains::{self, Alignment};
use super::head::Head;
use super::tags::Tags;
use crate::model::inbound::{Check, Reason, Signature};

/// Signatures that are looked at: each may want the whole body hashed anew.
const LOOKED_AT: usize = 6;
/// How far the sender's clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// Bits below which an RSA key is no key (RFC 8301 §3.2).
const NO_KEY: usize = 1_024;
/// Bits below which it is mentioned.
const SMALL_KEY: usize = 2_048;

/// One signature, and why it proves nothing although it may be right.
#[derive(Clone, Debug)]
pub struct Proof {
    /// What is shown of it.
    pub signature: Signature,
    /// Too old, from the future, too weak, or no answer.
    pub fault: Option<Reason>,
    /// Whether our failure to verify says nothing about it: no answer, or a key that is gone.
    pub undecided: bool,
    /// `i=`, else `@` and `d=`; lower case.
    pub identity: String,
}

/// What signatures are compared with.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// The domain of `From`.
    pub domain: Option<&'a str>,
    /// How strictly.
    pub alignment: Alignment,
    /// When.
    pub now: DateTime<Utc>,
}

/// Every signature that is looked at, those of the sender's own domain first.
pub(super) async fn proofs(raw: &[u8], head: &Head<'_>, sender: Sender<'_>, asking: &Asking<'_>) -> Vec<Proof> {
    let Some(mut message) = AuthenticatedMessage::parse_with_opts(&raw[..head.length], None, false) else {
        return Vec::new();
    };
    // the library and we do not see the same end of the header: nothing in it can be proved
    let whole = message.body_offset() == head.length;
    let mut proofs = Vec::new();
    for value in head.values("dkim-signature").filter(|value| Parsed::parse(value).is_err()).take(LOOKED_AT) {
        proofs.push(unread(value, "not a signature that can be read"));
    }
    let mut signed = std::mem::take(&mut message.dkim_headers);
    signed.sort_by_key(|header| !is_aligned(&header.header.d, sender));
    signed.truncate(LOOKED_AT);
    message.raw_message = raw;
    message.body_offset = u32::try_from(head.length).unwrap_or(u32::MAX);
    for mut header in signed {
        let mut proof = described(&header.header, header.value, sender);
        if !whole {
            refuse(&mut proof, Check::PermError, "the header is not well-formed");
        }
        if proof.signature.check == Check::None {
            // judged here: by our clock, without reports to the signer, without third parties
            (header.header.x, header.header.r, header.header.atps) = (0, false, None);
            message.body_hashes = vec![hashed(raw, head.length, &header.header)];
            message.dkim_headers = vec![header];
            verify(&message, &mut proof, asking).await;
        }
        proofs.push(proof);
    }
    proofs
}

fn is_aligned(domain: &str, sender: Sender<'_>) -> bool {
    let own = domains::a_label(domain);
    own.zip(sender.domain).is_some_and(|(own, from)| domains::aligned(&own, from, sender.alignment))
}

type BodyHash = (mail_auth::dkim::Canonicalization, HashAlgorithm, u64, Vec<u8>);

fn hashed(raw: &[u8], body: usize, signature: &Parsed) -> BodyHash {
    let algorithm = HashAlgorithm::from(signature.a);
    let hash = algorithm.hash(signature.cb.canonical_body(&raw[body..], signature.l));
    (signature.cb, algorithm, signature.l, hash.as_ref().to_vec())
}

/// A signature with all that can be told without asking; `check` is [`Check::None`] where it is worth asking.
fn described(signature: &Parsed, value: &[u8], sender: Sender<'_>) -> Proof {
    let tags = Tags::read(&String::from_utf8_lossy(value));
    let domain = domains::a_label(&signature.d);
    let mut proof = unread(value, "");
    proof.signature.check = Check::None;
    proof.signature.domain = domain.clone().unwrap_or_else(|| signature.d.chars().take(253).collect());
    proof.signature.selector = signature.s.chars().take(253).collect();
    proof.signature.aligned = is_aligned(&signature.d, sender);
    let Some(tags) = tags.filter(|_| domain.is_some()) else {
        refuse(&mut proof, Check::PermError, "not a well-formed signature");
        return proof;
    };
    proof.signature.covers = tags.list("h");
    proof.signature.partial = tags.get("l").is_some();
    proof.identity = match tags.get("i") {
        Some(identity) if !identity.is_empty() => identity.to_lowercase(),
        _ => format!("@{}", proof.signature.domain),
    };
    let (Ok(made), Ok(ends)) = (tags.number("t"), tags.number("x")) else {
        refuse(&mut proof, Check::PermError, "its times cannot be read");
        return proof;
    };
    let time = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
    proof.signature.made = made.map(time);
    if !proof.signature.covers.iter().any(|name| name == "from") {
        refuse(&mut proof, Check::PermError, "From is not signed");
        proof.fault = Some(Reason::FromUnsigned);
    } else if signature.a == Algorithm::RsaSha1 {
        refuse(&mut proof, Check::PermError, "SHA-1");
        proof.fault = Some(Reason::DkimWeak);
    } else if made.is_some_and(|made| time(made) > sender.now + AHEAD) {
        refuse(&mut proof, Check::PermError, "made in the future");
        proof.fault = Some(Reason::DkimTime);
    } else if ends.is_some_and(|ends| time(ends) <= sender.now || made.is_some_and(|made| ends <= made)) {
        refuse(&mut proof, Check::PermError, "expired");
        proof.fault = Some(Reason::DkimTime);
    }
    proof
}

/// A header that is no signature, as far as it can be shown.
fn unread(value: &[u8], detail: &str) -> Proof {
    let tags = Tags::read(&String::from_utf8_lossy(value)).unwrap_or_default();
    let shown = |name: &str| tags.get(name).unwrap_or_default().chars().take(253).collect();
    Proof {
        signature: Signature {
            domain: shown("d"),
            selector: shown("s"),
            check: Check::PermError,
            detail: detail.to_owned(),
            aligned: false,
            covers: Vec::new(),
            partial: false,
            made: None,
        },
        fault: None,
        undecided: false,
        identity: String::new(),
    }
}

fn refuse(proof: &mut Proof, check: Check, detail: &str) {
    proof.signature.check = check;
    detail.clone_into(&mut proof.signature.detail);
}

/// Asks for the key, looks at it, and lets the library verify the one signature that `message` holds.
async fn verify(message: &AuthenticatedMessage<'_>, proof: &mut Proof, asking: &Asking<'_>) {
    let Some(header) = message.dkim_headers.first() else { return };
    let name = header.header.domain_key();
    let key = asking.within(asking.resolver().txt_lookup::<DomainKey>(&name, Some(asking.ear()))).await;
    let key = match key {
        None | Some(Err(Error::Dns(DnsError::Resolver(_)))) => {
            refuse(proof, Check::TempError, "no answer");
            (proof.fault, proof.undecided) = (Some(Reason::DnsSilent), true);
            return;
        }
        Some(Err(e)) => {
            refuse(proof, Check::PermError, &e.to_string());
            // a key that is gone may have been rotated; one that was taken back was taken back
            proof.undecided = matches!(e, Error::Dns(DnsError::RecordNotFound(_)));
            return;
        }
        Some(Ok(key)) => key,
    };
    let bits = key.p.public_key_bits();
    if header.header.a == Algorithm::RsaSha256 && bits < NO_KEY {
        refuse(proof, Check::PermError, &format!("key of {bits} bits"));
        proof.fault = Some(Reason::DkimWeak);
        return;
    }
    if is_testing(&asking.texts(&name).await) {
        // the domain asks to be treated as if it had not signed (RFC 6376 §3.6.1)
        refuse(proof, Check::Neutral, "the domain is testing this key");
        return;
    }
    let outputs = asking.within(asking.resolver().verify_dkim(asking.about(message))).await;
    let output = outputs.and_then(|outputs| outputs.into_iter().find(|output| output.signature().is_some()));
    let Some(output) = output else {
        refuse(proof, Check::TempError, "no answer");
        (proof.fault, proof.undecided) = (Some(Reason::DnsSilent), true);
        return;
    };
    let (check, detail) = match output.result() {
        DkimResult::Pass if header.header.a == Algorithm::RsaSha256 && bits < SMALL_KEY => {
            (Check::Pass, format!("key of {bits} bits"))
        }
        DkimResult::Pass => (Check::Pass, String::new()),
        DkimResult::Neutral(e @ Error::Dkim(DkimError::FailedBodyHashMatch)) | DkimResult::Fail(e) => {
            (Check::Fail, e.to_string())
        }
        DkimResult::Neutral(e) | DkimResult::PermError(e) => (Check::PermError, e.to_string()),
        DkimResult::TempError(_) => (Check::TempError, "no answer".to_owned()),
        DkimResult::None => (Check::None, String::new()),
    };
    if check == Check::TempError {
        (proof.fault, proof.undecided) = (Some(Reason::DnsSilent), true);
    }
    refuse(proof, check, &detail);
}

/// Whether a key says `t=y`.
fn is_testing(texts: &[String]) -> bool {
    let flags = texts.iter().filter_map(|text| Tags::read(text)).flat_map(|tags| tags.list("t"));
    flags.into_iter().any(|flag| flag == "y")
}

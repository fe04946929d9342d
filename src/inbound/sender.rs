//! What a domain says of its mails: SPF (RFC 7208) where the client is known, and DMARC's policy (RFC 7489).

use mail_auth::dmarc::{self, Policy};
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{DnsError, Error, SpfResult};

use super::dns::Asking;
use super::domains::{self, Alignment};
use crate::model::inbound::{Check, Envelope, Spf};

/// What a domain publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Whose record it is; empty where there is none.
    pub domain: String,
    /// `none`, `quarantine` or `reject`, one step milder where the domain is testing; empty where there is no record.
    pub policy: String,
    /// How strictly signatures are compared.
    pub adkim: Alignment,
    /// How strictly SPF is compared.
    pub aspf: Alignment,
    /// Whether nobody answered.
    pub silent: bool,
}

/// The policy of the domain of `From`, or of its organisation.
pub(super) async fn policy(domain: &str, asking: &Asking<'_>) -> Published {
    let organisation = domains::organisation(domain).filter(|organisation| *organisation != domain);
    for (name, own) in [(Some(domain), true), (organisation, false)] {
        let Some(name) = name else { continue };
        let asked = format!("_dmarc.{name}.");
        let answer = asking.within(asking.resolver().txt_lookup::<dmarc::Dmarc>(&asked, Some(asking.ear()))).await;
        match answer {
            None | Some(Err(Error::Dns(DnsError::Resolver(_)))) => {
                return Published { silent: true, ..Published::default() };
            }
            Some(Err(_)) => {}
            Some(Ok(record)) => return published(name, &record, own),
        }
    }
    Published::default()
}

fn published(domain: &str, record: &dmarc::Dmarc, own: bool) -> Published {
    let policy = match (if own { record.p } else { record.sp }, record.t) {
        (Policy::Reject, false) => "reject",
        (Policy::Reject, true) | (Policy::Quarantine, false) => "quarantine",
        (Policy::Quarantine, true) | (Policy::None | Policy::Unspecified, _) => "none",
    };
    let how = |alignment| match alignment {
        dmarc::Alignment::Strict => Alignment::Strict,
        dmarc::Alignment::Relaxed => Alignment::Relaxed,
    };
    Published {
        domain: domain.to_owned(),
        policy: policy.to_owned(),
        adkim: how(record.adkim),
        aspf: how(record.aspf),
        silent: false,
    }
}

/// SPF of the envelope sender, or of HELO where the sender is null; none where the client is not known.
pub(super) async fn spf(
    envelope: &Envelope,
    from: Option<&str>,
    alignment: Alignment,
    asking: &Asking<'_>,
) -> Option<Spf> {
    let client = envelope.client?.to_canonical();
    let helo = envelope.helo.as_deref().unwrap_or_default();
    let sender = envelope.sender.as_deref().unwrap_or_default();
    let domain = if sender.is_empty() { domains::a_label(helo) } else { domains::of(sender) };
    let Some(domain) = domain else {
        return Some(Spf { domain: String::new(), check: Check::None, aligned: false });
    };
    let sender = sender.rsplit_once('@').map(|(local, _)| format!("{local}@{domain}"));
    let asked = match &sender {
        Some(sender) => SpfParameters::verify_mail_from(client, helo, "localhost", sender),
        None => SpfParameters::verify_ehlo(client, &domain, "localhost"),
    };
    let output = asking.within(asking.resolver().verify_spf(asking.about(asked))).await;
    let check = match output.as_ref().map(mail_auth::SpfOutput::result) {
        Some(SpfResult::Pass) => Check::Pass,
        Some(SpfResult::Fail) => Check::Fail,
        Some(SpfResult::SoftFail) => Check::SoftFail,
        Some(SpfResult::Neutral) => Check::Neutral,
        Some(SpfResult::PermError) => Check::PermError,
        Some(SpfResult::None) => Check::None,
        Some(SpfResult::TempError) | None => Check::TempError,
    };
    let aligned = from.is_some_and(|from| domains::aligned(&domain, from, alignment));
    Some(Spf { domain, check, aligned })
}

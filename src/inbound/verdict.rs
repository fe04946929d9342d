//! The rule: what was found about a mail, and what it comes to. Pure.
//!
//! Verified wants every proof at once; failed wants one untruth; what lies between is for a person to look at, and where nothing
//! was signed and nothing could be asked we say so.

use super::signed::Proof;
use crate::model::inbound::{Check, Dmarc, Reason, Spf, Verdict};

/// What a trusted server's word was taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Word {
    /// Nothing, or there is none.
    #[default]
    Nothing,
    /// Something that we could not check.
    Filled,
    /// A signature that is not in the mail (any more).
    Gone,
}

/// All that was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// What is odd about the mail's form.
    pub oddities: &'a [Reason],
    /// Whether its one sender is registered.
    pub registered: bool,
    /// Whether its sender looks like somebody else who is.
    pub look_alike: bool,
    /// Headers that stand in the mail and have to be signed beside `From` and `Subject`, lower case.
    pub present: &'a [&'a str],
    /// The signatures.
    pub proofs: &'a [Proof],
    /// SPF.
    pub spf: Option<&'a Spf>,
    /// DMARC.
    pub dmarc: Option<&'a Dmarc>,
    /// What a trusted server's word was taken for.
    pub word: Word,
}

/// Reasons by their weight; those of a verified mail begin with what proves it.
const WEIGHT: &[Reason] = &[
    Reason::FromMissing,
    Reason::FromSeveral,
    Reason::LookAlike,
    Reason::HeaderTwice,
    Reason::BareLineEnds,
    Reason::HeaderControls,
    Reason::DmarcFailed,
    Reason::DkimBroken,
    Reason::SpfFailed,
    Reason::AddressInName,
    Reason::ReplyToDiffers,
    Reason::SenderDiffers,
    Reason::FromUnsigned,
    Reason::SubjectUnsigned,
    Reason::HeadersUnsigned,
    Reason::DkimLength,
    Reason::DkimWeak,
    Reason::DkimTime,
    Reason::Old,
    Reason::DateOdd,
    Reason::NotRegistered,
    Reason::DkimUnaligned,
    Reason::SpfOnly,
    Reason::DkimNone,
    Reason::DnsSilent,
    Reason::DkimAligned,
    Reason::ByServer,
];

/// Oddities that no signature makes good.
const KEEPS_FROM_VERIFIED: &[Reason] =
    &[Reason::AddressInName, Reason::ReplyToDiffers, Reason::SenderDiffers, Reason::Old, Reason::DateOdd];

impl Facts<'_> {
    fn own(&self) -> impl Iterator<Item = &Proof> {
        self.proofs.iter().filter(|proof| proof.signature.aligned)
    }

    fn spf_is(&self, check: Check) -> bool {
        self.spf.is_some_and(|spf| spf.check == check)
    }

    fn spf_vouches(&self) -> bool {
        self.spf.is_some_and(|spf| spf.check == Check::Pass && spf.aligned)
    }

    fn needed(&self) -> Vec<&str> {
        ["from", "subject"].into_iter().chain(self.present.iter().copied()).collect()
    }

    /// Whether a signature of the sender's own domain proves all that has to be.
    fn proved(&self) -> bool {
        let needed = self.needed();
        self.own().any(|proof| proof.fault.is_none() && proof.signature.proves(&needed))
    }

    /// Whether the sender's own domain signed, and not one of its signatures can be right.
    fn broken(&self) -> bool {
        let mut own = self.own().peekable();
        own.peek().is_some()
            && own.all(|proof| proof.fault.is_none() && matches!(proof.signature.check, Check::Fail | Check::PermError))
    }

    fn passes(&self, aligned: bool) -> bool {
        self.proofs.iter().any(|proof| proof.signature.check == Check::Pass && proof.signature.aligned == aligned)
    }
}

/// What the facts come to, with every reason, the weightiest first.
pub fn verdict(facts: &Facts<'_>) -> (Verdict, Vec<Reason>) {
    let mut reasons: Vec<Reason> = facts.oddities.to_vec();
    let mut add = |reason, holds: bool| {
        if holds {
            reasons.push(reason);
        }
    };
    add(Reason::LookAlike, facts.look_alike);
    add(Reason::NotRegistered, !facts.registered);
    let refused =
        |dmarc: &Dmarc| dmarc.check == Check::Fail && matches!(dmarc.policy.as_str(), "quarantine" | "reject");
    add(Reason::DmarcFailed, facts.dmarc.is_some_and(refused));
    add(Reason::SpfFailed, facts.spf_is(Check::Fail));
    add(Reason::ByServer, facts.word != Word::Nothing);
    add(Reason::DnsSilent, facts.spf_is(Check::TempError) || facts.dmarc.is_some_and(|d| d.check == Check::TempError));
    if facts.proved() {
        add(Reason::DkimAligned, true);
    } else {
        signed_short(facts, &mut reasons);
    }
    let outcome = outcome(facts, &reasons);
    reasons.sort_by_key(|reason| WEIGHT.iter().position(|known| known == reason));
    reasons.dedup();
    if outcome == Verdict::Verified {
        reasons.sort_by_key(|reason| *reason != Reason::DkimAligned);
    }
    (outcome, reasons)
}

/// Why the signatures do not suffice.
fn signed_short(facts: &Facts<'_>, reasons: &mut Vec<Reason>) {
    let unproved = facts.proofs.iter().all(|proof| proof.signature.check == Check::Neutral);
    if unproved {
        reasons.push(Reason::DkimNone);
    }
    reasons.extend(facts.own().filter_map(|proof| proof.fault));
    for passed in facts.own().filter(|proof| proof.signature.check == Check::Pass) {
        let covers = |name: &str| passed.signature.covers.iter().any(|covered| covered == name);
        let lacks = [
            (Reason::DkimLength, passed.signature.partial),
            (Reason::FromUnsigned, !covers("from")),
            (Reason::SubjectUnsigned, !covers("subject")),
            (Reason::HeadersUnsigned, !facts.present.iter().all(|name| covers(name))),
        ];
        reasons.extend(lacks.into_iter().filter_map(|(reason, lacking)| lacking.then_some(reason)));
    }
    let bad = |proof: &Proof| matches!(proof.signature.check, Check::Fail | Check::PermError) && proof.fault.is_none();
    if facts.broken() || (facts.proofs.iter().any(bad) && !facts.passes(true)) {
        reasons.push(Reason::DkimBroken);
    }
    if !facts.passes(true) {
        if facts.passes(false) {
            reasons.push(Reason::DkimUnaligned);
        }
        if facts.spf_vouches() {
            reasons.push(Reason::SpfOnly);
        }
    }
}

fn outcome(facts: &Facts<'_>, reasons: &[Reason]) -> Verdict {
    let has = |wanted: &[Reason]| reasons.iter().any(|reason| wanted.contains(reason));
    let spf_refuses = facts.spf.is_some_and(|spf| spf.check == Check::Fail && spf.aligned);
    if reasons.iter().any(|reason| reason.is_deceit())
        || (facts.broken() && !facts.spf_vouches())
        || (spf_refuses && !facts.passes(true) && !facts.passes(false))
    {
        return Verdict::Failed;
    }
    if facts.proved() && facts.registered && !has(KEEPS_FROM_VERIFIED) {
        return Verdict::Verified;
    }
    let vouched = facts.passes(true) || facts.passes(false) || facts.spf_vouches() || facts.word == Word::Gone;
    let doubted = facts.spf_is(Check::SoftFail)
        || facts.spf_is(Check::Fail)
        || has(&[Reason::DkimBroken, Reason::DkimTime, Reason::DkimWeak, Reason::FromUnsigned])
        || has(KEEPS_FROM_VERIFIED);
    if vouched || doubted { Verdict::Check } else { Verdict::Unknown }
}

#[cfg(test)]
mod tests;

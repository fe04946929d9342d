//! The rule, case by case.

use super::*;
use crate::model::inbound::Signature;

fn proof(check: Check, aligned: bool) -> Proof {
    let covers = ["from", "subject", "date", "to"].map(str::to_owned).to_vec();
    Proof {
        signature: Signature {
            domain: "a.id".to_owned(),
            selector: "s1".to_owned(),
            check,
            detail: String::new(),
            aligned,
            covers,
            partial: false,
            made: None,
        },
        fault: None,
        undecided: false,
        identity: "@a.id".to_owned(),
    }
}

fn spf(check: Check, aligned: bool) -> Spf {
    Spf { domain: "a.id".to_owned(), check, aligned }
}

fn dmarc(check: Check, policy: &str) -> Dmarc {
    Dmarc { domain: "a.id".to_owned(), policy: policy.to_owned(), check }
}

const PRESENT: &[&str] = &["date", "to"];

fn judged<'a>(proofs: &'a [Proof], change: impl FnOnce(&mut Facts<'a>)) -> (Verdict, Vec<Reason>) {
    let mut facts = Facts { registered: true, present: PRESENT, proofs, ..Facts::default() };
    change(&mut facts);
    verdict(&facts)
}

#[test]
fn a_whole_aligned_signature_of_a_registered_sender_is_verified() {
    let pass = [proof(Check::Pass, true)];
    assert_eq!(judged(&pass, |_| {}), (Verdict::Verified, vec![Reason::DkimAligned]));
    let beside = [proof(Check::Fail, true), proof(Check::Pass, false), proof(Check::Pass, true)];
    assert_eq!(judged(&beside, |_| {}).0, Verdict::Verified);
    let forwarded = spf(Check::Fail, true);
    let (outcome, reasons) = judged(&pass, |facts| facts.spf = Some(&forwarded));
    assert_eq!((outcome, reasons), (Verdict::Verified, vec![Reason::DkimAligned, Reason::SpfFailed]));
}

#[test]
fn each_thing_that_lacks_keeps_it_from_being_verified() {
    let pass = || proof(Check::Pass, true);
    let without = |name: &str| {
        let mut lacking = pass();
        lacking.signature.covers.retain(|covered| covered != name);
        lacking
    };
    let partial = {
        let mut partial = pass();
        partial.signature.partial = true;
        partial
    };
    let faulty = |check, fault| Proof { fault: Some(fault), ..proof(check, true) };
    for (proofs, wanted, reason) in [
        (vec![partial], Verdict::Check, Reason::DkimLength),
        (vec![without("from")], Verdict::Check, Reason::FromUnsigned),
        (vec![without("subject")], Verdict::Check, Reason::SubjectUnsigned),
        (vec![without("date")], Verdict::Check, Reason::HeadersUnsigned),
        (vec![without("to")], Verdict::Check, Reason::HeadersUnsigned),
        (vec![faulty(Check::PermError, Reason::DkimTime)], Verdict::Check, Reason::DkimTime),
        (vec![faulty(Check::PermError, Reason::DkimWeak)], Verdict::Check, Reason::DkimWeak),
        (vec![proof(Check::Pass, false)], Verdict::Check, Reason::DkimUnaligned),
        (vec![proof(Check::Fail, true)], Verdict::Failed, Reason::DkimBroken),
        (vec![proof(Check::PermError, true)], Verdict::Failed, Reason::DkimBroken),
        (vec![proof(Check::Fail, true), proof(Check::Pass, false)], Verdict::Failed, Reason::DkimBroken),
        (vec![proof(Check::Fail, false)], Verdict::Check, Reason::DkimBroken),
        (vec![faulty(Check::TempError, Reason::DnsSilent)], Verdict::Unknown, Reason::DnsSilent),
        (vec![proof(Check::Neutral, true)], Verdict::Unknown, Reason::DkimNone),
        (vec![], Verdict::Unknown, Reason::DkimNone),
    ] {
        let (outcome, reasons) = judged(&proofs, |_| {});
        assert_eq!(outcome, wanted, "{reason:?}: {reasons:?}");
        assert!(reasons.contains(&reason), "{reason:?}: {reasons:?}");
    }
}

#[test]
fn oddities_weigh_as_they_are() {
    let pass = [proof(Check::Pass, true)];
    for reason in Reason::ALL {
        let oddity = [*reason];
        let (outcome, reasons) = judged(&pass, |facts| facts.oddities = &oddity);
        assert!(reasons.contains(reason));
        if reason.is_deceit() {
            assert_eq!((outcome, reasons[0]), (Verdict::Failed, *reason));
        } else if KEEPS_FROM_VERIFIED.contains(reason) {
            assert_eq!(outcome, Verdict::Check, "{reason:?}");
            assert_eq!(judged(&[], |facts| facts.oddities = &oddity).0, Verdict::Check, "{reason:?}");
        }
    }
}

#[test]
fn every_reason_has_its_weight() {
    for reason in Reason::ALL {
        assert_eq!(WEIGHT.iter().filter(|known| *known == reason).count(), 1, "{reason:?}");
    }
}

#[test]
fn who_is_not_registered_is_never_verified() {
    let pass = [proof(Check::Pass, true)];
    assert_eq!(judged(&pass, |facts| facts.registered = false).0, Verdict::Check);
    assert_eq!(judged(&[], |facts| facts.registered = false).0, Verdict::Unknown);
    let (outcome, reasons) = judged(&pass, |facts| (facts.registered, facts.look_alike) = (false, true));
    assert_eq!((outcome, reasons[0]), (Verdict::Failed, Reason::LookAlike));
}

#[test]
fn the_way_it_came_counts_where_nothing_is_signed() {
    for (check, aligned, wanted) in [
        (Check::Pass, true, Verdict::Check),
        (Check::Pass, false, Verdict::Unknown),
        (Check::SoftFail, true, Verdict::Check),
        (Check::Fail, true, Verdict::Failed),
        (Check::Fail, false, Verdict::Check),
        (Check::Neutral, true, Verdict::Unknown),
        (Check::None, true, Verdict::Unknown),
        (Check::PermError, true, Verdict::Unknown),
        (Check::TempError, true, Verdict::Unknown),
    ] {
        let spf = spf(check, aligned);
        assert_eq!(judged(&[], |facts| facts.spf = Some(&spf)).0, wanted, "{check:?} {aligned}");
    }
    let (vouches, broken) = (spf(Check::Pass, true), [proof(Check::Fail, true)]);
    assert_eq!(judged(&broken, |facts| facts.spf = Some(&vouches)).0, Verdict::Check);
}

#[test]
fn a_policy_that_refuses_is_an_untruth_and_one_that_asks_for_nothing_is_none() {
    for (policy, wanted) in [("reject", Verdict::Failed), ("quarantine", Verdict::Failed), ("none", Verdict::Check)] {
        let dmarc = dmarc(Check::Fail, policy);
        assert_eq!(judged(&[proof(Check::Pass, false)], |facts| facts.dmarc = Some(&dmarc)).0, wanted, "{policy}");
    }
    let away = dmarc(Check::TempError, "");
    assert_eq!(
        judged(&[], |facts| facts.dmarc = Some(&away)),
        (Verdict::Unknown, vec![Reason::DkimNone, Reason::DnsSilent])
    );
}

#[test]
fn a_servers_word_without_the_signature_is_looked_at() {
    let (outcome, reasons) = judged(&[], |facts| facts.word = Word::Gone);
    assert_eq!((outcome, reasons), (Verdict::Check, vec![Reason::DkimNone, Reason::ByServer]));
}

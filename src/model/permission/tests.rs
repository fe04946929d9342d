//! Which mails permit: one that does, and every single thing that makes it permit nothing.

use super::*;
use crate::model::inbound::{Automatic, Check, Mailbox, Reason};

const DESK: &str = "helpdesk@lpse.example";
const SUBJECT: &str = "7K3M-Q9TX Saya mengizinkan reset TOTP akun AMANAH7";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_244_700, 0).unwrap()
}

fn mailbox(address: &str) -> Mailbox {
    Mailbox { name: String::new(), address: address.to_owned() }
}

fn message() -> Message {
    Message {
        from: vec![mailbox("Rina@Amanah.example")],
        to: vec![mailbox("Helpdesk@lpse.example")],
        subject: SUBJECT.to_owned(),
        date: Some(now() - TimeDelta::minutes(3)),
        message_id: Some("1@amanah.example".to_owned()),
        text: "Nama: Rina\nUser ID: AMANAH7".to_owned(),
        ..Message::default()
    }
}

fn judgement() -> Judgement {
    Judgement {
        verdict: Verdict::Verified,
        reasons: vec![Reason::DkimAligned],
        domain: Some("amanah.example".to_owned()),
        signatures: vec![Signature {
            domain: "amanah.example".to_owned(),
            selector: "s".to_owned(),
            check: Check::Pass,
            detail: String::new(),
            aligned: true,
            covers: ["from", "to", "subject", "date", "message-id"].map(str::to_owned).to_vec(),
            partial: false,
            made: None,
        }],
        spf: None,
        dmarc: None,
        server: None,
        untrusted: Vec::new(),
        answers: Vec::new(),
        at: now(),
    }
}

fn asked(message: &Message, judgement: &Judgement) -> Result<Claim, Why> {
    permits(message, judgement, DESK, now())
}

#[test]
fn a_signed_mail_to_the_desk_alone_permits() {
    let claim = asked(&message(), &judgement()).unwrap();
    assert_eq!(
        claim,
        Claim {
            code: "7K3M-Q9TX".to_owned(),
            user_id: "amanah7".to_owned(),
            from: "rina@amanah.example".to_owned(),
            message_id: "1@amanah.example".to_owned(),
        }
    );
}

#[test]
fn what_the_sent_page_fills_in_is_read() {
    for lang in Lang::ALL {
        let filled = subject(lang, "7K3M-Q9TX", "PT  Maju 7");
        assert_eq!(form(&filled), Some(("7K3M-Q9TX".to_owned(), "pt maju 7".to_owned())), "{filled}");
    }
    assert_eq!(fold_claimed("PT  Maju 7"), "pt maju 7");
}

#[test]
fn subjects_are_the_form_and_nothing_else() {
    for subject in [
        "7k3m-q9tx saya mengizinkan reset totp akun amanah7",
        " 7K3MQ9TX  Saya mengizinkan\treset TOTP akun   AMANAH7 ",
        "7K3M-Q9TX I permit the TOTP reset of account AMANAH7",
    ] {
        assert_eq!(form(subject), Some(("7K3M-Q9TX".to_owned(), "amanah7".to_owned())), "{subject}");
        assert!(looks_like(subject));
    }
    for subject in [
        "",
        "Re: 7K3M-Q9TX Saya mengizinkan reset TOTP akun AMANAH7",
        "Fwd: 7K3M-Q9TX Saya mengizinkan reset TOTP akun AMANAH7",
        "Automatic reply: 7K3M-Q9TX Saya mengizinkan reset TOTP akun AMANAH7",
        "\"7K3M-Q9TX Saya mengizinkan reset TOTP akun AMANAH7\"",
        "Saya mengizinkan reset TOTP akun AMANAH7 7K3M-Q9TX",
        "Saya mengizinkan reset TOTP akun AMANAH7",
        "7K3M-Q9TX",
        "7K3M-Q9TX Saya tidak mengizinkan reset TOTP akun AMANAH7",
        "7K3M-Q9TX Saya mengizinkan reset TOTP akun",
        "7K3M-Q9TX Saya mengizinkan reset TOTP akunAMANAH7",
        "7K3M-Q9T Saya mengizinkan reset TOTP akun AMANAH7",
        "Permohonan Reset TOTP R-7K3M-Q9TX",
    ] {
        assert!(!looks_like(subject), "{subject}");
    }
    assert_ne!(form(&format!("{SUBJECT} (fwd)")).unwrap().1, "amanah7", "what follows belongs to the User ID");
    assert!(!looks_like(&format!("{SUBJECT}{}", "7".repeat(USER_ID_MAX))));
}

#[test]
fn every_single_flaw_of_a_mail_is_enough() {
    type Change = fn(&mut Message);
    let table: &[(Why, Change)] = &[
        (Why::Automatic, |m| m.automatic = Some(Automatic::AutoSubmitted)),
        (Why::Answer, |m| m.answers = vec!["letter@lpse.example".to_owned()]),
        (Why::From, |m| m.from = vec![]),
        (Why::From, |m| m.from.push(mailbox("eve@evil.example"))),
        (Why::To, |m| m.to = vec![]),
        (Why::To, |m| m.to = vec![mailbox("eve@evil.example")]),
        (Why::To, |m| m.to.push(mailbox("eve@evil.example"))),
        (Why::To, |m| m.to.push(mailbox(DESK))),
        (Why::To, |m| m.cc = vec![mailbox("eve@evil.example")]),
        (Why::To, |m| m.cc = vec![mailbox(DESK)]),
        (Why::Subject, |m| m.subject = format!("Re: {SUBJECT}")),
        // the code in the body alone, where anybody's quoted text stands
        (Why::Subject, |m| (m.text, m.subject) = (SUBJECT.to_owned(), "Reset TOTP".to_owned())),
        (Why::Date, |m| m.date = None),
        (Why::Date, |m| m.date = Some(now() - TimeDelta::minutes(31))),
        (Why::Date, |m| m.date = Some(now() + TimeDelta::minutes(3))),
        (Why::MessageId, |m| m.message_id = None),
        (Why::MessageId, |m| m.message_id = Some(" ".to_owned())),
        (Why::Deceit, |m| m.oddities = vec![Reason::HeaderTwice]),
    ];
    for (why, change) in table {
        let mut changed = message();
        change(&mut changed);
        assert_eq!(asked(&changed, &judgement()), Err(*why), "{changed:?}");
    }
    for minutes in [-30, 2] {
        let edge = Message { date: Some(now() + TimeDelta::minutes(minutes)), ..message() };
        assert!(asked(&edge, &judgement()).is_ok(), "{minutes} min");
    }
}

#[test]
fn every_single_flaw_of_the_proof_is_enough() {
    type Change = fn(&mut Judgement);
    let table: &[(Why, Change)] = &[
        (Why::Unsigned, |j| j.verdict = Verdict::Check),
        (Why::Unsigned, |j| j.verdict = Verdict::Failed),
        (Why::Unsigned, |j| j.verdict = Verdict::Unknown),
        (Why::Unsigned, |j| j.signatures.clear()),
        (Why::Unsigned, |j| j.signatures[0].check = Check::Fail),
        (Why::Unsigned, |j| j.signatures[0].aligned = false),
        (Why::Unsigned, |j| j.signatures[0].partial = true),
        // verified by a server of ours alone
        (Why::Unsigned, |j| {
            j.server = Some("mx.lpse.example".to_owned());
            j.signatures[0].detail = "mx.lpse.example: the key is gone".to_owned();
        }),
        (Why::Deceit, |j| j.reasons.push(Reason::HeaderTwice)),
        (Why::Deceit, |j| j.reasons.push(Reason::DmarcFailed)),
        (Why::Deceit, |j| j.reasons.push(Reason::BareLineEnds)),
    ];
    for (why, change) in table {
        let mut changed = judgement();
        change(&mut changed);
        assert_eq!(asked(&message(), &changed), Err(*why), "{changed:?}");
    }
    for header in SIGNED {
        let mut changed = judgement();
        changed.signatures[0].covers.retain(|covered| covered != header);
        assert_eq!(asked(&message(), &changed), Err(Why::Unsigned), "{header} unsigned");
    }
    // two signatures that prove half of it each prove nothing
    let mut halves = judgement();
    halves.signatures.push(halves.signatures[0].clone());
    halves.signatures[0].covers = vec!["from".to_owned(), "to".to_owned()];
    halves.signatures[1].covers = vec!["from".to_owned(), "subject".to_owned(), "date".to_owned()];
    assert_eq!(asked(&message(), &halves), Err(Why::Unsigned));
}

#[test]
fn a_trusted_server_does_not_spoil_our_own_proof() {
    let judgement = Judgement { server: Some("mx.lpse.example".to_owned()), ..judgement() };
    assert!(asked(&message(), &judgement).is_ok());
}

#[test]
fn without_a_password_it_waits_a_day() {
    assert_eq!((wait(true), wait(false)), (TimeDelta::hours(1), TimeDelta::hours(24)));
}

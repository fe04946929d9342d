//! Samples of mail that came in: each verdict, what cannot be read, what hides itself, and mails within a case.

use uuid::Uuid;

use super::desk::desk;
use super::{REFERENCE, Sample, add, at};
use crate::i18n::Lang;
use crate::model::answer::NoAnswer;
use crate::model::desk::Reason as CaseReason;
use crate::model::inbound::{
    Answer, Attachment, Automatic, Box, Check, Dmarc, Judgement, Kind, Mailbox, Message, Park, Reason, Signature,
    Source, Spf, Verdict,
};
use crate::views::staff::case;
use crate::views::staff::case_mail::{Asks, Said};
use crate::views::staff::mail::{self, Account, Candidate, Compared, Data, Fit, NOTES, UNDONE};
use crate::views::staff::mail_forms::Draft;
use crate::views::staff::{Desk, Room, mail_list};

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// All of them.
pub fn all(lang: Lang, out: &mut Vec<Sample>) {
    let Some(desk) = desk(lang, Room::Mail) else { return };
    verdicts(&desk, out);
    states(&desk, out);
    forms(&desk, out);
    lists(&desk, out);
}

fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox { name: name.to_owned(), address: address.to_owned() }
}

fn message() -> Message {
    Message {
        from: vec![mailbox("Rina Wijaya", "rina@amanah.example")],
        reply_to: vec![mailbox("", "rina@lain.example")],
        return_path: Some(String::new()),
        subject: "Mohon reset TOTP".to_owned(),
        date: Some(at(-3)),
        text: "Yth. Helpdesk,\nHP saya hilang.\nUser ID: AMANAH7\n\n> Kami sudah menjawab.\n> Helpdesk".to_owned(),
        ..Message::default()
    }
}

fn judgement(verdict: Verdict, reasons: &[Reason]) -> Judgement {
    let signature = |check| Signature {
        domain: "amanah.example".to_owned(),
        selector: "s1".to_owned(),
        check,
        detail: "rsa-sha256, 2048".to_owned(),
        aligned: check == Check::Pass,
        covers: vec!["from".to_owned(), "subject".to_owned(), "date".to_owned()],
        partial: check == Check::SoftFail,
        made: Some(at(-3)),
    };
    Judgement {
        verdict,
        reasons: reasons.to_vec(),
        domain: Some("amanah.example".to_owned()),
        signatures: Check::ALL.iter().copied().map(signature).collect(),
        spf: Some(Spf { domain: "amanah.example".to_owned(), check: Check::Pass, aligned: true }),
        dmarc: Some(Dmarc { domain: "amanah.example".to_owned(), policy: "reject".to_owned(), check: Check::Pass }),
        server: None,
        untrusted: vec!["mx.evil.example; dkim=pass header.d=amanah.example".to_owned()],
        answers: vec![Answer {
            name: "s1._domainkey.amanah.example".to_owned(),
            kind: "TXT".to_owned(),
            value: "v=DKIM1; p=MIIB".to_owned(),
        }],
        at: at(1),
    }
}

fn account() -> Account {
    Account {
        id: id(2),
        user_id: "AMANAH7".to_owned(),
        name: "Rina Wijaya".to_owned(),
        address: "r•••@a•••.example".to_owned(),
    }
}

fn candidate() -> Candidate {
    Candidate { account: account(), how: ["address", "user-id", "name"].map(str::to_owned).to_vec() }
}

fn compared(header: &'static str, address: &str, fit: Fit) -> Compared {
    Compared { header, name: "Rina".to_owned(), address: address.to_owned(), fit }
}

fn data(verdict: Verdict, reasons: &[Reason]) -> Data {
    Data {
        id: id(1),
        version: 3,
        taken_at: at(0),
        source: Source::Imap,
        handed: (Some("192.0.2.7".to_owned()), Some("mx.amanah.example".to_owned())),
        bytes: 4_210,
        sha256: "ab".repeat(32),
        raw_kept: true,
        park: None,
        kind: Some(Kind::Request),
        place: Some(Box::Queue),
        verdict: Some(verdict),
        weak: verdict != Verdict::Verified,
        judgement: Some(judgement(verdict, reasons)),
        message: Some(message()),
        compared: vec![
            compared("from", "rina@amanah.example", Fit::Same),
            compared("reply-to", "rina@lain.example", Fit::Differs),
            compared("sender", "rina@lain.example", Fit::Unregistered),
            compared("sender", "budi@bahtera.example", Fit::Known),
            compared("return-path", "", Fit::Differs),
            compared("envelope", "", Fit::Differs),
        ],
        case: Some((id(5), REFERENCE.to_owned(), true)),
        maybe: None,
        account: Some(account()),
        candidates: vec![candidate()],
        moved: None,
        answer: Ok("rina@amanah.example".to_owned()),
        note: None,
        undone: None,
        erased: None,
        draft: Draft::default(),
    }
}

fn verdicts(desk: &Desk, out: &mut Vec<Sample>) {
    let mut show = |name: &str, data: Data| add(out, name, mail::page(desk, &data));
    show("mail-verified", data(Verdict::Verified, &[Reason::DkimAligned]));
    show("mail-check", data(Verdict::Check, &[Reason::SpfOnly, Reason::ReplyToDiffers]));
    show("mail-failed", data(Verdict::Failed, Reason::ALL));
    let judgement = Judgement {
        signatures: Vec::new(),
        spf: None,
        dmarc: None,
        untrusted: Vec::new(),
        answers: Vec::new(),
        server: Some("mx.lpse.example".to_owned()),
        ..judgement(Verdict::Unknown, &[])
    };
    let unknown = Data { judgement: Some(judgement), account: None, ..data(Verdict::Unknown, &[]) };
    show("mail-unknown", Data { candidates: Vec::new(), ..unknown });
    for automatic in Automatic::ALL {
        let message = Some(Message { automatic: Some(*automatic), ..message() });
        let machine = Data { message, kind: Some(Kind::Automatic), account: None, ..data(Verdict::Check, &[]) };
        let machine = Data { place: Some(Box::Quarantine), answer: Err(NoAnswer::Automatic), ..machine };
        show(&format!("mail-automatic-{}", automatic.code()), machine);
    }
}

fn states(desk: &Desk, out: &mut Vec<Sample>) {
    let mut show = |name: &str, data: Data| add(out, name, mail::page(desk, &data));
    let plain = || data(Verdict::Check, &[]);
    let unread = || Data {
        verdict: None,
        judgement: None,
        message: None,
        kind: None,
        place: None,
        account: None,
        case: None,
        compared: Vec::new(),
        candidates: Vec::new(),
        source: Source::Pipe,
        ..plain()
    };
    show("mail-unread", unread());
    for park in Park::ALL {
        show(&format!("mail-parked-{}", park.code()), Data { park: Some(*park), raw_kept: false, ..unread() });
    }
    for place in Box::ALL {
        let moved = Some(("Budi Santoso".to_owned(), at(5)));
        let put = Data { place: Some(*place), case: None, account: None, moved, ..plain() };
        show(&format!("mail-place-{}", place.code()), put);
    }
    for kind in Kind::ALL {
        let maybe = Some((id(6), REFERENCE.to_owned()));
        show(&format!("mail-kind-{}", kind.code()), Data { kind: Some(*kind), maybe, ..plain() });
    }
    let hidden = Message {
        from: vec![mailbox("\u{202e}aniR", "rina@amanah.example\u{200b}")],
        subject: "Reset\u{202e}PTOT \u{200b}".to_owned(),
        text: "Halo \u{202e}kaynab\u{2066}\u{0} <b>\n> \u{200f}kutipan".to_owned(),
        ..message()
    };
    show("mail-bidi", Data { message: Some(hidden), ..plain() });
    let file = |name: &str| Attachment {
        name: name.to_owned(),
        media_type: "image/svg+xml".to_owned(),
        bytes: 1_024,
        sha256: "cd".repeat(32),
    };
    let attachments = vec![file("surat.svg"), file("")];
    let rich = Message { html: Some("<p>Halo</p>".to_owned()), cut: true, attachments, ..message() };
    show("mail-html", Data { message: Some(rich.clone()), ..plain() });
    show("mail-old", Data { message: Some(rich), raw_kept: false, ..plain() });
    let empty = Message { subject: String::new(), text: String::new(), date: None, ..message() };
    show("mail-empty", Data { message: Some(empty), ..plain() });
}

fn forms(desk: &Desk, out: &mut Vec<Sample>) {
    let mut show = |name: &str, data: Data| add(out, name, mail::page(desk, &data));
    let plain = || data(Verdict::Check, &[]);
    for note in NOTES {
        show(&format!("mail-note-{note}"), Data { note: Some(note), ..plain() });
    }
    for why in UNDONE {
        show(&format!("mail-undone-{why}"), Data { undone: Some(why), ..plain() });
    }
    for why in NoAnswer::ALL {
        let silent = Data { answer: Err(why), account: None, ..plain() };
        show(&format!("mail-no-answer-{}", why.code()), silent);
    }
    let draft = Draft {
        answer: "Demi keamanan, permintaan harus dari email yang terdaftar. {referensi}".to_owned(),
        preview: Some("Demi keamanan, permintaan harus dari email yang terdaftar.".to_owned()),
        canned: vec![(id(31), "Bukan email terdaftar".to_owned())],
        ..Draft::default()
    };
    show("mail-answer", Data { account: None, draft: draft.clone(), ..plain() });
    for (n, (field, words)) in [
        ("answer", "desk-text-missing"),
        ("answer", "desk-text-long"),
        ("answer", "desk-text-unknown"),
        ("user_id", "inmail-user-missing"),
        ("user_id", "inmail-user-unknown"),
    ]
    .into_iter()
    .enumerate()
    {
        let draft = Draft { flaws: vec![(field, words)], unknown: "alamat".to_owned(), preview: None, ..draft.clone() };
        show(&format!("mail-trouble-{n}"), Data { account: None, draft, ..plain() });
    }
    let draft = Draft { flaws: vec![("note-link", "inmail-link-note-missing")], ..Draft::default() };
    show("mail-trouble-note", Data { draft, ..plain() });
}

fn lists(desk: &Desk, out: &mut Vec<Sample>) {
    let row = |n: u128, verdict, place, park| mail_list::Row {
        id: id(n),
        taken_at: at(0),
        from: if n == 4 { String::new() } else { "rina@amanah.example".to_owned() },
        subject: if n == 4 { String::new() } else { "Mohon reset TOTP \u{202e}".to_owned() },
        verdict,
        place,
        park,
        case: (n == 1).then(|| (id(5), REFERENCE.to_owned())),
    };
    let rows = vec![
        row(1, Some(Verdict::Verified), Some(Box::Queue), None),
        row(2, Some(Verdict::Failed), Some(Box::Quarantine), None),
        row(3, None, None, None),
        row(4, None, None, Some(Park::TooManyParts)),
    ];
    let views = vec![("quarantine", 2), ("parked", 1), ("spam", 0), ("all", 1000)];
    for (view, _) in views.clone() {
        let data = mail_list::Data { views: views.clone(), view, rows: rows.clone(), next: None };
        let next = Some(format!("/staff/mail?view={view}&before=1.2"));
        add(out, &format!("mails-{view}"), mail_list::page(desk, &mail_list::Data { next, ..data.clone() }));
        let empty = mail_list::Data { rows: Vec::new(), ..data };
        add(out, &format!("mails-{view}-empty"), mail_list::page(desk, &empty));
    }
}

/// Cases with mails.
pub fn cases(desk: &Desk, data: &case::Data, lines: &[case::Line], out: &mut Vec<Sample>) {
    let said = |verdict, place, subject: &str, beginning: &str| Said {
        mail: id(1),
        from: "rina@amanah.example".to_owned(),
        subject: subject.to_owned(),
        verdict,
        place,
        beginning: beginning.to_owned(),
    };
    let said = [
        said(Some(Verdict::Check), Some(Box::Queue), "Mohon reset", "HP saya hilang."),
        said(None, Some(Box::Spam), "", ""),
    ];
    let mails = said.into_iter().filter_map(|said| Some(case::Line { mail: Some(said), ..lines.first()?.clone() }));
    let lines: Vec<case::Line> = mails.chain(lines.iter().cloned()).collect();
    let asks = |candidates| Some(Asks { mail: id(1), verdict: Verdict::Check, weak: true, candidates });
    let reason = CaseReason::Mail;
    let with = case::Data { reason, lines, mail: asks(vec![candidate()]), ..data.clone() };
    add(out, "case-mail", case::page(desk, &with));
    let unplaced = case::Data { account: None, typed_user_id: String::new(), ..with };
    add(out, "case-mail-unplaced", case::page(desk, &unplaced));
    let nobody = case::Data { mail: asks(Vec::new()), ..unplaced };
    add(out, "case-mail-nobody", case::page(desk, &nobody));
}

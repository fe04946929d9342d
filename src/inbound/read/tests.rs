use super::*;
use crate::model::inbound::{Automatic, Reason};

mod bombs;

fn came() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-21T03:05:00Z").unwrap().to_utc()
}

const DATE: &str = "Date: Sat, 21 Nov 2026 10:00:00 +0700\r\n";

/// A mail of these fields and this body, with a date of now.
fn mail(fields: &str, body: &str) -> Message {
    let raw = format!("{DATE}{}\r\n\r\n{}", fields.replace('\n', "\r\n"), body.replace('\n', "\r\n"));
    read(raw.as_bytes(), came()).unwrap()
}

fn oddities(fields: &str) -> Vec<Reason> {
    mail(fields, "isi\n").oddities
}

#[test]
fn a_plain_request_is_read_whole() {
    let raw = "Return-Path: <rina@a.id>\r\nAuthentication-Results: mx.lpse.id;\r\n\tdkim=pass header.d=a.id\r\n\
        Authentication-Results: other; none\r\nFrom: =?utf-8?q?R=C3=ADna?= <rina@a.id>\r\nSender: rina@a.id\r\n\
        Reply-To: Rina <rina@a.id>\r\nTo: helpdesk@lpse.id, \"B, C\" <b@c.id>\r\nCc: d@e.id\r\n\
        Subject: =?utf-8?b?UmVzZXQ=?=\r\n TOTP\r\nDate: Sat, 21 Nov 2026 10:00:00 +0700\r\nMessage-ID: <1@a.id>\r\n\
        References: <r1@x> <r2@x>\r\nIn-Reply-To: <r1@x>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\nUser ID: A=E97\r\n";
    let read = read(raw.as_bytes(), came()).unwrap();
    assert_eq!(read.from, [Mailbox { name: "Rína".to_owned(), address: "rina@a.id".to_owned() }]);
    assert_eq!(read.sender[0].address, "rina@a.id");
    assert_eq!(read.reply_to[0].name, "Rina");
    assert_eq!(read.to.iter().map(|b| b.address.as_str()).collect::<Vec<_>>(), ["helpdesk@lpse.id", "b@c.id"]);
    assert_eq!(read.cc[0].address, "d@e.id");
    assert_eq!(read.return_path.as_deref(), Some("rina@a.id"));
    assert_eq!(read.subject, "Reset TOTP");
    assert_eq!(read.date.unwrap().to_rfc3339(), "2026-11-21T03:00:00+00:00");
    assert_eq!(read.message_id.as_deref(), Some("1@a.id"));
    assert_eq!(read.answers, ["r2@x", "r1@x"]);
    assert_eq!(read.results, ["mx.lpse.id;\tdkim=pass header.d=a.id", "other; none"]);
    assert_eq!(read.text, "User ID: Aé7");
    assert_eq!((read.html, read.automatic, read.oddities, read.cut), (None, None, Vec::new(), false));
}

#[test]
fn tricky_messages_show_what_is_odd() {
    use Reason::{
        AddressInName, BareLineEnds, DateOdd, FromMissing, FromSeveral, HeaderControls, HeaderTwice, ReplyToDiffers,
        SenderDiffers,
    };
    let table: &[(&str, &[Reason])] = &[
        ("From: a@b.id", &[]),
        ("From: Nama Panjang Sekali\n <a@b.id>", &[]),
        ("From: \"a@b.id\" <a@b.id>", &[]),
        ("To: x@y", &[FromMissing]),
        ("From: ", &[FromMissing]),
        ("From: Rina", &[FromMissing, FromSeveral]),
        ("From: a@b.id\nFrom: c@d.id", &[FromSeveral, HeaderTwice]),
        ("From: a@b.id\nFROM: a@b.id", &[FromSeveral, HeaderTwice]),
        ("From: a@b.id, c@d.id", &[FromSeveral]),
        ("From: <a@b.id>, <>", &[FromSeveral]),
        ("From: <a@b.id> <c@d.id>", &[FromSeveral]),
        ("From: a@b.id\0,c@d.id", &[FromSeveral, BareLineEnds, HeaderControls]),
        ("From : a@b.id", &[FromMissing, HeaderControls]),
        ("From : a@b.id\nFrom: c@d.id", &[FromSeveral, HeaderTwice, HeaderControls]),
        ("From:\n a@b.id", &[HeaderControls]),
        ("From: <a@b\n .id>", &[FromSeveral, HeaderControls]),
        ("From: a@b.id\n \nX: y", &[HeaderControls]),
        ("From: a@b.id\nno field\nX: y", &[HeaderControls]),
        ("From: =?utf-8?q?c=40d.id?= <a@b.id>", &[AddressInName]),
        ("From: =?utf-8?q?c=40d.id?=", &[FromMissing, FromSeveral, AddressInName]),
        ("From: \"c@d.id\" <a@b.id>", &[AddressInName]),
        ("From: a@b.id (c@d.id)", &[AddressInName]),
        ("From: group: a@b.id;", &[FromSeveral]),
        ("From: <@x.id:a@b.id>", &[FromSeveral]),
        ("From: \"a@b.id\"@c.id", &[FromMissing, FromSeveral]),
        ("From: \"a\"@b.id", &[FromSeveral]),
        ("From: =?utf-8?q?Rina=00?= <a@b.id>", &[]),
        ("From: =?utf-8?q?Rina=07?= <a@b.id>", &[HeaderControls]),
        ("From: Ri\u{7}na <a@b.id>", &[HeaderControls]),
        ("From: <a\u{202e}@b.id>", &[FromMissing, FromSeveral, HeaderControls]),
        ("From: a@b.id\nSubject: =?utf-8?q?a=0D=0AB=3A_c?=", &[HeaderControls]),
        ("From: a@b.id\nSubject: a\nSubject: b", &[HeaderTwice]),
        ("From: a@b.id\nTo: a@b\nTo: c@d", &[HeaderTwice]),
        ("From: a@b.id\nDate: Sat, 21 Nov 2026 10:00:00 +0700", &[HeaderTwice]),
        ("From: a@b.id\nMessage-ID: <a>\nMessage-Id: <b>", &[HeaderTwice]),
        ("From: a@b.id\nReply-To: c@d.id", &[ReplyToDiffers]),
        ("From: a@b.id\nReply-To: A@B.ID", &[]),
        ("From: a@b.id\nSender: c@d.id", &[SenderDiffers]),
        ("From: a@b.id\nReply-To: \"x@y.id\" <a@b.id>", &[AddressInName]),
    ];
    let wrong: Vec<_> = table
        .iter()
        .map(|(fields, expected)| (fields, oddities(fields), *expected))
        .filter(|(_, odd, right)| odd != right)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(oddities("From: a@b.id\nDate: x").last(), Some(&Reason::HeaderTwice));
    let dated = |date: &str| read(format!("From: a@b.id\r\n{date}\r\n").as_bytes(), came()).unwrap().oddities;
    assert_eq!(dated(""), [DateOdd]);
    assert_eq!(dated("Date: gestern\r\n"), [DateOdd]);
    assert_eq!(dated("Date: Sat, 21 Nov 2026 10:20:00 +0700\r\n"), [DateOdd]);
    assert_eq!(dated("Date: Sat, 21 Nov 2026 10:10:00 +0700\r\n"), []);
    assert_eq!(dated("Date: Wed, 18 Nov 2026 10:00:00 +0700\r\n"), [Reason::Old]);
}

#[test]
fn bare_line_ends_are_seen_but_not_in_a_file_of_lf() {
    let odd = |raw: &str| read(format!("{DATE}From: a@b.id{raw}").as_bytes(), came()).unwrap().oddities;
    assert_eq!(odd("\r\n\r\na\r\n.\r\nb\r\n"), []);
    assert_eq!(odd("\r\n\r\na\n.\r\nb\r\n"), [Reason::BareLineEnds]);
    assert_eq!(odd("\r\n\r\na\r.\r\nb"), [Reason::BareLineEnds]);
    assert_eq!(odd("\r\n\r\na\r"), [Reason::BareLineEnds]);
    assert_eq!(odd("\r\n\r\na\0"), [Reason::BareLineEnds]);
    let piped = format!("{DATE}From: a@b.id\r\n\r\na\r\n").replace("\r\n", "\n");
    assert_eq!(read(piped.as_bytes(), came()).unwrap().oddities, []);
}

#[test]
fn text_html_and_files_go_their_ways() {
    let read = mail(
        "From: a@b.id\nContent-Type: multipart/mixed; boundary=m",
        "--m\nContent-Type: multipart/alternative; boundary=a\n\n--a\n\nteks\n--a\nContent-Type: text/html\n\n\
        <p onclick=x>html <img src=//evil>\n--a--\n--m\nContent-Type: image/svg+xml; name=\"../x.svg\"\n\
        Content-Transfer-Encoding: base64\n\nYWJj\n--m\nContent-Type: text/plain\n\
        Content-Disposition: attachment; filename*=UTF-8''k%C3%A9.txt\n\nlampiran\n--m\nContent-Type: text/html\n\n\
        <p>kaki\n--m\nContent-Type: application/zip; name=\"=?utf-8?q?a=2Fb.zip?=\"\n\nPK\n--m--\n",
    );
    assert_eq!(read.text, "teks\n\nkaki");
    assert_eq!(read.html.as_deref(), Some("<p>html  </p><hr><p>kaki</p>"));
    let listed: Vec<_> = read.attachments.iter().map(|a| (a.name.as_str(), a.media_type.as_str(), a.bytes)).collect();
    assert_eq!(listed, [("x.svg", "image/svg+xml", 3), ("ké.txt", "text/plain", 8), ("b.zip", "application/zip", 2)]);
    assert_eq!(read.attachments[0].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn an_attachment_is_found_again_by_its_sum() {
    let raw = "From: a@b.id\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nYWJj\n";
    let sum = read(raw.as_bytes(), came()).unwrap().attachments[0].sha256.clone();
    assert_eq!(attachment(raw.as_bytes(), &sum).unwrap(), b"abc");
    assert_eq!(attachment(raw.as_bytes(), &sum.replace('b', "c")), None);
}

#[test]
fn html_alone_gives_text_too() {
    let read = mail("From: a@b.id\nContent-Type: text/html; charset=utf-8", "<p>User ID: <b>A7</b></p><p>Terima kasih");
    assert_eq!(read.text, "User ID: A7\n\nTerima kasih");
    assert_eq!(read.attachments, []);
}

#[test]
fn a_machine_is_known() {
    assert_eq!(mail("From: a@b.id\nAuto-Submitted: auto-replied", "").automatic, Some(Automatic::AutoSubmitted));
    assert_eq!(mail("From: a@b.id\nReturn-Path: <>", "").automatic, Some(Automatic::NullSender));
    assert_eq!(mail("From: No Reply <no-reply@b.id>", "").automatic, Some(Automatic::Machine));
}

#[test]
fn what_is_no_mail_is_parked() {
    let parked = |raw: &[u8]| read(raw, came()).unwrap_err();
    assert_eq!(parked(b""), Park::NoMessage);
    assert_eq!(parked(b"hello world\n"), Park::NoMessage);
    assert_eq!(parked(b"Hello: world\n\nx"), Park::NoMessage);
    assert_eq!(parked(&vec![b'a'; BYTES_MAX + 1]), Park::TooLarge);
    assert_eq!(parked("X: y\n".repeat(2_001).as_bytes()), Park::TooManyHeaders);
    let many = format!("From: a@b\nContent-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(1_000));
    assert_eq!(parked(many.as_bytes()), Park::TooManyParts);
}

#[test]
fn long_texts_are_cut_and_say_so() {
    let read = mail("From: a@b.id\nContent-Type: text/plain; charset=utf-8", &"é".repeat(TEXT_MAX + 1));
    assert_eq!((read.text.chars().count(), read.cut), (TEXT_MAX, true));
    assert!(!mail("From: a@b.id", &"e".repeat(TEXT_MAX)).cut);
}

#[tokio::test]
async fn a_reader_that_ends_or_stays_away_parks_the_mail() {
    let raw = b"From: a@b.id\n\nx".to_vec();
    assert_eq!(read_guarded(raw, came()).await.unwrap().text, "x");
    let ends = guarded(DEADLINE, || -> Result<(), Park> { panic!("a reader ends") }).await;
    assert_eq!(ends.unwrap_err(), Park::TooCostly);
    let stays = guarded(Duration::from_millis(10), || {
        std::thread::sleep(Duration::from_millis(200));
        Ok(())
    });
    assert_eq!(stays.await.unwrap_err(), Park::TooCostly);
}

const WHOLE: &str = "Return-Path: <a@b.id>\r\nFrom: =?utf-8?q?R=C3=ADna?= <a@b.id>\r\nTo: c@d.id\r\nSubject: =?utf-8?b?UmVzZXQ=?=\r\n\
    Date: Sat, 21 Nov 2026 10:00:00 +0700\r\nMessage-ID: <1@b.id>\r\nReferences: <x@y>\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=\"m\"\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
    --a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nisi =E2=80=A2\r\n\
    --a\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<p>isi <a href=\"https://x.id\">x</a>\r\n--a--\r\n--m\r\n\
    Content-Type: application/pdf\r\nContent-Disposition: attachment;\r\n filename*0*=utf-8''a%20;\r\n filename*1=b.pdf\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--m--\r\n";

proptest::proptest! {
    #[test]
    fn any_bytes_are_a_message_or_parked(bytes: Vec<u8>) {
        let _ = read(&bytes, came());
        let _ = attachment(&bytes, "");
    }

    #[test]
    fn changed_mails_are_read_within_limits(changes in proptest::collection::vec((0usize..1_100, proptest::collection::vec(proptest::prelude::any::<u8>(), 0..12), 0usize..12), 1..12)) {
        let mut raw = WHOLE.as_bytes().to_vec();
        for (at, bytes, gone) in changes {
            let at = at.min(raw.len());
            let end = (at + gone).min(raw.len());
            raw.splice(at..end, bytes);
        }
        if let Ok(message) = read(&raw, came()) {
            let kept = serde_json::to_string(&message).unwrap();
            proptest::prop_assert!(!kept.contains("\\u0000"), "no database keeps NUL");
            unquoted(&message.text);
            for each in &message.attachments {
                proptest::prop_assert!(attachment(&raw, &each.sha256).is_some());
            }
        }
    }
}

use super::*;

/// A report of these parts.
fn report(parts: &[(&str, &str)]) -> String {
    let mut raw = "From: MAILER-DAEMON@mx.example.id\r\nTo: bounce@lpse.example.id\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"B/1.x\"\r\n\r\n\
        This is a MIME-encapsulated message.\r\n\r\n"
        .to_owned();
    for (kind, body) in parts {
        raw = raw + "--B/1.x\r\nContent-Type: " + kind + "\r\n\r\n" + body + "\r\n";
    }
    raw + "--B/1.x--\r\n"
}

const POSTFIX: &str = "Reporting-MTA: dns; mx.example.id\r\nX-Postfix-Queue-ID: 4XyZ\r\n\
    X-Postfix-Sender: rfc822; bounce@lpse.example.id\r\nArrival-Date: Sat, 21 Nov 2026 10:00:00 +0700 (WIB)\r\n\r\n\
    Final-Recipient: rfc822; rina@penyedia.example\r\nOriginal-Recipient: rfc822;rina@penyedia.example\r\n\
    Action: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mail.penyedia.example\r\n\
    Diagnostic-Code: smtp; 550 5.1.1 <rina@penyedia.example>: Recipient address\r\n    rejected: User unknown\r\n";
const ORIGINAL: &str = "Return-Path: <bounce@lpse.example.id>\r\nMessage-ID: <abc.def@lpse.example.id>\r\n\
    Subject: Konfirmasi Permintaan Reset TOTP\r\n\r\nisi\r\n";

#[test]
fn a_report_of_postfix_is_read() {
    let raw = report(&[
        ("text/plain; charset=us-ascii", "I'm sorry to have to inform you"),
        ("message/delivery-status", POSTFIX),
        ("message/rfc822", ORIGINAL),
    ]);
    let expected = Bounce {
        action: "failed".to_owned(),
        status: "5.1.1".to_owned(),
        diagnostic: "550 5.1.1 <rina@penyedia.example>: Recipient address rejected: User unknown".to_owned(),
        recipient: "rina@penyedia.example".to_owned(),
        message_ids: vec!["abc.def@lpse.example.id".to_owned()],
    };
    assert_eq!(bounce(raw.as_bytes()), std::slice::from_ref(&expected));
    assert!(expected.is_final());
    assert_eq!(bounce(raw.replace("\r\n", "\n").as_bytes()), [expected]);
}

#[test]
fn reports_of_exchange_and_exim_are_read() {
    let exchange = "Reporting-MTA: dns;EX01.kantor.example\r\nReceived-From-MTA: dns;EX02\r\n\
        Arrival-Date: Sat, 21 Nov 2026 03:00:00 +0000\r\n\r\nFinal-Recipient: rfc822;rina@kantor.example\r\n\
        Action: failed\r\nStatus: 5.2.2\r\nDiagnostic-Code: smtp;554 5.2.2 mailbox full\r\n\
        X-Display-Name: Rina\r\n\r\n";
    let raw = report(&[
        ("multipart/alternative; boundary=inner", "--inner\r\n\r\nx\r\n--inner--"),
        ("message/delivery-status", exchange),
        ("message/rfc822", ORIGINAL),
    ]);
    let read = bounce(raw.as_bytes());
    assert_eq!(
        (read.len(), read[0].status.as_str(), read[0].diagnostic.as_str()),
        (1, "5.2.2", "554 5.2.2 mailbox full")
    );
    assert_eq!(read[0].message_ids, ["abc.def@lpse.example.id"]);

    let exim = "Reporting-MTA: dns; mail.desa.example\r\n\r\nAction: failed\r\nFinal-Recipient: rfc822;rina@desa.example\r\n\
        Status: 5.0.0\r\nRemote-MTA: dns; mx.desa.example\r\nDiagnostic-Code: smtp; 550 No such user here\r\n";
    let raw =
        report(&[("message/delivery-status", exim), ("text/rfc822-headers", "Message-ID:\r\n <x@y>\r\nTo: a\r\n")]);
    let read = bounce(raw.as_bytes());
    assert_eq!((read[0].status.as_str(), read[0].message_ids[0].as_str()), ("5.0.0", "x@y"));
}

#[test]
fn several_recipients_are_told_apart() {
    let two = format!(
        "{POSTFIX}\r\nFinal-Recipient: rfc822; budi@penyedia.example\r\nAction: delayed\r\nStatus: 4.4.1 (timed out)\r\n\
        \r\nFinal-Recipient: rfc822; siti@penyedia.example\r\nAction: invented\r\nStatus: 5.1.1\r\n"
    );
    let read = bounce(report(&[("message/delivery-status", &two), ("message/rfc822", ORIGINAL)]).as_bytes());
    let told: Vec<_> = read.iter().map(|b| (b.recipient.as_str(), b.action.as_str(), b.status.as_str())).collect();
    assert_eq!(told, [("rina@penyedia.example", "failed", "5.1.1"), ("budi@penyedia.example", "delayed", "4.4.1")]);
    assert!(!read[1].is_final());
}

#[test]
fn a_report_within_a_mail_and_an_encoded_one_are_read() {
    let inner = report(&[("message/delivery-status", POSTFIX), ("message/rfc822", ORIGINAL)]);
    let outer = format!(
        "From: a@b\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n\r\nlihat\r\n--out\r\n{inner}\r\n--out--\r\n"
    );
    assert_eq!(bounce(outer.as_bytes()).len(), 1);
    let coded = data_encoding::BASE64.encode(POSTFIX.as_bytes());
    let raw = report(&[("message/delivery-status\r\nContent-Transfer-Encoding: base64", &coded)]);
    let read = bounce(raw.as_bytes());
    assert_eq!((read.len(), read[0].message_ids.len()), (1, 0));
}

#[test]
fn what_is_no_report_gives_none() {
    let qmail = "From: MAILER-DAEMON@a.id\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send program at a.id.\r\n\
        I'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n<rina@b.id>:\r\n\
        550 5.1.1 no such user\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nMessage-ID: <x@y>\r\n";
    let loose = format!("From: a@b\r\nContent-Type: message/delivery-status\r\n\r\n{POSTFIX}");
    let mixed = report(&[("message/delivery-status", POSTFIX)]).replace("multipart/report", "multipart/mixed");
    let read =
        report(&[("message/disposition-notification", POSTFIX)]).replace("delivery-status", "disposition-notification");
    let other = report(&[("message/delivery-status", POSTFIX)]).replace("type=delivery-status", "type=feedback-report");
    // a mail that somebody forwards whole is his words, not a report to us
    let forwarded =
        format!("From: a@b\r\nContent-Type: message/rfc822\r\n\r\n{}", report(&[("message/delivery-status", POSTFIX)]));
    for raw in [qmail, "", "x", &loose, &mixed, &read, &other, &forwarded] {
        assert_eq!(bounce(raw.as_bytes()), [], "{raw}");
    }
}

#[test]
fn fields_are_cleaned_and_cut() {
    let long = POSTFIX
        .replace("User unknown", &format!("\u{202e}{}\0\u{7}", "x".repeat(900)))
        .replace("Status: 5.1.1", "Status: 5.1.1.9; drop");
    let read = bounce(report(&[("message/delivery-status", &long)]).as_bytes());
    assert_eq!(read[0].diagnostic.chars().count(), DIAGNOSTIC_MAX);
    assert!(!read[0].diagnostic.contains(is_hidden));
    assert_eq!(read[0].status, "");
    let many = "Final-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.0.0\r\n\r\n".repeat(1_000);
    assert_eq!(bounce(report(&[("message/delivery-status", &many)]).as_bytes()).len(), RECIPIENTS_MAX);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_some_report_or_none(bytes: Vec<u8>, at in 0usize..900, change: Vec<u8>) {
        bounce(&bytes);
        let mut raw = report(&[("message/delivery-status", POSTFIX), ("message/rfc822", ORIGINAL)]).into_bytes();
        let at = at.min(raw.len());
        raw.splice(at..(at + change.len()).min(raw.len()), change);
        for each in bounce(&raw) {
            proptest::prop_assert!(each.diagnostic.chars().count() <= DIAGNOSTIC_MAX);
            proptest::prop_assert!(!each.recipient.is_empty());
        }
    }
}

#[test]
fn a_recipient_of_hidden_signs_alone_is_nobody() {
    let status = "Reporting-MTA: dns; mx.example.id\r\n\r\nFinal-Recipient: rfc822; \u{200b}\u{202e}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n";
    assert!(bounce(report(&[("message/delivery-status", status)]).as_bytes()).is_empty());
}

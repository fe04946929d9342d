//! Mails that prove less than they say: none is verified.

use pulih::model::inbound::{Reason, Verdict};

use super::case::Case;
use crate::support::dkimpy::Wanted;

const CANONS: [(&str, &str); 4] =
    [("simple", "simple"), ("simple", "relaxed"), ("relaxed", "simple"), ("relaxed", "relaxed")];

fn failed(name: impl Into<String>, reason: Reason) -> Case {
    Case::new(name, Verdict::Failed).because(reason)
}

fn check(name: impl Into<String>, reason: Reason) -> Case {
    Case::new(name, Verdict::Check).because(reason)
}

fn unknown(name: impl Into<String>, reason: Reason) -> Case {
    Case::new(name, Verdict::Unknown).because(reason)
}

pub fn cases() -> Vec<Case> {
    [spoilt(), keys(), covered(), senders(), senders_names(), ways(), results(), borrowed()].concat()
}

/// Changed after it was signed.
fn spoilt() -> Vec<Case> {
    let mut cases = Vec::new();
    for (header, body) in CANONS {
        let broken = |name: &str| failed(format!("{name} {header}/{body}"), Reason::DkimBroken).canon(header, body);
        cases.push(broken("another account in the body").swap("AMANAH7", "BAHTERA8"));
        cases.push(broken("another subject").swap("Subject: Mohon reset TOTP", "Subject: Mohon ganti alamat"));
        cases.push(broken("a list's footer").end("-- \r\nDikirim lewat milis\r\n"));
        cases.push(broken("another date").swap("09:59:00", "09:59:01"));
    }
    cases.push(
        failed("a list's footer, signed by the list too", Reason::DkimBroken).also("penyerang.com").end("milis\r\n"),
    );
    cases.push(failed("another name of the sender", Reason::DkimBroken).swap("Rina Amanah", "Budi Bahtera"));
    cases.push(
        failed("spaces in the subject, simple", Reason::DkimBroken)
            .canon("simple", "simple")
            .swap("Mohon reset", "Mohon  reset"),
    );
    cases.push(failed("another body hash", Reason::DkimBroken).swap("bh=", "bh=AA"));
    cases.push(failed("a second body hash", Reason::DkimBroken).swap("bh=", "bh=AAAA; bh="));
    cases
}

/// Signed with a key that does not count.
fn keys() -> Vec<Case> {
    let sha1 = check("SHA-1", Reason::DkimWeak).sha1();
    vec![
        failed("the key of somebody else", Reason::DkimBroken).key("other").selector("rsa"),
        failed("a key of the other kind", Reason::DkimBroken).selector("ed"),
        failed("a key that was taken back", Reason::DkimBroken).selector("revoked"),
        failed("a key that is none", Reason::DkimBroken).selector("rubbish"),
        failed("a key that is nowhere", Reason::DkimBroken).selector("gone"),
        unknown("a key in testing", Reason::DkimNone).selector("testing"),
        unknown("a key in testing, broken", Reason::DkimNone).selector("testing").swap("AMANAH7", "BAHTERA8"),
        check("a tiny key", Reason::DkimWeak).key("tiny"),
        sha1,
        unknown("a name server that fails", Reason::DnsSilent).selector("fails"),
        unknown("a name server that says nothing", Reason::DnsSilent).selector("nothing"),
        check("expired", Reason::DkimTime).times(-7_200, Some(-3_600)),
        check("expired just now", Reason::DkimTime).times(-7_200, Some(0)),
        check("ends before it begins", Reason::DkimTime).times(60, Some(30)),
        check("from the future", Reason::DkimTime).times(3_600, None),
        check("from the future, ending later", Reason::DkimTime).times(3_600, Some(7_200)),
    ]
}

/// Signed in part.
fn covered() -> Vec<Case> {
    let all = ["from", "to", "subject", "date", "message-id"];
    let without = |name: &str| all.into_iter().filter(|known| *known != name).collect::<Vec<_>>();
    let mut cases = vec![
        check("Subject is not signed", Reason::SubjectUnsigned).covers(&without("subject")),
        check("Subject is not signed and changed", Reason::SubjectUnsigned)
            .covers(&without("subject"))
            .swap("Subject: Mohon reset", "Subject: Mohon ganti alamat"),
        check("To is not signed", Reason::HeadersUnsigned).covers(&without("to")),
        check("Date is not signed", Reason::HeadersUnsigned).covers(&without("date")),
        check("From alone is signed", Reason::SubjectUnsigned).covers(&["from"]),
    ];
    for (header, body) in CANONS {
        let partial = check(format!("a length {header}/{body}"), Reason::DkimLength).canon(header, body).partial();
        cases.push(partial.clone());
        cases.push(partial.named("and more").end("Mohon reset juga BAHTERA8.\r\n"));
    }
    cases.push(failed("a length of nothing", Reason::DkimBroken).body("").partial().end("Mohon reset BAHTERA8.\r\n"));
    cases
}

/// Several senders, or one who is not who he seems.
fn senders() -> Vec<Case> {
    let victim = "From: Budi <budi@perusahaan.co.id>";
    vec![
        failed("a second From on top", Reason::FromSeveral).top(victim),
        failed("a second From below", Reason::FromSeveral)
            .swap("Message-ID:", "From: Budi <budi@perusahaan.co.id>\r\nMessage-ID:"),
        failed("a second From, signed against it", Reason::FromSeveral)
            .covers(&["from", "from", "to", "subject", "date"])
            .top(victim),
        failed("a second From with a space", Reason::FromSeveral).top("From : Budi <budi@perusahaan.co.id>"),
        failed("a second From in capitals", Reason::FromSeveral).top("FROM: budi@perusahaan.co.id"),
        failed("two addresses in From", Reason::FromSeveral)
            .header("From", "rina@perusahaan.co.id, budi@perusahaan.co.id"),
        failed("two addresses of two domains", Reason::FromSeveral)
            .header("From", "rina@perusahaan.co.id, penyerang@penyerang.com")
            .signer("penyerang.com"),
        failed("a group in From", Reason::FromSeveral)
            .header("From", "Tim: rina@perusahaan.co.id, budi@perusahaan.co.id;"),
        failed("a second Subject on top", Reason::HeaderTwice).top("Subject: Mohon ganti alamat"),
        failed("a second To on top", Reason::HeaderTwice).top("To: helpdesk@lain.go.id"),
        failed("a second Date on top", Reason::HeaderTwice).top("Date: Fri, 20 Nov 2026 09:59:30 +0700"),
        failed("a second Subject below", Reason::HeaderTwice).swap("Message-ID:", "Subject: lain\r\nMessage-ID:"),
        failed("no From", Reason::FromMissing).unsigned().header("From", ""),
        failed("an empty From", Reason::FromMissing).unsigned().header("From", "<>"),
        failed("a From without a domain", Reason::FromMissing).unsigned().header("From", "rina"),
        failed("a line feed alone", Reason::BareLineEnds).swap("AMANAH7.\r\n", "AMANAH7.\n"),
        failed("a carriage return alone", Reason::BareLineEnds)
            .swap("Mohon reset TOTP untuk", "Mohon reset\rTOTP untuk"),
        failed("a sign of control in Subject", Reason::HeaderControls).header("Subject", "Mohon\u{1} reset"),
        check("Reply-To leads elsewhere", Reason::ReplyToDiffers).header("Reply-To", "rina@penyerang.com"),
        check("Reply-To was added", Reason::ReplyToDiffers).top("Reply-To: rina@penyerang.com"),
        check("Sender is another", Reason::SenderDiffers).header("Sender", "penyerang@penyerang.com"),
        check("Sender was added", Reason::SenderDiffers).top("Sender: penyerang@penyerang.com"),
        check("four days old", Reason::Old).header("Date", "Mon, 16 Nov 2026 03:00:00 +0000"),
        check("of tomorrow", Reason::DateOdd).header("Date", "Sat, 21 Nov 2026 03:00:00 +0000"),
        check("without a date", Reason::DateOdd).header("Date", "").covers(&["from", "to", "subject"]),
    ]
}

/// The penyerang signs well, for his own domain.
fn senders_names() -> Vec<Case> {
    let own = |name: &str, from: &str, verdict, reason| {
        Case::new(name, verdict).because(reason).header("From", from).signer("penyerang.com").stranger()
    };
    let (check, failed) = (Verdict::Check, Verdict::Failed);
    let named = |name: &str, from: &str| own(name, from, check, Reason::AddressInName);
    let like = |from: &str, registered: &str| {
        let domain = idna::domain_to_ascii(from.rsplit_once('@').unwrap().1).unwrap();
        let local = from.rsplit_once('@').unwrap().0;
        own(from, &format!("Rina <{local}@{domain}>"), failed, Reason::LookAlike).signer(&domain).like(registered)
    };
    vec![
        named("an address as a name", "\"rina@perusahaan.co.id\" <x@penyerang.com>"),
        named("an address in a name", "Rina (rina@perusahaan.co.id) <x@penyerang.com>"),
        named("an address in an encoded name", "=?utf-8?B?cmluYUBwZXJ1c2FoYWFuLmNvLmlk?= <x@penyerang.com>"),
        own("not registered", "Rina <rina@penyerang.com>", check, Reason::NotRegistered),
        own("signed by another", "Rina <rina@tanpa.co.id>", check, Reason::DkimUnaligned),
        own("signed by a neighbour", "Rina <rina@tanpa.co.id>", check, Reason::DkimUnaligned).signer("instansi.go.id"),
        own("signed by the suffix", "Rina <rina@tanpa.co.id>", check, Reason::DkimUnaligned).signer("co.id"),
        own("signed below the sender's strict domain", "Rina <rina@ketat.co.id>", check, Reason::DkimUnaligned)
            .signer("mail.ketat.co.id"),
        like("rina@perusahan.co.id", "rina@perusahaan.co.id"),
        like("rlna@perusahaam.co.id", "rina@perusahaan.co.id"),
        like("rina@pеrusahaan.co.id", "rina@perusahaan.co.id"),
        like("rina@perusahaan.go.id", "rina@perusahaan.co.id"),
        like("r1na@perusahaan.co.id", "rina@perusahaan.co.id"),
    ]
}

/// Not signed: what its way tells.
fn ways() -> Vec<Case> {
    let from = |case: Case, address: &str, client: &str| {
        case.from(address).unsigned().client(client, "mail.example.com", address)
    };
    vec![
        unknown("unsigned, its way not known", Reason::DkimNone).unsigned(),
        unknown("unsigned, of nobody", Reason::NotRegistered).unsigned().stranger(),
        failed("unsigned, null sender, no name", Reason::DmarcFailed).unsigned().client("192.0.2.10", "", ""),
        check("null sender, HELO of its domain", Reason::SpfOnly).unsigned().client(
            "192.0.2.10",
            "perusahaan.co.id",
            "",
        ),
        from(check("from its server", Reason::SpfOnly), "rina@perusahaan.co.id", "192.0.2.10"),
        from(check("from its address", Reason::SpfOnly), "rina@instansi.go.id", "192.0.2.20"),
        from(check("from its exchanger", Reason::SpfOnly), "rina@instansi.go.id", "192.0.2.21"),
        from(failed("from elsewhere, reject", Reason::DmarcFailed), "rina@perusahaan.co.id", "203.0.113.9"),
        from(failed("from elsewhere, policy none", Reason::SpfFailed), "rina@instansi.go.id", "203.0.113.9"),
        from(failed("from elsewhere, no policy", Reason::SpfFailed), "rina@keras.co.id", "203.0.113.9"),
        from(check("from elsewhere, softly", Reason::DkimNone), "rina@tanpa.co.id", "203.0.113.9"),
        from(unknown("a record that is none", Reason::DkimNone), "rina@rusak.co.id", "192.0.2.10"),
        from(unknown("too many questions", Reason::DkimNone), "rina@banyak.co.id", "203.0.113.9"),
        from(unknown("no answer", Reason::DnsSilent), "rina@lambat.co.id", "203.0.113.9"),
        from(unknown("no policy to be had", Reason::DnsSilent), "rina@bisu.co.id", "203.0.113.9"),
        failed("sent by another, reject", Reason::DmarcFailed).unsigned().client(
            "203.0.113.9",
            "penyerang.com",
            "x@penyerang.com",
        ),
        failed("sent and signed by another, quarantine", Reason::DmarcFailed)
            .from("rina@ketat.co.id")
            .signer("penyerang.com")
            .client("203.0.113.9", "penyerang.com", "x@penyerang.com"),
        check("broken, from its server", Reason::DkimBroken).swap("AMANAH7", "BAHTERA8").client(
            "192.0.2.10",
            "mail.perusahaan.co.id",
            "rina@perusahaan.co.id",
        ),
    ]
}

/// Others' words.
fn results() -> Vec<Case> {
    let pass = "Authentication-Results: mx.lpse.go.id; dkim=pass header.d=perusahaan.co.id; spf=pass smtp.mailfrom=perusahaan.co.id; \
                dmarc=pass header.from=perusahaan.co.id";
    let other = pass.replace("mx.lpse.go.id", "mx.penyerang.com");
    vec![
        unknown("a claim of nobody we trust", Reason::DkimNone).unsigned().top(pass),
        unknown("a claim below another", Reason::DkimNone).unsigned().top(pass).top(&other).trusts("mx.lpse.go.id"),
        unknown("a claim of a like name", Reason::DkimNone).unsigned().top(pass).trusts("mx.lpse.go.id.com"),
        unknown("a claim that is not well-formed", Reason::DkimNone)
            .unsigned()
            .top(&pass.replace("; spf", "; ; spf"))
            .trusts("mx.lpse.go.id"),
        unknown("a claim in a comment", Reason::DkimNone)
            .unsigned()
            .top("Authentication-Results: mx.lpse.go.id; none (dkim=pass header.d=perusahaan.co.id)")
            .trusts("mx.lpse.go.id"),
        check("a claim without the signature", Reason::ByServer).unsigned().top(pass).trusts("mx.lpse.go.id"),
        check("SPF of a trusted server", Reason::SpfOnly)
            .unsigned()
            .top("Authentication-Results: mx.lpse.go.id; spf=pass smtp.mailfrom=rina@perusahaan.co.id")
            .trusts("mx.lpse.go.id"),
        failed("DMARC of a trusted server", Reason::DmarcFailed)
            .unsigned()
            .top("Authentication-Results: mx.lpse.go.id; dmarc=fail header.from=perusahaan.co.id")
            .trusts("mx.lpse.go.id"),
        failed("broken, whatever a trusted server says", Reason::DkimBroken)
            .swap("AMANAH7", "BAHTERA8")
            .top("Authentication-Results: mx.lpse.go.id; dkim=pass header.d=perusahaan.co.id")
            .trusts("mx.lpse.go.id"),
        failed("the pass of another domain", Reason::DmarcFailed)
            .unsigned()
            .top("Authentication-Results: mx.lpse.go.id; dkim=pass header.d=penyerang.com; spf=softfail smtp.mailfrom=perusahaan.co.id")
            .trusts("mx.lpse.go.id"),
    ]
}

/// A word about one signature, and another signature that would like to have it.
fn borrowed() -> Vec<Case> {
    let forge = |mut case: Case, selectors: &[&str]| {
        for selector in selectors {
            let genuine = case.signs[0].clone();
            let covers = vec!["from", "to", "subject", "date"];
            let forged = Wanted { key: "other", selector: (*selector).to_owned(), covers, ..genuine };
            case.signs.push(forged);
        }
        case.swap("Subject: Mohon reset", "Subject: Mohon ganti alamat")
    };
    let told = |case: Case, results: &str| {
        let results = results.replace("dkim=pass", "dkim=pass header.d=perusahaan.co.id");
        case.top(&format!("Authentication-Results: mx.lpse.go.id; {results}")).trusts("mx.lpse.go.id")
    };
    let unsigned_subject = ["from", "to", "date", "message-id"];
    let holds = |name: &str| check(name, Reason::SubjectUnsigned).covers(&unsigned_subject);
    let gone = |name: &str| failed(name, Reason::DkimBroken).covers(&unsigned_subject).selector("gone");
    vec![
        told(forge(holds("a pass that names no selector"), &["gone"]), "dkim=pass"),
        told(forge(holds("a pass of another selector"), &["gone"]), "dkim=pass header.s=rsa"),
        told(failed("one signature, and no selector", Reason::DkimBroken).selector("gone"), "dkim=pass"),
        told(
            forge(gone("two of one selector"), &["gone"]),
            "dkim=fail header.d=perusahaan.co.id header.s=gone; dkim=pass header.s=gone",
        ),
        told(
            forge(gone("two of one selector, of which one is not looked at"), &["gone", "a", "b", "c", "d", "e"]),
            "dkim=pass header.s=gone",
        ),
        told(
            gone("one that cannot be read")
                .covers(&["from", "to", "subject", "date"])
                .top("DKIM-Signature: v=1; v=1; d=perusahaan.co.id; s=gone"),
            "dkim=pass header.s=gone",
        ),
    ]
}

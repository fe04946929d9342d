//! Mails of registered people whose domain signs: verified.

use pulih::model::inbound::{Reason, Verdict};

use super::case::Case;

const CANONS: [(&str, &str); 4] =
    [("simple", "simple"), ("simple", "relaxed"), ("relaxed", "simple"), ("relaxed", "relaxed")];

fn good(name: impl Into<String>) -> Case {
    Case::new(name, Verdict::Verified).because(Reason::DkimAligned)
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for address in ["rina@perusahaan.co.id", "rina@instansi.go.id", "rina@tanpa.co.id", "rina@ketat.co.id"] {
        for key in ["rsa", "ed"] {
            for (header, body) in CANONS {
                cases.push(good(format!("{address} {key} {header}/{body}")).from(address).key(key).canon(header, body));
            }
        }
    }
    for (header, body) in CANONS {
        let canon = format!("{header}/{body}");
        cases
            .push(good(format!("by a host of the domain {canon}")).signer("mail.perusahaan.co.id").canon(header, body));
        let branch = good(format!("of a host, by its domain {canon}")).from("rina@cabang.perusahaan.co.id");
        cases.push(branch.signer("perusahaan.co.id").canon(header, body));
        cases.push(good(format!("a file of this system {canon}")).canon(header, body).line_feeds());
        let forwarded = good(format!("forwarded {canon}")).canon(header, body);
        cases.push(forwarded.client("203.0.113.9", "penerus.example.com", "rina@perusahaan.co.id"));
    }
    cases.extend(forms());
    cases.extend(ways());
    cases
}

fn forms() -> Vec<Case> {
    let multipart = "--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nTW9ob24gcmVzZXQ=\r\n\
                     --x\r\nContent-Type: text/html\r\n\r\n<p>Mohon reset</p>\r\n--x--\r\n";
    vec![
        good("an address of other letters").from("rina@xn--kaf-dma.co.id"),
        good("a subject in encoded words").header("Subject", "=?utf-8?B?TW9ob24gcmVzZXQgVE9UUCDigJMgUmluYQ==?="),
        good("a folded subject").header("Subject", "Mohon reset\r\n TOTP untuk\r\n\tAMANAH7"),
        good("a folded subject, simple").header("Subject", "Mohon reset\r\n TOTP").canon("simple", "simple"),
        good("an empty body").body(""),
        good("an empty body, simple").body("").canon("simple", "simple"),
        good("empty lines at the end").body("Mohon reset\r\n\r\n\r\n\r\n"),
        good("spaces at the ends of lines").body("Mohon  reset  \r\n\t\r\nRina \r\n"),
        good("parts")
            .header("Content-Type", "multipart/alternative; boundary=x")
            .header("MIME-Version", "1.0")
            .body(multipart),
        good("a long body").body(&"Mohon reset TOTP untuk User ID AMANAH7.\r\n".repeat(2_000)),
        good("covered twice").covers(&["from", "from", "to", "to", "subject", "subject", "date", "date"]),
        good("answers to oneself").header("Reply-To", "rina@perusahaan.co.id"),
        good("ends tomorrow").times(-60, Some(86_400)),
        good("a clock a little ahead").times(120, None),
        good("a small key").key("small"),
        good("a late name server").selector("late"),
        good("without To").header("To", "").covers(&["from", "subject", "date"]),
    ]
}

fn ways() -> Vec<Case> {
    let passed = "Authentication-Results: mx.lpse.go.id; dkim=pass header.d=perusahaan.co.id header.s=";
    vec![
        good("from its server").client("192.0.2.10", "mail.perusahaan.co.id", "rina@perusahaan.co.id"),
        good("signed by the list too").also("penyerang.com"),
        good("with headers on top").top("Received: from a by b; Fri, 20 Nov 2026 10:00:00 +0700").top("X-Spam: no"),
        good("a stranger's results on top").top("Authentication-Results: penyerang.com; dkim=fail header.d=perusahaan.co.id"),
        good("a trusted server saw it too").top(&format!("{passed}rsa")).trusts("mx.lpse.go.id"),
        good("a trusted server saw the key before it went").selector("gone").top(&format!("{passed}gone")).trusts("mx.lpse.go.id"),
        good("a trusted server was answered").selector("fails").top(&format!("{passed}fails")).trusts("mx.lpse.go.id"),
        good("a trusted server names the identity").selector("gone")
            .top("Authentication-Results: mx.lpse.go.id; dkim=pass header.i=@perusahaan.co.id header.s=gone header.b=Ab/+C=")
            .trusts("mx.lpse.go.id"),
    ]
}

//! What a mail proves: a corpus signed by another program, spoilt in every way we know, judged with a name server of our own.

mod case;
mod fair;
mod forged;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use pulih::inbound::dns::Dns;
use pulih::inbound::judge::{Ground, judge};
use pulih::inbound::read::read;
use pulih::model::inbound::{Envelope, Judgement, Message, Verdict};

use self::case::Case;
use crate::support::dkimpy::{self, Key};
use crate::support::dns::{Reply, Stub};

/// When every mail of the corpus is judged.
fn now() -> DateTime<Utc> {
    "2026-11-20T03:00:00Z".parse().unwrap()
}

/// Domains that publish keys, each with its DMARC record.
const DOMAINS: &[(&str, Option<&str>)] = &[
    ("perusahaan.co.id", Some("v=DMARC1; p=reject")),
    ("instansi.go.id", Some("v=DMARC1; p=none")),
    ("tanpa.co.id", None),
    ("ketat.co.id", Some("v=DMARC1; p=quarantine; adkim=s; aspf=s")),
    ("xn--kaf-dma.co.id", Some("v=DMARC1; p=reject")),
    ("mail.perusahaan.co.id", None),
    ("mail.ketat.co.id", None),
    ("penyerang.com", None),
    ("co.id", Some("v=DMARC1; p=none")),
];

fn zone(keys: &HashMap<&'static str, Key>) -> HashMap<String, Reply> {
    let mut zone = HashMap::new();
    let txt = |text: &str| Reply::Txt(text.to_owned());
    for (domain, dmarc) in DOMAINS {
        let record = |name: &str| keys[name].record.clone();
        let testing = record("rsa").replace("k=rsa;", "k=rsa; t=y;");
        for (selector, reply) in [
            ("rsa", txt(&record("rsa"))),
            ("ed", txt(&record("ed"))),
            ("small", txt(&record("small"))),
            ("tiny", txt(&record("tiny"))),
            ("testing", txt(&testing)),
            ("revoked", txt("v=DKIM1; k=rsa; p=")),
            ("rubbish", txt("v=DKIM1; k=rsa; p=%%%")),
            ("fails", Reply::Fails),
            ("nothing", Reply::Nothing),
            ("late", Reply::Late(Duration::from_millis(300), Box::new(txt(&record("rsa"))))),
        ] {
            zone.insert(format!("{selector}._domainkey.{domain}"), reply);
        }
        if let Some(dmarc) = dmarc {
            zone.insert(format!("_dmarc.{domain}"), txt(dmarc));
        }
    }
    let many = (0..11).map(|n| format!(" include:s{n}.penyerang.com")).collect::<Vec<_>>().concat();
    for n in 0..11 {
        zone.insert(format!("s{n}.penyerang.com"), txt("v=spf1 ip4:198.51.100.1 ?all"));
    }
    zone.insert("_dmarc.bisu.co.id".to_owned(), Reply::Fails);
    for (domain, spf) in [
        ("perusahaan.co.id", "v=spf1 ip4:192.0.2.10 -all"),
        ("instansi.go.id", "v=spf1 a:kirim.instansi.go.id mx:pos.instansi.go.id -all"),
        ("tanpa.co.id", "v=spf1 ip4:192.0.2.10 ~all"),
        ("keras.co.id", "v=spf1 ip4:192.0.2.10 -all"),
        ("rusak.co.id", "v=spf1 include:tidak-ada.co.id -all"),
        ("banyak.co.id", many.as_str()),
        ("penyerang.com", "v=spf1 +all"),
    ] {
        let text = if domain == "banyak.co.id" { format!("v=spf1{spf} -all") } else { spf.to_owned() };
        zone.insert(domain.to_owned(), Reply::Txt(text));
    }
    zone.insert("kirim.instansi.go.id".to_owned(), Reply::A([192, 0, 2, 20].into()));
    zone.insert("pos.instansi.go.id".to_owned(), Reply::Mx("terima.instansi.go.id".to_owned()));
    zone.insert("terima.instansi.go.id".to_owned(), Reply::A([192, 0, 2, 21].into()));
    zone.insert("lambat.co.id".to_owned(), Reply::Nothing);
    zone
}

fn message(case: &Case, raw: &[u8]) -> Message {
    read(raw, now()).unwrap_or_else(|park| panic!("{}: parked: {park:?}", case.name))
}

async fn judged(case: &Case, raw: &[u8], dns: &Dns) -> Judgement {
    judge(raw, &message(case, raw), &case.envelope, &case.ground, dns, now()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_forged_mail_is_verified_and_good_ones_are() {
    let keys = dkimpy::keys();
    let cases: Vec<Case> = fair::cases().into_iter().chain(forged::cases()).collect();
    assert!(cases.len() >= 120, "{} mails", cases.len());
    let jobs: Vec<_> = cases.iter().map(|case| (case.draft(), case.signs.clone())).collect();
    let signed = dkimpy::sign(&keys, &jobs);
    let stub = Stub::serving(zone(&keys)).await;
    let dns = Dns::new(&[stub.address]).unwrap();

    let (mut good, mut verified, mut wrong, mut believed) = (0, 0, Vec::new(), Vec::new());
    for (case, mail) in cases.iter().zip(&signed) {
        let raw = case.spoil(mail);
        let found = judged(case, &raw, &dns).await;
        good += usize::from(case.wanted == Verdict::Verified);
        if found.verdict == Verdict::Verified {
            if case.wanted == Verdict::Verified {
                verified += 1;
            } else {
                believed.push(&case.name);
            }
        }
        if found.verdict != case.wanted || case.because.is_some_and(|reason| !found.reasons.contains(&reason)) {
            wrong.push(format!(
                "{}: {:?} {:?}, wanted {:?} {:?}\n  {:?}",
                case.name, found.verdict, found.reasons, case.wanted, case.because, found.signatures
            ));
        }
    }
    println!("{} mails: {verified} of {good} good ones verified, {} others", cases.len(), believed.len());
    assert!(believed.is_empty(), "verified, and should not be: {believed:#?}");
    assert!(good >= 40 && verified * 100 >= good * 95, "{verified} of {good} verified:\n{}", wrong.join("\n"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_the_name_servers_said_is_kept_with_the_verdict_also_out_of_the_cache() {
    let keys = dkimpy::keys();
    let case =
        Case::new("answers", Verdict::Verified).client("192.0.2.10", "mail.perusahaan.co.id", "rina@perusahaan.co.id");
    let raw = dkimpy::sign(&keys, &[(case.draft(), case.signs.clone())]).remove(0);
    let stub = Stub::serving(zone(&keys)).await;
    let dns = Dns::new(&[stub.address]).unwrap();
    let first = judged(&case, &raw, &dns).await;
    let told: Vec<String> = first.answers.iter().map(|a| format!("{} {} {}", a.kind, a.name, a.value)).collect();
    assert!(told.contains(&"TXT _dmarc.perusahaan.co.id v=DMARC1; p=reject".to_owned()), "{told:#?}");
    assert!(told.contains(&"TXT perusahaan.co.id v=spf1 ip4:192.0.2.10 -all".to_owned()), "{told:#?}");
    assert!(told.contains(&format!("TXT rsa._domainkey.perusahaan.co.id {}", keys["rsa"].record)), "{told:#?}");
    drop(stub);
    let again = judged(&case, &raw, &dns).await;
    assert_eq!(again, first, "without the name server, out of the cache");
}

#[tokio::test]
async fn a_name_server_that_says_nothing_costs_seconds_and_is_told() {
    let keys = dkimpy::keys();
    let case = Case::new("silent", Verdict::Unknown).selector("nothing");
    let raw = dkimpy::sign(&keys, &[(case.draft(), case.signs.clone())]).remove(0);
    let stub = Stub::serving(zone(&keys)).await;
    let dns = Dns::new(&[stub.address]).unwrap();
    #[allow(clippy::disallowed_methods, reason = "measures")]
    let begun = Instant::now();
    let found = judged(&case, &raw, &dns).await;
    assert!(begun.elapsed() < Duration::from_secs(11), "{:?}", begun.elapsed());
    let told: Vec<&str> = found.answers.iter().map(|a| a.value.as_str()).collect();
    assert!(told.contains(&"no answer"), "{told:?}");
}

#[tokio::test]
async fn a_hundred_signatures_cost_no_hundred_questions() {
    let keys = dkimpy::keys();
    let case = Case::new("many", Verdict::Failed);
    let raw = dkimpy::sign(&keys, &[(case.draft(), case.signs.clone())]).remove(0);
    let one = "DKIM-Signature: v=1; a=rsa-sha256; c=simple; d=penyerang.com; s=rsa; l=1; h=from; bh=AAAA; b=AAAA\r\n";
    let raw = [one.repeat(100).as_bytes(), &raw].concat();
    let stub = Stub::serving(zone(&keys)).await;
    let found = judged(&case, &raw, &Dns::new(&[stub.address]).unwrap()).await;
    assert_eq!(found.verdict, Verdict::Verified, "the sender's own is looked at first: {found:#?}");
    assert!(found.signatures.len() <= 6 && found.answers.len() <= 8, "{found:#?}");
}

/// What the house knows of a registered sender.
fn registered() -> Ground {
    Ground { registered: true, ..Ground::default() }
}

/// A mail whose way is not known.
fn unknown_way() -> Envelope {
    Envelope::default()
}

//! Mail arrives, by mailbox and by pipe: kept before it is read, once, whatever ends in between.

use std::collections::HashMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use pulih::actions::inbound::take::{BEGINNING, WHOLE_MAX, take};
use pulih::base::keyring::Purpose;
use pulih::base::seal;
use pulih::model::event::Actor;
use pulih::model::inbound::{Envelope, Source};

use crate::support::dns::{Reply, Stub};
use crate::support::dovecot::{DONE, Dovecot};
use crate::support::house::{TestApp, free_port, until};
use crate::support::installation::Installation;
use crate::support::rounds;

fn mail(number: usize) -> Vec<u8> {
    format!(
        "Return-Path: <rina@amanah.example>\r\nFrom: Rina <rina{number}@amanah.example>\r\nTo: helpdesk@lpse.example\r\n\
         Subject: Mohon reset {number}\r\nMessage-ID: <{number}@amanah.example>\r\n\
         Date: Sun, 22 Nov 2026 09:00:00 +0700\r\n\r\nUser ID saya AMANAH7.\r\n"
    )
    .into_bytes()
}

fn feed(mut command: Command, raw: &[u8]) -> (i32, String, String) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // a command that ends without reading on says why by its exit code
    let _ = child.stdin.take().unwrap().write_all(raw);
    let output = child.wait_with_output().unwrap();
    let words = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), words(output.stdout), words(output.stderr))
}

/// An installation that reads that mailbox.
async fn reading(dovecot: &Dovecot, more: &[(&str, &str)]) -> Installation {
    let environment = dovecot.environment();
    let mut settings: Vec<(&str, &str)> = environment.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    settings.extend(more);
    Installation::make(&settings).await
}

const ONCE: &str = "select count(*) || ' ' || count(distinct sha256) || ' ' ||
    (select count(*) from event where kind = 'inbound.taken') from inbound";
const UNREAD: &str = "select count(*) from inbound where stage = 'taken'";
const READ_ONCE: &str = "select (select count(*) from event where kind = 'inbound.read') || ' ' ||
    (select count(*) from request where channel = 'mail') from inbound limit 1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_mail_twice_is_one_by_whichever_way() {
    let app = TestApp::start().await;
    let (raw, envelope) = (mail(1), Envelope { sender: Some("rina@amanah.example".into()), ..Envelope::default() });
    let ways = (0..8).map(|n| {
        let source = if n % 2 == 0 { Source::Imap } else { Source::Pipe };
        take(&app.app, Actor::Worker("postman"), source, &envelope, &raw)
    });
    let taken: Vec<_> = join_all(ways).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(taken.iter().filter(|taken| taken.new).count(), 1, "{taken:?}");
    assert!(taken.iter().all(|other| other.id == taken[0].id), "{taken:?}");
    assert_eq!(app.value(ONCE).await, "1 1 1");
    take(&app.app, Actor::Worker("postman"), Source::Imap, &envelope, &mail(2)).await.unwrap();
    assert_eq!(app.value(ONCE).await, "2 2 2");

    let sealed = app.value("select encode(sealed_raw, 'hex') from inbound order by taken_at limit 1").await;
    let sealed = data_encoding::HEXLOWER.decode(sealed.as_bytes()).unwrap();
    assert!(!sealed.windows(8).any(|part| part == b"AMANAH7."), "it lies there in plain text");
    let opened = seal::open(app.app.keys().of(Purpose::Seal), taken[0].id, &sealed).unwrap();
    assert_eq!(opened.as_slice(), raw);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_is_too_large_is_set_aside_with_its_beginning() {
    let app = TestApp::start().await;
    let mut raw = mail(1);
    raw.resize(WHOLE_MAX + 1, b'x');
    for new in [true, false] {
        let taken = take(&app.app, Actor::Worker("ingest"), Source::Pipe, &Envelope::default(), &raw).await.unwrap();
        assert_eq!(taken.new, new);
    }
    let row = "select stage || ' ' || park_reason || ' ' || bytes || ' ' || (read_at is not null) from inbound";
    assert_eq!(app.value(row).await, format!("parked too-large {} true", WHOLE_MAX + 1));
    let kept = app.value("select length(sealed_raw) from inbound").await.parse::<usize>().unwrap();
    assert!((BEGINNING..BEGINNING + 200).contains(&kept), "{kept}");
    assert_eq!(
        app.value("select string_agg(kind, ' ') from event where kind like 'inbound.%'").await,
        "inbound.parked"
    );
    // another with the same beginning is another mail
    raw.push(b'x');
    assert!(take(&app.app, Actor::Worker("ingest"), Source::Pipe, &Envelope::default(), &raw).await.unwrap().new);
    assert_eq!(app.value("select count(*) from inbound").await, "2");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_mta_hears_that_a_mail_is_kept_or_that_it_has_to_keep_it() {
    let mut house = Installation::make(&[]).await;
    let flags =
        ["--client", "192.0.2.7", "--helo", "mx.amanah.example", "--sender", "<>", "--recipient", "a@b.example"];
    let ingest = |house: &Installation, flags: &[&str], raw: &[u8]| {
        feed(house.command(&[&["mail", "ingest", "--json"], flags].concat()), raw)
    };
    let (code, said, told) = ingest(&house, &flags, &mail(1));
    assert!(code == 0 && said.contains("\"new\":true"), "{code} {said} {told}");
    let (code, said, told) = ingest(&house, &[], &mail(1));
    assert!(code == 0 && said.contains("\"new\":false"), "{code} {said} {told}");
    let row = "select concat_ws('|', source, stage, client, helo, envelope_sender, envelope_recipient) from inbound";
    assert_eq!(house.column(row).await, ["pipe|taken|192.0.2.7|mx.amanah.example||a@b.example"]);
    assert_eq!(house.value("select (envelope_sender is not null)::text from inbound").await, "true");
    assert_eq!(house.value("select actor from event where kind = 'inbound.taken'").await, "worker");

    assert_eq!(ingest(&house, &[], b"").0, 65);
    house.cut_postgres().await;
    let (code, _, told) = ingest(&house, &[], &mail(2));
    assert!(code == 75 && told.starts_with("pulih: "), "{code} {told}");
    house.resume_postgres().await;
    let (code, _, told) = ingest(&house, &["--set", "keys.dir=/nowhere"], &mail(2));
    assert!(code == 75 && told.contains("/nowhere"), "{code} {told}");
    let (code, _, told) = ingest(&house, &["--set", "smtp.port=none"], &mail(2));
    assert!(code == 75 && told.contains("smtp.port"), "{code} {told}");
    assert_eq!(house.value(ONCE).await, "1 1 1");
    assert_eq!(ingest(&house, &[], &mail(2)).0, 0);
    assert_eq!(house.value(ONCE).await, "2 2 2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_is_read_as_mail_comes_and_marked_as_seen() {
    let mut dovecot = Dovecot::start(free_port(), None);
    let mut house = reading(&dovecot, &[]).await;
    dovecot.deliver(&mail(1));
    house.serve();
    house.ready(Duration::from_secs(30)).await;
    until(10, "what lay there is taken", async || house.value(ONCE).await == "1 1 1").await;
    dovecot.deliver(&mail(2));
    until(5, "IDLE tells of the next", async || house.value(ONCE).await == "2 2 2").await;
    until(5, "both are seen", async || dovecot.seen() == (2, 2)).await;

    // the mailbox goes and comes back: what came meanwhile is taken
    dovecot.stop();
    let trouble = "select coalesce(max(trouble), '') from mailbox";
    until(20, "the trouble is told", async || !house.value(trouble).await.is_empty()).await;
    dovecot.deliver(&mail(3));
    dovecot.begin();
    until(30, "it is read again", async || house.value(ONCE).await == "3 3 3").await;
    until(5, "the trouble is over", async || house.value(trouble).await.is_empty()).await;

    // UIDs that begin anew make no mail twice
    dovecot.stop();
    dovecot.forget_uids();
    dovecot.deliver(&mail(4));
    dovecot.begin();
    until(60, "the new one is taken", async || house.value(ONCE).await == "4 4 4").await;
    until(5, "all are seen", async || dovecot.seen() == (4, 4)).await;
    assert_eq!(house.value(ONCE).await, "4 4 4");
    house.terminate();
    let (status, lasted) = house.ended(Duration::from_secs(10)).await;
    assert!(status.success() && lasted < Duration::from_secs(5), "{status} after {lasted:?}: it idled on");
    assert!(!house.panicked(), "{}", house.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_it_loses_no_mail_and_takes_none_twice() {
    let (kills, each) = (rounds(4_u64, 40), 6);
    let dovecot = Dovecot::start(free_port(), None);
    let mut house = reading(&dovecot, &[]).await;
    let mut count = 0;
    for kill in 0..kills {
        house.serve();
        for n in 0..each {
            count += 1;
            // half of them come by the pipe of an MTA, which goes on while the server is away
            if n % 2 == 0 {
                dovecot.deliver(&mail(count));
            } else {
                assert_eq!(feed(house.command(&["mail", "ingest"]), &mail(count)).0, 0);
            }
        }
        tokio::time::sleep(Duration::from_millis(100 + 150 * (kill % 4))).await;
        house.kill();
    }
    // what a killed reader had in its hands is free again in a minute: now
    house.sql("update inbound set next_attempt_at = now() where stage = 'taken'").await;
    house.serve();
    house.ready(Duration::from_secs(30)).await;
    until(60, "all are taken", async || house.value(ONCE).await == format!("{count} {count} {count}")).await;
    until(60, "all are read", async || house.value(UNREAD).await == "0").await;
    until(20, "all are seen", async || dovecot.seen() == (count / 2, count / 2)).await;
    assert_eq!(house.value(READ_ONCE).await, format!("{count} {count}"), "a mail was read twice");
    assert_eq!(house.value(ONCE).await, format!("{count} {count} {count}"));
    assert!(!house.panicked(), "{}", house.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_the_commit_and_the_mailbox_it_settles_the_mail_later() {
    let mut dovecot = Dovecot::start(free_port(), None);
    let mut house = reading(&dovecot, &[("PULIH_INBOUND__IMAP_DONE", DONE)]).await;
    house.serve();
    dovecot.deliver(&mail(1));
    until(30, "one is moved", async || dovecot.mails(DONE).len() == 1).await;
    assert_eq!(dovecot.mails("").len(), 0);

    // nothing can be moved into that folder now: the server waits for the answer to its MOVE
    let lock = dovecot.hold(DONE);
    dovecot.deliver(&mail(2));
    until(30, "it is committed", async || house.value(ONCE).await == "2 2 2").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    house.kill();
    dovecot.stop();
    std::fs::remove_file(lock).unwrap();
    assert_eq!((dovecot.mails("").len(), dovecot.mails(DONE).len()), (1, 1), "it was moved before the kill");
    dovecot.begin();
    house.serve();
    until(30, "it is moved", async || dovecot.mails(DONE).len() == 2).await;
    assert_eq!(dovecot.mails("").len(), 0);
    assert_eq!(house.value(ONCE).await, "2 2 2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_missing_keeps_no_mail_from_being_taken() {
    let dovecot = Dovecot::start(free_port(), None);
    let mut house = reading(&dovecot, &[("PULIH_INBOUND__IMAP_DONE", "Tidak Ada")]).await;
    house.serve();
    dovecot.deliver(&mail(1));
    dovecot.deliver(&mail(2));
    until(30, "both are taken", async || house.value(ONCE).await == "2 2 2").await;
    until(10, "the trouble is told", async || house.value("select trouble from mailbox").await.contains("Tidak Ada"))
        .await;
    let (_, found, _) = house.run(&["doctor"]);
    let line = found.lines().find(|line| line.contains("mailbox")).unwrap_or_default();
    assert!(line.starts_with("FAIL") && line.contains("Tidak Ada"), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_opens_the_mailbox() {
    let mut dovecot = Dovecot::start(free_port(), None);
    let house = reading(&dovecot, &[("PULIH_INBOUND__IMAP_DONE", DONE)]).await;
    let finding = |more: &[&str]| {
        let (_, found, told) = house.run(&[&["doctor"], more].concat());
        let line = found.lines().find(|line| line.contains(" mailbox ")).unwrap_or_else(|| panic!("{found} {told}"));
        line.to_owned()
    };
    assert!(finding(&[]).starts_with("ok") && finding(&[]).contains("IDLE"), "{}", finding(&[]));
    let wrong = finding(&["--set", "inbound.imap_username=nobody"]);
    assert!(wrong.starts_with("DOWN") && wrong.contains("signing in"), "{wrong}");
    let guarded = finding(&["--set", "inbound.imap_tls=starttls"]);
    assert!(guarded.starts_with("DOWN") && guarded.contains("STARTTLS"), "{guarded}");
    dovecot.stop();
    assert!(finding(&[]).starts_with("DOWN"), "{}", finding(&[]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_is_read_over_tls_that_an_authority_vouches_for() {
    let (plain, implicit) = (free_port(), free_port());
    let dovecot = Dovecot::guarded(plain, implicit);
    let ca = dovecot.ca();
    let implicit = implicit.to_string();
    let mut house =
        reading(&dovecot, &[("PULIH_INBOUND__IMAP_TLS", "starttls"), ("PULIH_INBOUND__IMAP_CA", &ca)]).await;
    let line = |more: &[&str]| {
        let (_, found, _) = house.run(&[&["doctor"], more].concat());
        found.lines().find(|line| line.contains(" mailbox ")).unwrap_or_default().to_owned()
    };
    assert!(line(&[]).starts_with("ok"), "{}", line(&[]));
    let port = format!("inbound.imap_port={implicit}");
    let at_once = line(&["--set", "inbound.imap_tls=implicit", "--set", &port]);
    assert!(at_once.starts_with("ok"), "{at_once}");
    for untrusted in [
        line(&["--set", "inbound.imap_host=localhost"]),
        line(&["--set", "inbound.imap_ca=/etc/ssl/certs/ca-certificates.crt"]),
    ] {
        assert!(untrusted.starts_with("DOWN") && untrusted.contains("TLS"), "{untrusted}");
    }
    house.serve();
    dovecot.deliver(&mail(1));
    until(20, "it is taken", async || house.value(ONCE).await == "1 1 1").await;
    until(5, "it is seen", async || dovecot.seen() == (1, 1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parsing_says_what_would_be_read_and_judged_and_keeps_nothing() {
    let house = Installation::make(&[]).await;
    let dns = Stub::serving(HashMap::from([(
        "_dmarc.amanah.example".to_owned(),
        Reply::Txt("v=DMARC1; p=reject".to_owned()),
    )]))
    .await;
    let server = dns.address.to_string();
    let parse = |more: &[&str], raw: &[u8]| {
        let command = house.command(&[&["mail", "parse", "--name-server", &server, "--registered"], more].concat());
        feed(command, raw)
    };
    let (code, said, told) = parse(&[], &mail(1));
    assert_eq!(code, 0, "{told}");
    for words in ["From:        Rina <rina1@amanah.example>", "Subject:     Mohon reset 1", "User ID saya AMANAH7."] {
        assert!(said.lines().any(|line| line == words), "{words}: {said}");
    }
    assert!(said.contains("Verdict:     unknown (dkim-none") && said.contains("_dmarc.amanah.example TXT"), "{said}");
    let (code, said, told) = parse(&["--json", "--client", "192.0.2.7", "--sender", "<>"], &mail(1));
    assert_eq!(code, 0, "{told}");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["message"]["subject"], "Mohon reset 1");
    assert_eq!(said["judgement"]["verdict"], "failed", "{said}");
    let (code, _, told) = parse(&[], b"nothing that is a mail");
    assert!(code == 1 && told.contains("no-message"), "{code} {told}");
    assert_eq!(house.value("select count(*) from inbound").await, "0");
}

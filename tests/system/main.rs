//! The real chain on loopback, of Debian's packages: swaks → Postfix with `OpenDKIM` → Dovecot → Pulih, by IMAP and by
//! pipe, and Pulih's letters out through Postfix. `make test-system` runs it; it needs root, as Postfix does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

mod postfix;
#[allow(dead_code, reason = "the chain uses a part of it")]
#[path = "../it/support/mod.rs"]
mod support;

use std::collections::HashMap;
use std::process::Command;
use std::time::Duration;

use postfix::{DOMAIN, PIPED, Postfix, SELECTOR};
use pulih::base::clock;
use support::dns::{Reply, Stub};
use support::dovecot::{Dovecot, USER};
use support::house::{free_port, until};
use support::installation::{Installation, email, user_id};

const VERDICTS: &str = "select coalesce(string_agg(source || ' ' || kind || ' ' || place || ' ' || verdict, ', '
    order by source), '') from inbound where stage = 'read' and from_address = ";
const COUNT: &str = "select count(*) from inbound";

struct Chain {
    house: Installation,
    postfix: Postfix,
    dovecot: Dovecot,
    _dns: Stub,
}

impl Chain {
    async fn start() -> Self {
        assert!(rustix::process::getuid().is_root(), "Postfix needs root: run `make test-system` as root");
        let (imap, lmtp) = (free_port(), free_port());
        let dovecot = Dovecot::start(imap, Some(lmtp));
        let mut postfix = Postfix::plan(lmtp);
        let dns = Stub::serving(HashMap::from([
            (DOMAIN.to_owned(), Reply::Txt("v=spf1 ip4:127.0.0.1 -all".to_owned())),
            (format!("{SELECTOR}._domainkey.{DOMAIN}"), Reply::Txt(postfix.record())),
            (format!("_dmarc.{DOMAIN}"), Reply::Txt("v=DMARC1; p=reject".to_owned())),
        ]))
        .await;
        let servers = format!("[\"{}\"]", dns.address);
        let port = postfix.open.to_string();
        let mut settings = dovecot.environment();
        settings.push(("PULIH_INBOUND__NAME_SERVERS".to_owned(), servers));
        settings.push(("PULIH_SMTP__PORT".to_owned(), port));
        let settings: Vec<(&str, &str)> = settings.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let mut house = Installation::make(&settings).await;
        house.import(3);
        postfix.start(&house).await;
        house.serve();
        house.ready(Duration::from_mins(1)).await;
        Self { house, postfix, dovecot, _dns: dns }
    }

    /// Sends a mail as a mailer does: to a listener whose mails `OpenDKIM` signs, or to one whose mails it does not.
    fn send(&self, signed: bool, sender: &str, from: &str, to: &str, subject: &str) {
        let port = if signed { self.postfix.signing } else { self.postfix.open };
        let out = Command::new("swaks")
            .args(["--server", &format!("127.0.0.1:{port}"), "--helo", &format!("mail.{DOMAIN}"), "--silent", "2"])
            .args(["--from", sender, "--to", to, "--header", &format!("Subject: {subject}")])
            .args(["--h-From", &format!("Orang <{from}>"), "--body", &format!("User ID saya {}.", user_id(0))])
            .output()
            .expect("swaks is missing: apt-get install swaks (or `make setup-system`)");
        assert!(out.status.success(), "{} {}", String::from_utf8_lossy(&out.stdout), self.postfix.log());
    }

    async fn verdicts(&self, from: &str) -> String {
        self.house.value(&format!("{VERDICTS} '{from}'")).await
    }

    /// Waits until the mails of that address are judged so.
    async fn judged(&self, from: &str, as_wanted: &str) {
        let began = clock::instant();
        while self.verdicts(from).await != as_wanted {
            if began.elapsed() > Duration::from_secs(20) {
                let why = self.house.column("select coalesce(judgement::text, stage) from inbound").await;
                panic!("{from}: {:?} instead of {as_wanted:?}: {why:#?}", self.verdicts(from).await);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_goes_the_whole_way_in_and_out() {
    let chain = Chain::start().await;
    let began = clock::instant();
    signed_mail_is_verified_by_both_ways(&chain).await;
    forged_mail_is_not(&chain).await;
    the_same_mail_twice_is_one(&chain).await;
    a_letter_of_ours_arrives(&chain).await;
    a_mail_waits_at_the_mta_while_the_database_is_away(chain).await;
    eprintln!("the chain took {:?}", began.elapsed());
}

async fn signed_mail_is_verified_by_both_ways(chain: &Chain) {
    let (rina, began) = (email(0), clock::instant());
    chain.send(true, &rina, &rina, USER, "Mohon reset TOTP");
    chain.judged(&rina, "imap request queue verified").await;
    let by_imap = began.elapsed();
    chain.send(true, &rina, &rina, PIPED, "Mohon reset TOTP lewat pipa");
    chain.judged(&rina, "imap request queue verified, pipe request queue verified").await;
    eprintln!("judged {by_imap:?} after swaks by IMAP, both within {:?}", began.elapsed());
    let how = "select concat_ws('|', client, envelope_sender, envelope_recipient) from inbound where source = 'pipe'";
    assert_eq!(chain.house.value(how).await, format!("127.0.0.1|{rina}|{PIPED}"));
    let helo = chain.house.value("select helo from inbound where source = 'pipe'").await;
    assert_eq!(helo, format!("mail.{DOMAIN}"));
    let account = "select count(*) from request where channel = 'mail' and account_id is not null";
    assert_eq!(chain.house.value(account).await, "2");
    until(10, "it is seen in the mailbox", async || chain.dovecot.seen() == (1, 1)).await;
}

async fn forged_mail_is_not(chain: &Chain) {
    let budi = email(1);
    chain.send(false, "evil@lain.example", &budi, USER, "Mohon reset TOTP");
    chain.send(false, "evil@lain.example", &budi, PIPED, "Mohon reset TOTP");
    // who handed it over is known by the pipe alone, and without SPF nothing can be proved either way
    chain.judged(&budi, "imap request queue unknown, pipe request quarantine failed").await;
}

async fn the_same_mail_twice_is_one(chain: &Chain) {
    let before = chain.house.value(COUNT).await;
    let (_, raw) = chain.dovecot.mails("").into_iter().next().unwrap();
    chain.dovecot.deliver(&raw);
    until(10, "the copy is seen", async || chain.dovecot.seen() == (3, 3)).await;
    assert_eq!(chain.house.value(COUNT).await, before);
}

async fn a_letter_of_ours_arrives(chain: &Chain) {
    let agus = format!("agus@{DOMAIN}");
    let add =
        ["staff", "add", "agus", "--employee-number", "1", "--name", "Agus", "--role", "admin", "--address", &agus];
    let (code, _, told) = chain.house.run(&add);
    assert_eq!(code, 0, "{told}");
    until(20, "the invitation is in his mailbox", async || !chain.dovecot.mails_of(&agus).is_empty()).await;
    let (_, raw) = chain.dovecot.mails_of(&agus).remove(0);
    let letter = String::from_utf8_lossy(&raw).into_owned();
    assert!(letter.contains("no-reply@lpse.example") && letter.contains("Reply-To"), "{letter}");
    let state = "select string_agg(state || ' ' || server_code, ' ') from letter where kind = 'staff-invite'";
    until(10, "it counts as handed over", async || chain.house.value(state).await == "sent 250").await;
}

async fn a_mail_waits_at_the_mta_while_the_database_is_away(mut chain: Chain) {
    let orang = email(2);
    chain.house.cut_postgres().await;
    chain.send(true, &orang, &orang, PIPED, "Saat basis data mati");
    until(20, "Postfix keeps it", async || chain.postfix.log().contains("status=deferred")).await;
    chain.house.resume_postgres().await;
    chain.postfix.flush();
    // it is taken when Postfix tries again
    chain.judged(&orang, "pipe request queue verified").await;
}

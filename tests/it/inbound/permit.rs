//! Mail-in confirmation: a mail of the owner lets one browser go on, and everything else lets nobody do anything.

use chrono::TimeDelta;
use pulih::actions::inbound::permit::permit;
use pulih::model::inbound::{Automatic, Check, Mailbox, Message, Reason, Verdict};
use pulih::model::permission::permits;
use reqwest::StatusCode;

use crate::support::browser::{Browser, Page};
use crate::support::house::{PASSWORD, TestApp};
use crate::support::sink::{Rule, Stage};

const RINA: &str = "rina@amanah.example";
const EVE: &str = "eve@evil.example";
const NOTICE: &str = "Reset TOTP Diizinkan lewat Email";
const SCHEDULED: &str = "Reset TOTP sudah dijadwalkan";
const FACTOR: &str = "select count(*) from credential c join account a on a.id = c.account_id
    where a.user_id = 'AMANAH7' and c.revoked_at is null";
const STATE: &str = "select state from request where typed_user_id = 'AMANAH7' order by asked_at, id limit 1";

/// People with passwords, and a browser that has asked for Rina's reset.
async fn asked(app: &TestApp) -> Browser {
    app.people_with_passwords().await;
    asked_again(app).await
}

async fn asked_again(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    browser.kirim("AMANAH7", RINA, "penyedia").await;
    app.settle().await;
    browser
}

fn reference(page: &Page) -> String {
    page.path.split("r=").nth(1).unwrap().to_owned()
}

fn permit_path(page: &Page) -> String {
    format!("/requests/{}/permit", reference(page))
}

/// On from the sent page to the opened confirm step.
async fn go_on(browser: &mut Browser) {
    let (sent, path) = (browser.page.path.clone(), permit_path(&browser.page));
    assert!(browser.open(&sent).await.text().contains("Email Anda diterima"), "{}", browser.page.text());
    browser.send(&path, &[]).await.assert_at("/reset-totp/confirm");
    browser.send("/reset-totp/open", &[]).await.assert_at("/reset-totp/confirm");
}

/// The whole way: permitted, gone on, password, OK.
async fn confirmed(app: &TestApp) -> Browser {
    let mut rina = asked(app).await;
    app.permitted(&rina.page, "AMANAH7", RINA).await;
    go_on(&mut rina).await;
    let page = rina.send("/reset-totp/confirm", &[("password", PASSWORD)]).await;
    assert_eq!(page.heading(), SCHEDULED, "{}", page.text());
    rina
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_mail_lets_that_browser_go_on_and_the_reset_waits_an_hour_after_its_notice() {
    let app = TestApp::start().await;
    let mut rina = asked(&app).await;
    let status = format!("/requests/{}", reference(&rina.page));
    app.permitted(&rina.page, "AMANAH7", RINA).await;
    let sent = rina.page.path.clone();
    assert!(rina.open(&status).await.text().contains("Email Anda diterima"));
    rina.open(&sent).await;
    go_on(&mut rina).await;
    assert!(rina.page.text().contains("Email Anda mengizinkan reset ini"), "{}", rina.page.text());
    // the settings ask no password; this way always does
    for wrong in ["", "salah"] {
        let page = rina.send("/reset-totp/confirm", &[("password", wrong)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(rina.send("/reset-totp/confirm", &[("password", PASSWORD)]).await.heading(), SCHEDULED);
    assert_eq!(app.value(STATE).await, "waiting");
    // the way by the link in our own letter is over with it
    let link = app.letter_to(RINA).link("/r/");
    assert_eq!(app.browser().open(&link).await.status, StatusCode::GONE);
    app.settle().await;
    assert_eq!(app.letter_to(RINA).subject, NOTICE);
    app.advance(TimeDelta::minutes(59)).await;
    app.settle().await;
    assert_eq!(app.value(FACTOR).await, "1", "not yet");
    app.advance(TimeDelta::minutes(2)).await;
    app.settle().await;
    assert_eq!((app.value(FACTOR).await, app.value(STATE).await), ("0".into(), "done".into()));
    let done = app.letter_to(RINA);
    assert_eq!(done.subject, "TOTP Berhasil di Reset");
    done.link("/activate/");
    assert_eq!(rina.open("/reset-totp/done").await.heading(), "TOTP Berhasil di Reset");
    let events = app.events().await;
    let ours = ["permission.granted", "permission.used", "link.opened", "reset.scheduled", "reset.executed"];
    let found: Vec<&str> = events.iter().map(String::as_str).filter(|event| ours.contains(event)).collect();
    assert_eq!(found, ours, "{events:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_on_file_gets_the_notice() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let (budi, office) = ("budi@bahtera.example", "kantor@bahtera.example");
    let mut browser = app.browser();
    browser.kirim("BAHTERA8", budi, "non_penyedia").await;
    app.settle().await;
    // only the registered address permits
    let message = app.mail_in(&browser.page, "BAHTERA8", office);
    assert!(app.arrives(&message, &app.signed(&message)).await.is_none());
    assert_eq!(app.refused_why().await, "no-request");
    app.permitted(&browser.page, "BAHTERA8", budi).await;
    go_on(&mut browser).await;
    browser.send("/reset-totp/confirm", &[("password", PASSWORD)]).await;
    app.settle().await;
    for to in [budi, office] {
        let notice = app.letter_to(to);
        assert_eq!(notice.subject, NOTICE);
        notice.link("/not-me/");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_that_is_not_handed_over_holds_the_reset_as_long() {
    let app = TestApp::start().await;
    let _rina = confirmed(&app).await;
    app.sink.script(Rule::at(Stage::Rcpt).to(RINA).answer(451, "4.3.0 try again later"));
    for _ in 0..5 {
        app.settle().await;
        app.advance(TimeDelta::minutes(55)).await;
    }
    assert_eq!((app.value(FACTOR).await, app.value(STATE).await), ("1".into(), "waiting".into()));
    app.sink.unscript();
    app.advance(TimeDelta::hours(2)).await;
    app.settle().await;
    assert_eq!(app.letter_to(RINA).subject, NOTICE);
    assert_eq!(app.value(FACTOR).await, "1", "the hour begins only now");
    let due = "select due_at > pulih.now() + interval '59 min' from request where state = 'waiting'";
    assert_eq!(app.value(due).await, "t", "and the page says so");
    app.advance(TimeDelta::minutes(61)).await;
    app.settle().await;
    assert_eq!(app.value(FACTOR).await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_that_is_refused_or_comes_back_ends_it_and_calls_the_desk() {
    for later in [false, true] {
        let app = TestApp::start().await;
        let _rina = confirmed(&app).await;
        if later {
            app.settle().await;
            // as a report about it does
            app.sql(&format!("update address set suspect = true where folded = '{RINA}'")).await;
        } else {
            app.sink.script(Rule::at(Stage::Rcpt).to(RINA).answer(550, "5.1.1 no such user"));
            app.settle().await;
        }
        app.advance(TimeDelta::hours(30)).await;
        app.settle().await;
        assert_eq!((app.value(FACTOR).await, app.value(STATE).await), ("1".into(), "cancelled".into()));
        let queued = app.value("select queue_reason from request where state = 'cancelled'").await;
        assert_eq!(queued, "undeliverable");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_stops_it_within_the_hour() {
    let app = TestApp::start().await;
    let mut eve = confirmed(&app).await;
    app.settle().await;
    let mut rina = app.browser();
    rina.open(&app.letter_to(RINA).link("/not-me/")).await;
    rina.send("/not-me", &[]).await;
    assert_eq!(rina.send("/not-me/confirm", &[]).await.heading(), "Sudah kami hentikan");
    app.advance(TimeDelta::hours(30)).await;
    app.settle().await;
    assert_eq!((app.value(FACTOR).await, app.value(STATE).await), ("1".into(), "cancelled".into()));
    assert_ne!(eve.open("/reset-totp/done").await.heading(), "TOTP Berhasil di Reset");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_password_it_waits_a_day_and_a_longer_delay_holds() {
    for (delay_hours, password, hours) in [(0, false, 24), (48, true, 48), (48, false, 48)] {
        let app = TestApp::with(|plan| plan.config.reset.delay_hours = delay_hours).await;
        app.people().await;
        if password {
            app.give_passwords().await;
        }
        let mut rina = asked_again(&app).await;
        app.permitted(&rina.page, "AMANAH7", RINA).await;
        go_on(&mut rina).await;
        let typed = if password { vec![("password", PASSWORD)] } else { vec![] };
        assert_eq!(rina.send("/reset-totp/confirm", &typed).await.heading(), SCHEDULED);
        app.settle().await;
        app.advance(TimeDelta::hours(hours) - TimeDelta::minutes(1)).await;
        app.settle().await;
        assert_eq!(app.value(FACTOR).await, "1", "{hours} h are not over");
        app.advance(TimeDelta::minutes(2)).await;
        app.settle().await;
        assert_eq!(app.value(FACTOR).await, "0");
        app.end().await;
    }
}

/// A change to a right mail.
type Change = fn(&mut Message);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_with_any_flaw_permits_nothing() {
    let app = TestApp::start().await;
    let mut rina = asked(&app).await;
    let right = app.mail_in(&rina.page, "AMANAH7", RINA);
    let to = |address: &str| Mailbox { name: String::new(), address: address.to_owned() };
    let table: &[(&str, Change)] = &[
        // the victim answers a mail that quotes the code, with a subject made to look like the form
        ("answer", |m| m.answers = vec!["bait@evil.example".to_owned()]),
        ("subject", |m| m.subject = format!("Re: {}", m.subject)),
        ("subject", |m| m.subject = format!("Fwd: {}", m.subject)),
        ("subject", |m| (m.text, m.subject) = (format!("> {}", m.subject), "Pertanyaan".to_owned())),
        // an autoresponder sends it back
        ("automatic", |m| m.automatic = Some(Automatic::AutoSubmitted)),
        ("date", |m| m.date = m.date.map(|date| date - TimeDelta::minutes(31))),
        ("message-id", |m| m.message_id = None),
        ("no-request", |m| m.subject = m.subject.replace("AMANAH7", "BAHTERA8")),
        ("no-request", |m| m.subject = format!("0000-0000{}", &m.subject[9..])),
    ];
    for (why, change) in table {
        let mut message = right.clone();
        change(&mut message);
        assert!(app.arrives(&message, &app.signed(&message)).await.is_none());
        assert_eq!(&app.refused_why().await, why);
    }
    for (to, cc) in [
        (vec![to(EVE)], vec![]),
        (vec![to("helpdesk@lpse.example"), to(EVE)], vec![]),
        (right.to.clone(), vec![to(EVE)]),
    ] {
        let message = Message { to, cc, ..right.clone() };
        assert!(app.arrives(&message, &app.signed(&message)).await.is_none());
        assert_eq!(app.refused_why().await, "to");
    }
    for header in ["from", "to", "subject", "date"] {
        let mut judgement = app.signed(&right);
        judgement.signatures[0].covers.retain(|covered| covered != header);
        assert!(app.arrives(&right, &judgement).await.is_none(), "{header} is not signed");
        assert_eq!(app.refused_why().await, "unsigned");
    }
    let sent = rina.page.path.clone();
    assert!(!rina.open(&sent).await.text().contains("Email Anda diterima"));
    assert_eq!(app.value("select count(*) from permission").await, "0");
    assert!(app.arrives(&right, &app.signed(&right)).await.is_some(), "the same mail without a flaw does");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_sender_permits_nothing() {
    let app = TestApp::start().await;
    let eve = asked(&app).await;
    let message = app.mail_in(&eve.page, "AMANAH7", RINA);
    let mut forged = app.signed(&message);
    (forged.verdict, forged.reasons, forged.signatures) = (Verdict::Unknown, vec![Reason::DkimNone], Vec::new());
    assert!(app.arrives(&message, &forged).await.is_none());
    // signed by somebody else's domain
    let mut foreign = app.signed(&message);
    (foreign.signatures[0].domain, foreign.signatures[0].aligned) = ("evil.example".to_owned(), false);
    assert!(app.arrives(&message, &foreign).await.is_none());
    let mut broken = app.signed(&message);
    broken.signatures[0].check = Check::Fail;
    assert!(app.arrives(&message, &broken).await.is_none());
    assert_eq!(app.refused_why().await, "unsigned");
    // her own domain signs her own mail: it is nobody's registered address
    let own = app.mail_in(&eve.page, "AMANAH7", EVE);
    assert!(app.arrives(&own, &app.signed(&own)).await.is_none());
    assert_eq!(app.refused_why().await, "no-request");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_permits_once() {
    let app = TestApp::start().await;
    let rina = asked(&app).await;
    let message = app.mail_in(&rina.page, "AMANAH7", RINA);
    let first = app.arrives(&message, &app.signed(&message)).await.unwrap();
    // its reader ended before it could say so, and reads it again
    let claim = permits(&message, &app.signed(&message), "helpdesk@lpse.example", app.app.clock().now());
    let again = permit(&app.app, first.mail, claim).await.unwrap().unwrap();
    assert_eq!((again.request, again.account), (first.request, first.account));
    // injected again, with other bytes around it
    assert!(app.arrives(&message, &app.signed(&message)).await.is_none());
    assert_eq!(app.refused_why().await, "repeated");
    // under another Message-ID that nobody signed
    let renamed = Message { message_id: Some("other@evil.example".to_owned()), ..message.clone() };
    assert!(app.arrives(&renamed, &app.signed(&renamed)).await.is_none());
    assert_eq!(app.refused_why().await, "again");
    // with the code of the next request: that Message-ID has had its turn
    app.advance(TimeDelta::minutes(2)).await;
    let next = asked_again(&app).await;
    let replayed = Message { message_id: message.message_id.clone(), ..app.mail_in(&next.page, "AMANAH7", RINA) };
    assert!(app.arrives(&replayed, &app.signed(&replayed)).await.is_none());
    assert_eq!(app.refused_why().await, "repeated");
    assert_eq!(app.value("select count(*) from permission").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_of_one_browser_moves_no_other() {
    let app = TestApp::start().await;
    let mut eve = asked(&app).await;
    app.advance(TimeDelta::minutes(2)).await;
    let rina = asked_again(&app).await;
    assert_ne!(eve.page.permission_code(), rina.page.permission_code());
    app.permitted(&rina.page, "AMANAH7", RINA).await;
    let (sent, own, others) = (eve.page.path.clone(), permit_path(&eve.page), permit_path(&rina.page));
    assert!(!eve.open(&sent).await.text().contains("Email Anda diterima"));
    let csrf = eve.page.form("/reset-totp/resend").value("csrf").to_owned();
    let fields = [("csrf".to_owned(), csrf)];
    assert_eq!(eve.press(&others, &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!(eve.press(&own, &fields).await.header("location"), sent);
    assert_eq!(app.value("select count(*) from link where kind = 'permit'").await, "0");
    assert!(
        !app.events().await.iter().any(|event| event.starts_with("permission.used")),
        "nothing was refused, nothing done"
    );
    // even the token of that link, in another browser, confirms nothing
    let mut rina = rina;
    go_on(&mut rina).await;
    eve.plant("pulih_link", &rina.cookie("pulih_link").unwrap());
    eve.open("/reset-totp/confirm").await;
    let page = eve.send("/reset-totp/confirm", &[("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text());
    app.settle().await;
    assert_eq!(app.value(FACTOR).await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_tricked_into_writing_is_still_guarded_by_the_password() {
    let app = TestApp::start().await;
    let mut eve = asked(&app).await;
    // the victim writes the attacker's code, with the sentence and their own User ID
    app.permitted(&eve.page, "AMANAH7", RINA).await;
    let (sent, path) = (eve.page.path.clone(), permit_path(&eve.page));
    go_on(&mut eve).await;
    let ok = eve.page.form("/reset-totp/confirm");
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(eve.post("/reset-totp/confirm", &ok.filled(&[("password", "salah")])).await.status.as_u16());
    }
    assert_eq!(answers, [422, 422, 422, 422, 409]);
    // going on again leads to the same link with the same count
    eve.open(&sent).await;
    eve.send(&path, &[]).await.assert_at("/reset-totp/confirm");
    assert_eq!(eve.send("/reset-totp/open", &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(app.value("select count(*) from link where kind = 'permit'").await, "1");
    assert_eq!((app.value(FACTOR).await, app.value("select max(tries) from link").await), ("1".into(), "5".into()));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_password_alone_permits_nothing() {
    let app = TestApp::start().await;
    let mut eve = asked(&app).await;
    let (sent, path) = (eve.page.path.clone(), permit_path(&eve.page));
    let csrf = eve.page.form("/reset-totp/resend").value("csrf").to_owned();
    let answer = eve.press(&path, &[("csrf".to_owned(), csrf.clone())]).await;
    assert_eq!(answer.header("location"), sent);
    let page = eve
        .post("/reset-totp/confirm", &[("csrf".to_owned(), csrf), ("password".to_owned(), PASSWORD.to_owned())])
        .await;
    assert_eq!(page.status, StatusCode::GONE, "there is no link here: {}", page.text());
    assert_eq!((app.value(FACTOR).await, app.value(STATE).await), ("1".into(), "mailed".into()));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permission_lives_half_an_hour() {
    let app = TestApp::start().await;
    let mut rina = asked(&app).await;
    let (sent, path) = (rina.page.path.clone(), permit_path(&rina.page));
    app.permitted(&rina.page, "AMANAH7", RINA).await;
    rina.open(&sent).await;
    rina.send(&path, &[]).await.assert_at("/reset-totp/confirm");
    app.advance(TimeDelta::minutes(31)).await;
    assert_eq!(rina.send("/reset-totp/open", &[]).await.status, StatusCode::GONE);
    assert!(!rina.open(&sent).await.text().contains("Email Anda diterima"));
    app.sweep().await;
    assert_eq!(app.value("select end_reason from link where kind = 'permit'").await, "expired");
    assert_eq!(app.value(STATE).await, "mailed", "the link in our letter goes on");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_reset_is_not_permitted() {
    for bar in [
        "update account set status = 'locked', locked_reason = 'x'",
        "update account set protected = true",
        "update account set resets_held_until = pulih.now() + interval '1 day'",
        "update address set suspect = true",
        "insert into frozen (scope, reason) values ('web', 'x')",
        "update credential set revoked_at = pulih.now(), sealed_secret = null",
    ] {
        let app = TestApp::start().await;
        let mut rina = asked(&app).await;
        let message = app.mail_in(&rina.page, "AMANAH7", RINA);
        app.sql(bar).await;
        assert!(app.arrives(&message, &app.signed(&message)).await.is_none(), "{bar}");
        assert_eq!(app.refused_why().await, "account", "{bar}");
        let path = permit_path(&rina.page);
        let csrf = rina.page.form("/reset-totp/resend").value("csrf").to_owned();
        rina.post(&path, &[("csrf".to_owned(), csrf)]).await;
        assert_eq!(app.value("select count(*) from link where kind = 'permit'").await, "0", "{bar}");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_barred_meanwhile_is_not_gone_on_with() {
    for (bar, refused) in [
        ("update account set status = 'locked', locked_reason = 'x'", "permission.used!not-possible-now"),
        ("update account set protected = true", "permission.used!not-possible-now"),
    ] {
        let app = TestApp::start().await;
        let mut rina = asked(&app).await;
        app.permitted(&rina.page, "AMANAH7", RINA).await;
        let (sent, path) = (rina.page.path.clone(), permit_path(&rina.page));
        rina.open(&sent).await;
        app.sql(bar).await;
        assert_eq!(rina.send(&path, &[]).await.status, StatusCode::CONFLICT);
        assert!(app.events().await.contains(&refused.to_owned()), "{:?}", app.events().await);
        app.end().await;
    }
    // protected after the page was opened
    let app = TestApp::start().await;
    let mut rina = asked(&app).await;
    app.permitted(&rina.page, "AMANAH7", RINA).await;
    go_on(&mut rina).await;
    app.sql("update account set protected = true").await;
    assert_eq!(rina.send("/reset-totp/confirm", &[("password", PASSWORD)]).await.status, StatusCode::CONFLICT);
    assert_eq!(app.value("select count(*) from request where state = 'waiting'").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_it_is_switched_off_no_page_asks_for_it() {
    let app = TestApp::with(|plan| plan.config.inbound.permission = false).await;
    let rina = asked(&app).await;
    assert_eq!(rina.page.permission_code(), None);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_leaves_behind_does_not_stop_the_cleaning() {
    let app = TestApp::start().await;
    let _rina = confirmed(&app).await;
    app.settle().await;
    app.advance(TimeDelta::hours(2)).await;
    app.settle().await;
    app.advance(TimeDelta::days(60)).await;
    while pulih::workers::sweeper::tidy(&app.app).await.unwrap() {}
    assert_eq!(app.value("select count(*) from letter where kind = 'permitted'").await, "0");
    assert_eq!(app.value("select count(*) from permission where letter_id is null").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_english_page_asks_for_an_english_sentence() {
    let app = TestApp::start().await;
    let rina = asked(&app).await;
    let mut message = app.mail_in(&rina.page, "AMANAH7", RINA);
    message.subject = message.subject.replace("Saya mengizinkan reset TOTP akun", "I permit the TOTP reset of account");
    assert!(app.arrives(&message, &app.signed(&message)).await.is_some());
    app.end().await;
}

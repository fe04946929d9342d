//! Every way in which a permission by mail could be misused, and what stands in the way.

use chrono::TimeDelta;
use pulih::actions::inbound::go_on::go_on;
use pulih::actions::inbound::permit::permit;
use pulih::model::inbound::{Automatic, Check, Mailbox, Message, Reason, Verdict};
use pulih::model::permission::{Claim, permits};
use reqwest::StatusCode;

use super::{FACTOR, RINA, STATE, asked, asked_again, permit_path, reference};
use crate::support::acts::at_once;
use crate::support::house::{PASSWORD, TestApp};

const EVE: &str = "eve@evil.example";

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
    super::go_on(&mut rina).await;
    eve.plant("pulih_link", &rina.cookie("pulih_link").unwrap());
    eve.open("/reset-totp/confirm").await;
    let page = eve.send("/reset-totp/confirm", &[("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text());
    app.settle().await;
    assert_eq!(app.value(FACTOR).await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_link_is_none_that_was_mailed() {
    let app = TestApp::start().await;
    let mut rina = asked(&app).await;
    let status = format!("/requests/{}", reference(&rina.page));
    app.permitted(&rina.page, "AMANAH7", RINA).await;
    super::go_on(&mut rina).await;
    let mut eve = app.browser();
    eve.plant("pulih_link", &rina.cookie("pulih_link").unwrap());
    assert_eq!(eve.open(&status).await.status, StatusCode::NOT_FOUND, "its holder has read no letter");
    assert_eq!(rina.open(&status).await.status, StatusCode::OK, "the browser that asked has asked");

    app.advance(TimeDelta::hours(2)).await;
    app.sweep().await;
    let csrf = rina.open("/reset-totp").await.form("/reset-totp").value("csrf").to_owned();
    let page = rina.open("/reset-totp/confirm").await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.forms().iter().all(|form| form.action != "/reset-totp/reissue"), "{}", page.text());
    let link = app.value("select id from link where kind = 'permit'").await;
    rina.post("/reset-totp/reissue", &[("csrf".into(), csrf), ("link".into(), link)]).await;
    assert_eq!(app.told("link.reissued!not-possible-now").await, 1);
    assert_eq!(app.value("select count(*) from link where kind = 'reset'").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_tricked_into_writing_is_still_guarded_by_the_password() {
    let app = TestApp::start().await;
    let mut eve = asked(&app).await;
    // the victim writes the attacker's code, with the sentence and their own User ID
    app.permitted(&eve.page, "AMANAH7", RINA).await;
    let (sent, path) = (eve.page.path.clone(), permit_path(&eve.page));
    super::go_on(&mut eve).await;
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
    super::go_on(&mut rina).await;
    app.sql("update account set protected = true").await;
    assert_eq!(rina.send("/reset-totp/confirm", &[("password", PASSWORD)]).await.status, StatusCode::CONFLICT);
    assert_eq!(app.value("select count(*) from request where state = 'waiting'").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_mails_and_presses_at_once_one_counts() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    app.ask("AMANAH7", RINA).await.unwrap();
    app.settle().await;
    app.warm().await;
    let request = app.id("select id from request").await;
    let mut mails = Vec::new();
    for _ in 0..6 {
        mails.push(app.kept_mail().await);
    }
    let granted = at_once(mails.len(), |i| {
        let (app, mail) = (app.app.clone(), mails[i]);
        let claim = Claim {
            code: app.permission_code(request),
            user_id: "amanah7".to_owned(),
            from: RINA.to_owned(),
            message_id: format!("{i}@amanah.example"),
        };
        async move { permit(&app, mail, Ok(claim)).await.unwrap().is_some() }
    })
    .await;
    assert_eq!(granted.into_iter().filter(|granted| *granted).count(), 1);
    let links = at_once(6, |_| {
        let app = app.app.clone();
        async move { go_on(&app, request, &[1; 32]).await.unwrap().unwrap() }
    })
    .await;
    assert!(links.iter().all(|link| *link == links[0]), "{links:?}");
    let used = app.events().await.iter().filter(|event| *event == "permission.used").count();
    assert_eq!((used, app.value("select count(*) from permission").await.as_str()), (1, "1"));
    app.end().await;
}

//! A relay that misbehaves: each answer has its retry or its stop, and others are not held up.

use std::time::Duration;

use chrono::TimeDelta;
use pulih::base::clock;
use pulih::config::MailTls;

use crate::support::house::{TestApp, until};
use crate::support::sink::{Act, Offer, Rule, Sink, Stage};

const RINA: &str = "rina@amanah.example";
const BUDI: &str = "budi@bahtera.example";

/// Rina's and Budi's letters are due.
async fn both_ask(app: &TestApp) {
    app.people().await;
    app.browser().kirim("AMANAH7", RINA, "penyedia").await;
    app.browser().kirim("BAHTERA8", BUDI, "non_penyedia").await;
    app.resolve().await;
}

/// Letter and request of Rina, in words.
async fn rinas(app: &TestApp) -> String {
    app.value(
        "select concat_ws(' ', l.state, l.attempts, l.class, l.server_code, r.state, r.queue_reason)
        from letter l join request r on r.id = l.request_id join account a on a.id = l.account_id
        where a.user_id = 'AMANAH7' and l.kind = 'link'",
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refusal_has_its_retry_or_its_stop() {
    let for_now = [(Stage::Rcpt, 421), (Stage::Rcpt, 450), (Stage::Data, 451), (Stage::Dot, 421), (Stage::Dot, 452)];
    let for_good = [(Stage::Rcpt, 550), (Stage::Rcpt, 552), (Stage::Data, 554), (Stage::Dot, 552)];
    for (stage, code) in for_now {
        let app = TestApp::start().await;
        app.sink.script(Rule::at(stage).answer(code, "4.2.0 not now").to(RINA).times(2));
        both_ask(&app).await;
        app.settle().await;
        assert_eq!(rinas(&app).await, format!("queued 1 temporary {code} sending"), "{stage:?}");
        assert_eq!(app.letter_to(BUDI).subject, "Konfirmasi Permintaan Reset TOTP");
        app.advance(TimeDelta::seconds(29)).await;
        app.settle().await;
        assert_eq!(rinas(&app).await, format!("queued 1 temporary {code} sending"), "{stage:?}: too early");
        for wait in [2, 61] {
            app.advance(TimeDelta::seconds(wait)).await;
            app.settle().await;
        }
        assert_eq!(rinas(&app).await, "sent 3 temporary 250 mailed", "{stage:?} {code}");
        assert_eq!(app.letters().len(), 2);
        app.end().await;
    }
    for (stage, code) in for_good {
        let app = TestApp::start().await;
        app.sink.script(Rule::at(stage).answer(code, "5.1.1 no such mailbox").to(RINA));
        both_ask(&app).await;
        app.settle().await;
        assert_eq!(rinas(&app).await, format!("failed 1 {code} undeliverable undeliverable"), "{stage:?} {code}");
        assert_eq!(app.value("select server_text from letter where state = 'failed'").await, "5.1.1 no such mailbox");
        assert_eq!(app.events().await.iter().filter(|kind| *kind == "mail.failed").count(), 1);
        assert_eq!(app.letter_to(BUDI).subject, "Konfirmasi Permintaan Reset TOTP");
        app.advance(TimeDelta::hours(2)).await;
        app.settle().await;
        assert_eq!(app.letters().len(), 1, "it is not tried again");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_off_before_its_answer_comes_again_under_the_same_name() {
    let app = TestApp::start().await;
    app.sink.script(Rule::at(Stage::Dot).close().to(RINA).once());
    both_ask(&app).await;
    app.settle().await;
    assert_eq!(rinas(&app).await, "queued 1 temporary sending");
    app.advance(TimeDelta::seconds(31)).await;
    app.settle().await;
    assert_eq!(rinas(&app).await, "sent 2 temporary 250 mailed");
    let (first, second) = (app.sink.unanswered(), app.sink.mails_to(RINA));
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_eq!(first[0].message_id(), second[0].message_id());
    // whoever got both copies holds one and the same link
    let link = app.link_to(RINA, "/r/");
    assert!(crate::support::letters::read(&first[0]).text.contains(&link));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_trustworthy_tls_letters_wait() {
    for (offer, what) in
        [(Offer::plain(), "stripped"), (Offer::starttls(), "unknown"), (Offer::wrong_name(), "wrong name")]
    {
        let sink = Sink::offering(offer).await;
        let mut app = TestApp::with(|plan| {
            plan.config.smtp.tls = MailTls::Starttls;
            plan.sink = Some(sink);
        })
        .await;
        app.leave_letters();
        both_ask(&app).await;
        app.settle().await;
        assert_eq!(rinas(&app).await, "queued 1 tls sending", "{what}");
        app.advance(TimeDelta::seconds(121)).await;
        app.settle().await;
        assert_eq!(rinas(&app).await, "queued 2 tls sending", "{what}");
        assert!(app.sink.mails().is_empty() && app.sink.unanswered().is_empty(), "{what}: nothing crossed in plain");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_byte_a_second_holds_up_no_other_letter() {
    let app = TestApp::with(|plan| {
        plan.config.smtp.timeout_seconds = 4;
        plan.workers = true;
    })
    .await;
    app.people().await;
    app.sink.script(Rule::at(Stage::Rcpt).act(Act::Drip(Duration::from_secs(1))).to(RINA).once());
    app.browser().kirim("AMANAH7", RINA, "penyedia").await;
    until(20, "the slow one is under way", async || app.value("select max(attempts) from letter").await == "1").await;
    let began = clock::instant();
    app.browser().kirim("BAHTERA8", BUDI, "non_penyedia").await;
    app.sink.wait_for(1, Duration::from_secs(20)).await;
    assert_eq!(app.letter_to(BUDI).subject, "Konfirmasi Permintaan Reset TOTP");
    // the slow one is given up after 4 s of patience and a retry comes 30 s later: had Budi waited for it, he would have
    // waited longer than that
    assert!(rinas(&app).await.starts_with("leased 1") || began.elapsed() > Duration::from_secs(4));
    until(30, "the slow one is given up for now", async || rinas(&app).await == "queued 1 temporary sending").await;
    app.advance(TimeDelta::seconds(31)).await;
    app.sink.wait_for(2, Duration::from_secs(20)).await;
    until(20, "it is recorded", async || rinas(&app).await == "sent 2 temporary 250 mailed").await;
    app.end().await;
}

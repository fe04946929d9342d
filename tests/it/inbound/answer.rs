//! Answers and acknowledgements: to the registered address, by hand to a stranger, never to a machine.

use chrono::TimeDelta;
use pulih::model::inbound::{Box, Kind, Verdict};
use reqwest::StatusCode;

use crate::support::house::TestApp;
use crate::support::mailed::Mailed;

fn stranger() -> Mailed {
    Mailed::of("Eve <eve@lain.example>", "Subject: reset\r\n", "Saya lupa.")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_answered_by_hand_and_in_their_thread() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&stranger()).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let path = format!("/staff/mail/{mail}");
    let answer = format!("{path}/answer");
    rina.browser.open(&path).await;
    let canned = app.value("select id from canned where name = 'Bukan email terdaftar'").await;
    let filled = rina.browser.send(&answer, &[("canned", &canned), ("step", "fill")]).await;
    assert!(filled.text().contains("Demi keamanan"), "{}", filled.text());
    let wrong = rina.browser.send(&answer, &[("text", "Halo {alamat}"), ("step", "preview")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = [("text", "Tentang {referensi}: tulis dari email terdaftar.")];
    let look = rina.browser.send(&answer, &[text[0], ("step", "preview")]).await;
    assert!(look.text().contains("Ini yang akan dikirim"), "{}", look.text());
    assert_eq!(app.value("select count(*) from letter").await, "0", "it is looked at first");
    rina.browser.send(&answer, &[text[0], ("step", "send")]).await;
    app.settle().await;
    let letter = app.letter_to("eve@lain.example");
    let case = app.case_of(mail).await;
    let reference = app.of_case(case, "reference").await;
    assert!(
        letter.subject.contains(&reference) && letter.text.contains(&format!("Tentang {reference}")),
        "{}",
        letter.text
    );
    assert!(!letter.text.contains("AMANAH7") && !letter.text.contains("/not-me/"), "{}", letter.text);
    let id = app.value("select message_id from inbound").await;
    assert!(String::from_utf8_lossy(&letter.raw).contains(&format!("In-Reply-To: <{id}>")));
    let registered =
        app.value("select body::jsonb -> 'facts' ->> 'registered' from event where kind = 'inbound.answered'").await;
    assert_eq!(registered, "false");
    assert!(rina.case(case).await.text().contains("Tentang"), "what was written stands in the case");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_and_ourselves_and_who_is_known_are_not_answered_so() {
    let app = TestApp::start().await;
    app.people().await;
    let robot = Mailed::of("eve@lain.example", "Auto-Submitted: auto-replied\r\nSubject: x\r\n", "x");
    let several = Mailed::of("a@lain.example, b@lain.example", "Subject: x\r\n", "x");
    let ours = Mailed::of("Helpdesk@LPSE.example", "Subject: x\r\n", "x");
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let good = app.mailed(&stranger()).await;
    rina.browser.open(&format!("/staff/mail/{good}")).await;
    let form = rina.browser.page.form(&format!("/staff/mail/{good}/answer"));
    for mail in [robot, several, ours, Mailed::verified()] {
        let mail = app.mailed(&mail).await;
        let page = rina.browser.open(&format!("/staff/mail/{mail}")).await;
        let action = format!("/staff/mail/{mail}/answer");
        assert!(!page.body.contains(&action), "{}", page.text());
        // who sends the form all the same
        let fields = form.filled(&[("text", "Halo"), ("step", "send")]);
        assert_eq!(rina.browser.press(&action, &fields).await.status, StatusCode::CONFLICT);
    }
    assert_eq!(app.value("select count(*) from letter").await, "0");
    assert_eq!(app.told("inbound.answered!not-possible-now").await, 4);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_within_the_case_answers_the_mail_of_its_person() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed::verified()).await;
    let case = app.case_of(mail).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.case(case).await;
    rina.act(case, "reply", &[("text", "Halo {nama}."), ("step", "send")]).await;
    app.settle().await;
    let letter = app.letter_to("rina@amanah.example");
    let id = app.value("select message_id from inbound").await;
    assert!(String::from_utf8_lossy(&letter.raw).contains(&format!("In-Reply-To: <{id}>")));
    assert!(letter.subject.contains(&app.of_case(case, "reference").await));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registered_sender_is_acknowledged_once_a_day_whatever_comes() {
    let app = TestApp::start().await;
    app.people().await;
    let asking = Mailed { acknowledged: true, ..Mailed::rina() };
    let again = || Mailed { raw: Mailed::rina().raw, ..asking.clone() };
    app.mailed(&asking).await;
    let letter = app.letter_to("rina@amanah.example");
    let raw = String::from_utf8_lossy(&letter.raw).into_owned();
    assert!(raw.contains("Auto-Submitted: auto-replied") && raw.contains("In-Reply-To: <"), "{raw}");
    assert!(letter.text.contains("Jangan kirim password") && letter.text.contains("R-"), "{}", letter.text);
    assert!(
        !letter.text.contains("AMANAH7") && !letter.text.contains("HP saya hilang"),
        "nothing of the mail: {}",
        letter.text
    );
    // an autoresponder that does not say that it is one answers each of ours
    for _ in 0..5 {
        app.mailed(&again()).await;
    }
    assert_eq!(app.letters().len(), 1, "one a day");
    app.advance(TimeDelta::hours(25)).await;
    app.mailed(&again()).await;
    assert_eq!(app.letters().len(), 2);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_is_acknowledged() {
    let app = TestApp::start().await;
    app.people().await;
    let asking = Mailed { acknowledged: true, ..Mailed::rina() };
    let list = Mailed::of("rina@amanah.example", "List-Id: <a.example>\r\nSubject: x\r\n", "x");
    for mail in [
        Mailed { acknowledged: true, ..stranger() },
        Mailed { verdict: Verdict::Failed, ..asking.clone() },
        Mailed { kind: Kind::Automatic, place: Box::Quarantine, raw: Mailed::rina().raw, ..asking.clone() },
        Mailed { acknowledged: true, ..list },
        Mailed { acknowledged: true, ..Mailed::of("kantor@bahtera.example", "Subject: x\r\n", "x") },
    ] {
        app.mailed(&mail).await;
    }
    assert_eq!(app.value("select count(*) from letter").await, "0");
    app.end().await;
}

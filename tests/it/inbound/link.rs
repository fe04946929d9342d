//! The link for a mailed request: one click, to the registered address, whoever wrote.

use pulih::model::inbound::Verdict;
use reqwest::StatusCode;

use crate::support::house::TestApp;
use crate::support::mailed::Mailed;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_click_sends_the_link_and_the_case_closes_itself() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed::verified()).await;
    assert_eq!(app.value("select count(*) from letter").await, "0", "no verdict sends a letter by itself");
    let case = app.case_of(mail).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.case(case).await;
    let page = rina.browser.send(&format!("/staff/mail/{mail}/link"), &[]).await;
    assert!(page.text().contains("Tautan sedang dikirim ke email terdaftar"), "{}", page.text());
    assert!(!page.body.contains("/r/"), "the desk sees no link");
    app.settle().await;
    assert_eq!(app.of_mailed(mail, "state").await, "mailed");
    let letter = app.letter_to("rina@amanah.example");
    let raw = String::from_utf8_lossy(&letter.raw).into_owned();
    let id = app.value("select message_id from inbound").await;
    assert!(raw.contains(&format!("In-Reply-To: <{id}>")) && raw.contains(&format!("References: <{id}>")), "{raw}");
    app.browser().reset(&letter.link("/r/")).await;
    app.settle().await;
    assert_eq!(app.of_mailed(mail, "state").await, "done");
    assert_eq!(app.of_case(case, "outcome").await, "reset");
    let events = app.events().await;
    let expected = ["inbound.read", "case.opened", "inbound.linked", "mail.accepted", "link.opened", "reset.confirmed"];
    let mut left = events.iter();
    for kind in expected {
        assert!(left.any(|event| event == kind), "{kind} in its turn: {events:?}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_weak_proof_asks_why_and_the_link_never_goes_to_who_wrote() {
    let app = TestApp::start().await;
    app.people().await;
    for verdict in [Verdict::Check, Verdict::Failed, Verdict::Unknown] {
        let forged =
            Mailed::of("Rina <rina@arnanah.example>", "Reply-To: eve@evil.example\r\nSubject: reset\r\n", "AMANAH7");
        let mail = app.mailed(&Mailed { verdict, matches: vec![("AMANAH7", "user-id")], ..forged }).await;
        let mut officer = app.officer(verdict.code(), &["helpdesk"]).await;
        let path = format!("/staff/mail/{mail}");
        officer.browser.open(&path).await;
        officer.browser.send(&format!("{path}/place"), &[]).await;
        let missing = officer.browser.send(&format!("{path}/link"), &[("note", " ")]).await;
        assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(missing.text().contains("Tulis alasannya dulu"), "{}", missing.text());
        officer.browser.open(&path).await;
        officer.browser.send(&format!("{path}/link"), &[("note", "Ditelepon balik ke nomor di berkas")]).await;
        let case = app.case_of(mail).await;
        assert!(officer.case(case).await.text().contains("Ditelepon balik"), "the desk reads why");
        app.settle().await;
        let letters = app.letters();
        assert!(
            letters.iter().all(|letter| letter.to == "rina@amanah.example"),
            "{verdict:?}: only the registered address"
        );
        let raw = String::from_utf8_lossy(&letters.last().unwrap().raw).into_owned();
        assert!(!raw.contains("In-Reply-To"), "a letter to somebody else is no answer to a stranger's mail: {raw}");
    }
    assert_eq!(app.told("inbound.linked").await, 3);
    let note = app.value("select p.details ->> 'note' from event e join event_personal p on p.event_id = e.id where kind = 'inbound.linked' limit 1").await;
    assert!(note.contains("Ditelepon"), "{note}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_of_a_reset_stands_in_the_way_of_its_link() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed::verified()).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let path = format!("/staff/mail/{mail}");
    for (set, unset) in [
        (
            "update account set status = 'locked', locked_reason = 'x'",
            "update account set status = 'active', locked_reason = null",
        ),
        ("update account set protected = true", "update account set protected = false"),
        (
            "update account set resets_held_until = pulih.now() + interval '1 h'",
            "update account set resets_held_until = null",
        ),
        ("insert into frozen (scope, reason) values ('penyedia', 'x')", "delete from frozen"),
    ] {
        app.sql(set).await;
        rina.browser.open(&path).await;
        let page = rina.browser.send(&format!("{path}/link"), &[]).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{set}: {}", page.text());
        app.sql(unset).await;
    }
    assert_eq!(app.told("inbound.linked!not-possible-now").await, 4);
    assert_eq!(app.value("select count(*) from letter").await, "0");
    rina.browser.open(&path).await;
    let form = rina.browser.page.form(&format!("{path}/link"));
    assert_eq!(rina.browser.press(&form.action, &form.fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        rina.browser.press(&form.action, &form.fields).await.status,
        StatusCode::CONFLICT,
        "pressed twice: one link"
    );
    assert_eq!(app.value("select count(*) from letter").await, "1");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_case_has_no_way_around_the_note() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed { certain: Some("AMANAH7"), ..Mailed::rina() }).await;
    let case = app.case_of(mail).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.case(case).await;
    let link = format!("/staff/requests/{case}/link");
    assert!(!rina.browser.page.body.contains(&link), "the plain button is not there");
    let fields = rina.browser.page.form(&format!("/staff/requests/{case}/take")).fields;
    assert_eq!(rina.browser.press(&link, &fields).await.status, StatusCode::CONFLICT);
    assert_eq!(app.value("select count(*) from letter").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_that_is_refused_or_reset_leaves_no_mailed_request_open() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed::rina()).await;
    let case = app.case_of(mail).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.case(case).await;
    rina.act(case, "reject", &[("text", "Bukan pemilik akun.")]).await;
    assert_eq!(app.of_mailed(mail, "state").await, "rejected");
    let mail = app.mailed(&Mailed::verified()).await;
    let case = app.case_of(mail).await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    app.browser().reset(&app.link_to("rina@amanah.example", "/r/")).await;
    app.settle().await;
    assert_eq!(app.of_case(case, "outcome").await, "reset");
    assert_eq!(app.of_mailed(mail, "state").await, "cancelled", "a newer reset ends it");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_proof_of_another_address_than_the_registered_one_asks_why_too() {
    for from in ["Budi <kantor@bahtera.example>", "Rina <rina@amanah.example>"] {
        let app = TestApp::start().await;
        app.people().await;
        let mut rina = app.officer("rina", &["helpdesk"]).await;
        let mail = Mailed::of(from, "Subject: reset\r\n", "User ID: BAHTERA8");
        let matches = vec![("BAHTERA8", "user-id")];
        let mail = app.mailed(&Mailed { verdict: Verdict::Verified, matches, ..mail }).await;
        let path = format!("/staff/mail/{mail}");
        rina.browser.open(&path).await;
        rina.browser.send(&format!("{path}/place"), &[]).await;
        let case = app.case_of(mail).await;
        assert!(rina.case(case).await.body.contains("id=\"note-link\""), "{from}: the case asks why");
        rina.browser.open(&path).await;
        assert!(rina.browser.page.body.contains("id=\"note-link\""), "{from}: the mail asks why");
        let missing = rina.browser.send(&format!("{path}/link"), &[("note", "")]).await;
        assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY, "{from}");
        assert_eq!(app.value("select count(*) from letter").await, "0", "{from}");
        rina.browser.open(&path).await;
        rina.browser.send(&format!("{path}/link"), &[("note", "Ditelepon balik")]).await;
        app.settle().await;
        assert_eq!(app.letter_to("budi@bahtera.example").to, "budi@bahtera.example");
        app.end().await;
    }
}

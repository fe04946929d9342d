//! One case: what is shown of it, what is done with it, and what happens when two people do it at once.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::house::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_taken_noted_waited_for_and_closed() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let text = rina.case(case).await.text();
    assert!(text.contains("AMANAH7") && text.contains("r•••@a•••.example"), "{text}");
    assert!(!rina.browser.page.body.contains("rina@amanah.example"), "the address is masked");
    rina.act(case, "take", &[]).await;
    assert!(rina.browser.page.text().contains("Diambil oleh Anda"));
    rina.act(case, "note", &[("text", "Sudah ditelepon.")]).await;
    assert!(rina.browser.page.text().contains("Sudah ditelepon."));
    rina.act(case, "wait", &[]).await;
    let due = app.of_case(case, "due_at").await;
    app.advance(TimeDelta::days(7)).await;
    // a week of idleness signs her out
    rina.browser = app.staff_browser(rina.id).await;
    rina.case(case).await;
    rina.act(case, "resume", &[]).await;
    assert!(app.of_case(case, "due_at").await > due, "its time stood still");
    rina.act(case, "reject", &[("text", "")]).await;
    assert_eq!(rina.browser.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    rina.act(case, "reject", &[("text", "Bukan pemilik akun.")]).await;
    assert_eq!(app.of_case(case, "outcome").await, "rejected");
    assert_eq!(app.value("select state from request").await, "rejected");
    assert_eq!(app.value("select count(*) from link where kind = 'reset' and ended_at is null").await, "0");
    let events = app.events().await;
    for kind in ["case.taken", "case.noted", "case.waiting", "case.resumed", "request.rejected"] {
        assert_eq!(events.iter().filter(|event| *event == kind).count(), 1, "{kind} in {events:?}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_second_is_told_by_whom_and_keeps_the_draft() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let mut budi = app.officer("budi", &["supervisor"]).await;
    rina.case(case).await;
    budi.case(case).await;
    budi.act(case, "take", &[]).await;
    let late = rina.act(case, "note", &[("text", "Panggilan\nbalik <b>")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text().contains("Budi baru saja mengubah"), "{}", late.text());
    assert!(late.body.contains("Panggilan\nbalik &lt;b&gt;"), "the draft is kept");
    assert!(app.events().await.contains(&"case.noted!changed-meanwhile".to_owned()));
    // Kirim tetap
    rina.act(case, "note", &[("text", "Panggilan balik")]).await;
    assert!(rina.browser.page.status.is_success() && rina.browser.page.text().contains("Panggilan balik"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_is_filled_in_looked_at_and_sent_to_the_registered_address() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.case(case).await;
    let canned = app.value("select id from canned where name = 'Jam HP'").await;
    let chosen = [("canned", canned.as_str()), ("step", "fill"), ("language", "id")];
    assert!(rina.act(case, "reply", &chosen).await.text().contains("Aktifkan tanggal"));
    let wrong = rina.act(case, "reply", &[("text", "Halo {alamat}"), ("step", "preview")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("alamat"));
    let text = "Halo {nama}, {user_id}.\n\nTentang {referensi}.";
    let shown =
        rina.act(case, "reply", &[("text", text), ("step", "preview"), ("wait", "1"), ("canned", &canned)]).await;
    assert!(shown.text().contains("Halo Rina Wijaya, A•••7."), "{}", shown.text());
    assert_eq!(app.value("select count(*) from case_entry").await, "0", "nothing was sent yet");
    rina.act(case, "reply", &[("step", "send")]).await;
    app.settle().await;
    let letter = app.letter_to("rina@amanah.example");
    let reference = app.of_case(case, "reference").await;
    assert!(letter.subject.contains(&reference) && letter.text.contains("Halo Rina Wijaya, A•••7."), "{}", letter.text);
    assert_eq!(app.of_case(case, "state").await, "waiting");
    let said = app.value("select body::jsonb -> 'facts' ->> 'canned' from event where kind = 'case.replied'").await;
    assert_eq!(said, "Jam HP");
    rina.case(case).await;
    assert!(rina.browser.page.text().contains("Server penerima menerima email ini."));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_sends_links_to_the_registered_address_alone() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    app.advance(TimeDelta::hours(7)).await;
    app.sweep().await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.case(case).await;
    rina.act(case, "link", &[]).await;
    app.settle().await;
    let letter = app.letter_to("rina@amanah.example");
    let page = &rina.browser.page.body;
    assert!(!page.contains("/r/") && page.contains("Tautan sedang dikirim"), "the desk sees no link");
    app.sql("update account set status = 'locked', locked_reason = 'x' where user_id = 'AMANAH7'").await;
    rina.case(case).await;
    assert_eq!(rina.act(case, "link", &[]).await.status, StatusCode::CONFLICT);
    app.sql("update account set status = 'active', locked_reason = null where user_id = 'AMANAH7'").await;
    app.browser().reset(&letter.link("/r/")).await;
    app.settle().await;
    assert_eq!(app.of_case(case, "outcome").await, "reset");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_of_the_wrong_type_gets_a_link_that_the_desk_asks_for() {
    let app = TestApp::start().await;
    app.people().await;
    // Budi is no penyedia
    let case = app.helped("BAHTERA8", "budi@bahtera.example").await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.case(case).await;
    rina.act(case, "link", &[]).await;
    app.settle().await;
    app.browser().reset(&app.link_to("budi@bahtera.example", "/r/")).await;
    app.settle().await;
    assert_eq!(
        app.value("select string_agg(channel || state, ' ' order by asked_at) from request").await,
        "webunmatched staffdone"
    );
    assert_eq!(app.of_case(case, "outcome").await, "reset");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_shown_once_with_a_reason() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.case(case).await;
    assert_eq!(rina.act(case, "reveal", &[("why", " ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(rina.act(case, "reveal", &[("why", "Ditelepon")]).await.text().contains("rina@amanah.example"));
    assert!(!rina.case(case).await.body.contains("rina@amanah.example"));
    assert_eq!(app.events().await.iter().filter(|event| *event == "address.revealed").count(), 1);
    assert_eq!(app.value("select cardinality(hits) from staff_limit where what = 'reveal'").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_timeline_can_be_filtered_and_each_line_names_its_event() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let asked = app.value("select id from event where kind = 'reset.asked'").await;
    assert!(rina.case(case).await.body.contains(&asked));
    rina.browser.open(&format!("/staff/requests/{case}?show=mail")).await;
    let text = rina.browser.page.text();
    assert!(text.contains("Email terkirim") && !text.contains("Reset TOTP diminta"), "{text}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_take_at_once_one_does() {
    let app = TestApp::start().await;
    let case = app.strangers(1).await[0];
    let mut presses = Vec::new();
    for n in 0..6 {
        let mut officer = app.officer(&format!("petugas{n}"), &["helpdesk"]).await;
        officer.case(case).await;
        let form = officer.browser.page.form(&format!("/staff/requests/{case}/take"));
        presses.push(async move { officer.browser.press(&form.action, &form.fields).await.status });
    }
    let answers = futures_util::future::join_all(presses).await;
    assert_eq!(answers.iter().filter(|status| **status == StatusCode::SEE_OTHER).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == StatusCode::CONFLICT).count(), 5, "{answers:?}");
    let events = app.events().await;
    assert_eq!(events.iter().filter(|event| *event == "case.taken").count(), 1);
    assert_eq!(events.iter().filter(|event| *event == "case.taken!changed-meanwhile").count(), 5);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_database_takes_breaks_nothing() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let mut rina = app.officer("rina", &["helpdesk", "admin"]).await;
    rina.case(case).await;
    assert_eq!(rina.act(case, "reveal", &[("why", "a\0b")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    rina.case(case).await;
    assert!(rina.act(case, "note", &[("text", "a\0b\u{202e}")]).await.status.is_success());
    for query in
        ["q=%00", "q=a%00b", "q=user:%00", "q=%ff", "after=0.0", "after=99999999999999999.x", "view=x", "did=take&n=x"]
    {
        let status = rina.browser.open(&format!("/staff/requests?{query}")).await.status;
        assert!(status.as_u16() < 500, "{query}: {status}");
    }
    rina.browser.open("/staff/settings/hours").await;
    let set = rina.browser.send("/staff/settings/holidays", &[("holidays", "2026-12-25 a\0b")]).await;
    assert!(set.status.is_success());
    for path in
        ["/staff/requests/x", "/staff/requests/00000000-0000-0000-0000-000000000000", "/staff/settings/canned/x"]
    {
        assert_eq!(rina.browser.open(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    app.end().await;
}

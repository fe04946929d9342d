//! The search of the queue: a link one can keep, with what is wrong shown in it.

use reqwest::StatusCode;

use crate::support::house::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_find_what_they_say() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let reference = app.of_case(case, "reference").await;
    app.strangers(1).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    for (query, found) in [
        ("AMANAH", true),
        ("wijaya", true),
        ("\"Rina Wijaya\"", true),
        ("A%H7", false),
        ("A_ANAH7", false),
        ("-wijaya", false),
        ("-asing", true),
        ("user:aman", true),
        ("user:manah", false),
        ("dari:rina@amanah.example", true),
        ("from:rina@", false),
        ("status:baru", true),
        ("-status:baru", false),
        ("status:selesai", false),
        ("tipe:penyedia status:new", true),
        ("type:non_penyedia", false),
        ("petugas:kosong", true),
        ("agent:me", false),
        ("-agent:me", true),
        ("umur:<1j", true),
        ("umur:>1j", false),
        ("dibuat:2020-01-01..", true),
        ("created:2020-01-01..2020-01-02", false),
        ("verdict:verified", false),
    ] {
        let page = rina.browser.open(&format!("/staff/requests?q={}", pulih::views::parts::percent(query))).await;
        assert_eq!(page.status, StatusCode::OK, "{query}: {}", page.text());
        assert_eq!(page.body.contains(&reference), found, "{query}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bad_part_is_marked() {
    let app = TestApp::start().await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let page = rina.browser.open("/staff/requests?q=rina+status:%3Cb%3E+x").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("rina <mark>status:&lt;b&gt;</mark> x"), "{}", page.body);
    app.end().await;
}

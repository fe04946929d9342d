//! The lists of mail: by place, with counts, a page at a time.

use pulih::model::inbound::{Box, Kind};
use reqwest::StatusCode;

use crate::support::house::TestApp;
use crate::support::mailed::Mailed;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_list_holds_its_mails_and_pages_go_on_where_the_last_ended() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    for view in ["quarantine", "parked", "spam", "all"] {
        let page = rina.browser.open(&format!("/staff/mail?view={view}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("class=\"empty\""), "{view}: {}", page.text());
    }
    let apart = Mailed { place: Box::Quarantine, kind: Kind::Automatic, ..Mailed::rina() };
    let first = app.mailed(&apart).await;
    app.mailed(&Mailed::verified()).await;
    app.sql(
        "insert into inbound (id, sha256, bytes, source, stage, kind, place, from_address, subject, taken_at, read_at)
         select gen_random_uuid(), sha256(n::text::bytea), 1, 'imap', 'read', 'automatic', 'quarantine', 'a@b.example',
            'Nomor ' || n, pulih.now() - make_interval(mins => n), pulih.now() from generate_series(1, 70) n",
    )
    .await;
    let page = rina.browser.open("/staff/mail").await.clone();
    assert!(page.text().contains("Karantina 71") && page.text().contains("Semua 72"), "{}", page.text());
    assert!(page.body.contains(&format!("/staff/mail/{first}")) && !page.text().contains("Nomor 70"));
    let next =
        page.body.split("href=\"/staff/mail?view=quarantine&amp;before=").nth(1).unwrap().split('"').next().unwrap();
    let page = rina.browser.open(&format!("/staff/mail?view=quarantine&before={next}")).await;
    assert!(page.text().contains("Nomor 70") && !page.text().contains("Nomor 49 "), "{}", page.text());
    for query in ["view=x", "before=x", "before=9.9", "before=99999999999999999999.x", "view=%00&before=%ff"] {
        assert_eq!(rina.browser.open(&format!("/staff/mail?{query}")).await.status, StatusCode::OK, "{query}");
    }
    assert_eq!(rina.browser.open("/staff/mail/x").await.status, StatusCode::NOT_FOUND);
    app.end().await;
}

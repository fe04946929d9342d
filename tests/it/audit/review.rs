//! Samples are drawn by a rule that anybody can follow, and what auditors say about events stays.

use pulih::views::parts::percent;
use reqwest::StatusCode;
use sha2::{Digest as _, Sha256};

use super::search::listed;
use crate::support::house::TestApp;

/// The sample by the rule as the page tells it.
async fn by_hand(app: &TestApp, seed: &str, holds: &str, size: usize) -> Vec<String> {
    let mut ids = app.column(&format!("select id from event where {holds}")).await;
    ids.sort_by_key(|id| Sha256::digest(format!("{seed}:{id}")).to_vec());
    ids.truncate(size);
    ids
}

async fn seed(app: &TestApp, day: &str, count: usize) {
    app.sql(&format!(
        "insert into event (id, at, kind, outcome, actor, body)
        select gen_random_uuid(), timestamptz '{day} 10:00+07' + make_interval(secs => n), 
            (array['reset.confirmed', 'manual.approved', 'mail.accepted', 'staff.confirmed', 'case.link-sent'])[1 + n % 5],
            case when n % 7 = 0 then 'refused' else 'done' end, case when n % 3 = 0 then 'staff' else 'user' end, '{{}}'
        from generate_series(1, {count}) n"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_draws_the_same_by_the_rule_on_the_page() {
    let app = TestApp::start().await;
    let month = app.value("select to_char(pulih.now() at time zone 'Asia/Jakarta', 'YYYY-MM')").await;
    let (first, second) = (format!("{month}-03"), format!("{month}-04"));
    seed(&app, &first, 300).await;
    let mut sari = app.officer("sari", &["auditor"]).await;
    let path = |class: &str, size: usize| {
        format!(
            "/audit/review?period={}&class={class}&size={size}&seed=benih&draw=1",
            percent(&format!("{first}..{first}"))
        )
    };
    for (class, holds) in [
        ("all", "true"),
        ("resets", "kind = 'reset.confirmed'"),
        ("decisions", "kind = 'manual.approved'"),
        ("links", "kind = 'case.link-sent'"),
        ("people", "kind = 'staff.confirmed'"),
        ("desk", "actor = 'staff'"),
        ("refused", "outcome = 'refused'"),
    ] {
        let holds = format!("{holds} and (at at time zone 'Asia/Jakarta')::date = '{first}'");
        let wanted = by_hand(&app, "benih", &holds, 20).await;
        assert_eq!(wanted.len(), 20);
        let page = sari.browser.open(&path(class, 20)).await;
        assert_eq!(listed(page), wanted, "{class}");
        let population = app.value(&format!("select count(*) from event where {holds}")).await;
        assert!(page.text().contains(&format!("20 dari {population} peristiwa")), "{class}");
        let told = app
            .value("select body::jsonb -> 'facts' from event where kind = 'audit.sampled' order by id desc limit 1")
            .await;
        let facts: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!((facts["seed"].as_str(), facts["class"].as_str()), (Some("benih"), Some(class)));
        assert_eq!((facts["population"].to_string(), facts["drawn"].to_string()), (population, "20".to_owned()));
    }
    let before = listed(sari.browser.open(&path("all", 100)).await);
    seed(&app, &second, 300).await;
    assert_eq!(listed(sari.browser.open(&path("all", 100)).await), before, "the log grew elsewhere");
    let page = sari.browser.open(&path("all", 100).replace("seed=benih", "seed=")).await;
    assert!(page.path.contains("seed=") && !page.path.contains("seed=&"), "a seed of its own: {}", page.path);
    assert_ne!(listed(page), before);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sample_that_cannot_be_drawn_says_why() {
    let app = TestApp::start().await;
    let mut sari = app.officer("sari", &["auditor"]).await;
    let page = sari.browser.open("/audit/review?period=2026-13&class=all&size=101&seed=&draw=1").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("Tulis angka dari 1 sampai 100.") && page.text().contains("paling lama 400 hari"));
    assert_eq!(app.value("select count(*) from event where kind = 'audit.sampled'").await, "0");
    assert_eq!(sari.browser.open("/audit/review").await.status, StatusCode::OK);
    for (class, status) in [("all", 422), ("desk", 422), ("resets", 200)] {
        let path = format!("/audit/review?period=2026-01-01..2026-02-15&class={class}&size=9&seed=x&draw=1");
        let page = sari.browser.open(&path).await;
        assert_eq!(page.status.as_u16(), status, "{class}");
        assert_eq!(page.text().contains("paling lama 31 hari"), status == 422, "{class}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn marks_are_told_stay_and_the_newest_counts() {
    let app = TestApp::start().await;
    app.people().await;
    let event = app.value("select id from event where kind = 'accounts.imported'").await;
    let (path, mut sari) = (format!("/audit/events/{event}"), app.officer("sari", &["auditor"]).await);
    let mark = format!("{path}/mark");
    sari.browser.open(&path).await;
    let page = sari.browser.send(&mark, &[("note", "")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("Pilih satu tanda."));
    let page = sari.browser.send(&mark, &[("mark", "finding"), ("note", " ")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("Tulis apa yang ditanyakan atau ditemukan."));
    sari.browser.send(&mark, &[("mark", "finding"), ("note", "Tanpa surat.\nSiapa?")]).await.assert_at(&path);
    assert!(sari.browser.page.body.contains("Tanpa surat.\nSiapa?"));
    sari.browser.open("/audit/review").await;
    assert!(app.events().await.contains(&"audit.open-read".to_owned()));
    let page = &sari.browser.page;
    assert!(listed(page) == [event.clone()] && page.text().contains("Temuan") && page.text().contains("Tanpa surat."));
    assert!(sari.browser.open("/audit?q=kind:accounts").await.body.contains("chip-bad\">Temuan<"));
    sari.browser.open(&path).await;
    sari.browser.send(&mark, &[("mark", "ok"), ("note", "")]).await.assert_at(&path);
    assert!(sari.browser.page.body.contains("Tanpa surat."), "what was said stays");
    assert!(listed(sari.browser.open("/audit/review").await).is_empty());
    assert!(sari.browser.open("/audit?q=kind:accounts").await.body.contains("chip-good\">Sesuai<"));
    let told = app
        .column(
            "select concat_ws(' ', body::jsonb #>> '{facts,mark}', p.details ->> 'note') from event e
            join event_personal p on p.event_id = e.id where kind = 'audit.marked' order by e.id",
        )
        .await;
    assert_eq!(told, ["finding Tanpa surat.\nSiapa?", "ok "]);
    for right in ["update", "delete", "truncate"] {
        let may = app.value(&format!("select has_table_privilege('pulih', 'review_mark', '{right}')::text")).await;
        assert_eq!(may, "false", "{right}");
    }
    let nobody = format!("/audit/events/{}/mark", pulih::base::random::id());
    let csrf = sari.browser.open(&path).await.form(&mark).value("csrf").to_owned();
    let fields = [("csrf".to_owned(), csrf), ("mark".to_owned(), "ok".to_owned())];
    assert_eq!(sari.browser.press(&nobody, &fields).await.status, StatusCode::NOT_FOUND);
    app.end().await;
}

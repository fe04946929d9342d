//! Rotation of the link key.

use std::path::Path;

use chrono::NaiveDate;
use pulih::base::keyring::{Keyring, Purpose};
use reqwest::StatusCode;

use super::{DONE, RINA, asked};
use crate::support::house::TestApp;

fn keys(dir: &Path) -> Keyring {
    Keyring::load(dir).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_link_works_as_long_as_its_key_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("keys");
    let day = |n| NaiveDate::from_ymd_opt(2026, 1, n).unwrap();
    let made = Keyring::init(&dir, day(1)).unwrap();
    let first = made.into_iter().find(|path| path.to_str().unwrap().contains("/link-")).unwrap();
    let mut app = TestApp::with(|plan| plan.keys = Some(keys(&dir))).await;
    app.people().await;
    let (_, rinas) = asked(&app).await;
    app.browser().kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
    app.resolve().await;

    Keyring::rotate(&dir, Purpose::Link, day(2)).unwrap();
    app.rekey(keys(&dir)).await;
    // Budi's letter is composed only now, with the key its row names
    app.settle().await;
    let budis = app.link_to("budi@bahtera.example", "/r/");
    let mut rina = app.browser();
    assert_eq!(rina.reset(&rinas).await.heading(), DONE);
    app.settle().await;
    assert_eq!(app.value("select count(distinct key_id) from link").await, "2", "new links take the new key");
    let done_not_me = app.link_to(RINA, "/not-me/");

    std::fs::remove_file(first).unwrap();
    app.rekey(keys(&dir)).await;
    let page = app.browser().open(&budis).await.clone();
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::GONE, "Tautan ini tidak kami kenali"));
    assert_eq!(app.browser().open(&done_not_me).await.status, StatusCode::OK);
    app.end().await;
}

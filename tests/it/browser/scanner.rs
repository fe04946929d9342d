//! A mail scanner in real Chromium: it opens each link of a letter, runs scripts, and submits the first form of each
//! page it lands on.

use std::collections::BTreeSet;

use serde_json::json;

use super::house;
use crate::support::chromium::{Chromium, Look};
use crate::support::rounds;

/// How many forms in a row it submits.
const DEPTH: usize = 4;

impl Chromium {
    /// Opens a link, then submits the first form of the page and of those it lands on. `script` is how it submits.
    async fn scan(&self, link: &str, submit: &str) {
        self.open(link).await;
        for _ in 0..DEPTH {
            // once the scripts of the page have run
            self.ask("return new Promise((done) => setTimeout(done, 200))").await;
            if self.ask(submit).await != json!(true) {
                break;
            }
            self.ask("return new Promise((done) => setTimeout(done, 300))").await;
        }
    }
}

/// Every address of a letter.
fn links(html: &str) -> BTreeSet<String> {
    let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.starts_with("http")).map(|link| link.replace("&amp;", "&")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scanner_leaves_the_link_alive() {
    let ways = [
        "const form = document.forms[0]; if (form) form.requestSubmit(); return !!form",
        "const form = document.forms[0]; if (form) form.submit(); return !!form",
        "const button = document.querySelector('form button'); if (button) button.click(); return !!button",
    ];
    for submit in &ways[..rounds(1, 3)] {
        let app = house().await;
        let rina = Chromium::start(Look::PHONE).await;
        let reset = rina.ask_for_link(&app).await;
        let scanner = Chromium::start(Look { width: 1280, ..Look::PHONE }).await;
        let letter = app.letter_to("rina@amanah.example");
        let links = links(&letter.html);
        assert!(links.len() >= 2 && links.contains(&reset), "{links:?}");
        for link in &links {
            scanner.scan(link, submit).await;
        }
        app.settle().await;
        let state = app.value("select state from request").await;
        assert!(["mailed", "opened"].contains(&state.as_str()), "{state} after {submit}: {:?}", app.events().await);
        assert_eq!(
            app.value("select count(*) from link where spent_at is not null or ended_at is not null").await,
            "0"
        );
        rina.to_popup(&reset).await;
        rina.tap("dialog .danger").await;
        rina.sees(&rina.t("done-title")).await;
        app.settle().await;
        app.end().await;
    }
}

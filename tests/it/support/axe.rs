//! What shuts people out of a page: barriers that axe-core finds, a page wider than its window, complaints of the browser.

use std::path::Path;

use serde_json::{Value, json};

use super::chromium::Chromium;

/// axe-core, which `.ci/setup test` fetches.
fn axe() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(path)
        .expect("the tests need axe-core: npm install --prefix target/axe axe-core@4.14.1 (or `make setup`)")
}

impl Chromium {
    /// Lays axe beside every page from now on.
    pub async fn bring_axe(&self) {
        self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": axe() })).await;
    }

    /// What axe finds serious or critical.
    async fn barriers(&self) -> Vec<String> {
        let found =
            self.ask("return axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations)").await;
        let grave = |v: &&Value| v["impact"] == "serious" || v["impact"] == "critical";
        let told = |v: &Value| format!("{}: {}", v["id"], v["nodes"][0]["html"]);
        found.as_array().unwrap().iter().filter(grave).map(told).collect()
    }

    /// How far the page reaches beyond the window.
    pub async fn overhang(&self) -> i64 {
        let wide = self.ask("return document.documentElement.scrollWidth").await;
        wide.as_i64().unwrap() - i64::from(self.look.width)
    }

    /// What reaches furthest to the right.
    async fn widest(&self) -> serde_json::Value {
        self.ask(
            "const right = (e) => e.getBoundingClientRect().right;
            const all = [...document.querySelectorAll('main *')].sort((a, b) => right(b) - right(a));
            return all.slice(0, 3).map((e) => e.outerHTML.slice(0, 120) + ' ' + right(e)).join(' | ')",
        )
        .await
    }

    /// Whatever makes the page of this moment hard to use, in both themes.
    pub async fn faults(&self) -> Vec<String> {
        let mut faults = self.complaints().await;
        if self.overhang().await > 0 {
            faults.push(format!("{} px too wide: {}", self.overhang().await, self.widest().await));
        }
        for dark in [false, true] {
            self.paint(dark).await;
            let theme = if dark { "dark" } else { "light" };
            faults.extend(self.barriers().await.iter().map(|barrier| format!("{theme}: {barrier}")));
        }
        self.paint(self.look.dark).await;
        faults
    }
}

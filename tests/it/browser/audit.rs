//! The auditor in real Chromium: from a reset in the history to a proof that holds without us, and the month's report.

use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::TimeDelta;
use pulih::i18n::Lang;
use pulih::workers::exporter::Exporter;
use pulih::workers::tallier;
use pulih::workers::verifier::Verifier;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::audit::reports::manual;
use crate::support::chromium::{Chromium, Look};
use crate::support::desk::Officer;
use crate::support::gallery::Gallery;
use crate::support::house::{PASSWORD, TestApp, until};
use crate::support::rounds;

const WIDE: Look = Look { width: 1280, ..Look::PHONE };
/// The verifier that shares no line with ours.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify.py");
/// What the journey leaves in the log, in its order.
const STEPS: [&str; 14] = [
    "audit.searched",
    "audit.read",
    "audit.case-read",
    "audit.searched",
    "audit.read",
    "audit.proof-taken",
    "audit.verification-asked",
    "log.verified",
    "audit.sampled",
    "audit.marked",
    "audit.report-read",
    "audit.export-asked",
    "audit.export-made",
    "audit.export-fetched",
];

/// A house in which Wati proposed Budi's manual reset, Sari agreed, and it took effect when its time had come.
async fn house() -> TestApp {
    let app = TestApp::start().await;
    app.people().await;
    let (mut wati, mut sari) = (app.officer("wati", &["helpdesk"]).await, app.officer("sari", &["supervisor"]).await);
    manual(&app, &mut wati, &mut sari, "BAHTERA8", "approve").await;
    app.settle().await;
    app.advance(TimeDelta::days(8)).await;
    app.settle().await;
    app.seal().await;
    app
}

/// Somebody of the desk before their screen, with a folder for what they take along.
struct Auditor<'a> {
    app: &'a TestApp,
    chromium: Chromium,
    taken: TempDir,
}

impl<'a> Auditor<'a> {
    /// Signs in as a person does: user name, password, code.
    async fn sit_down(app: &'a TestApp, officer: &Officer, look: Look) -> Self {
        let (chromium, taken) = (Chromium::start(look).await, tempfile::tempdir().unwrap());
        let folder = json!({ "behavior": "allow", "downloadPath": taken.path() });
        chromium.cdp("Browser.setDownloadBehavior", folder).await;
        chromium.open(&format!("{}/staff/login?lang={}", app.url, look.lang.code())).await;
        for (field, text) in [("#username", "citra"), ("#password", PASSWORD)] {
            chromium.tap(field).await;
            chromium.write(text).await;
        }
        chromium.tap("form[action='/staff/login'] button").await;
        chromium.until("#code", true).await;
        chromium.give_code("/staff/login/totp", &officer.code(app).await).await;
        let auditor = Self { app, chromium, taken };
        auditor.sees("staff-menu-history").await;
        auditor
    }

    async fn sees(&self, key: &str) {
        self.chromium.sees(&self.chromium.t(key)).await;
    }

    /// Goes to a room by the menu.
    async fn go(&self, room: &str, heading: &str) {
        self.chromium.tap(&format!("nav.menu a[href='{room}']")).await;
        self.sees(heading).await;
    }

    async fn holds(&self, words: &[&str]) {
        for word in words {
            // a page may still be on its way
            until(10, word, async || self.chromium.text("main").await.contains(word)).await;
        }
    }

    /// Searches for words and opens the first that is found.
    async fn find(&self, words: &str) {
        self.go("/audit", "staff-menu-history").await;
        self.chromium.tap("#q").await;
        self.chromium.write(words).await;
        self.chromium.tap("form[role=search] button").await;
        // the page before listed events too
        until(10, "what was searched", async || self.chromium.path().await.contains("q=")).await;
        self.chromium.tap("main table a[href^='/audit/events/']").await;
        self.chromium.until("h2.verdict", true).await;
        self.holds(&[&self.chromium.t("record-holds")]).await;
    }

    /// Taps something that downloads, and waits for the whole file.
    async fn take(&self, css: &str) -> PathBuf {
        let before = files(self.taken.path());
        self.chromium.tap(css).await;
        let new = || {
            let there = files(self.taken.path());
            // its name is there, empty, before its bytes are
            let going_on = there.iter().any(|path| path.extension().is_some_and(|ending| ending == "crdownload"));
            let file = there.into_iter().find(|path| !before.contains(path) && !hidden(path))?;
            (!going_on && std::fs::metadata(&file).is_ok_and(|file| file.len() > 0)).then_some(file)
        };
        until(20, "a download", async || new().is_some()).await;
        new().unwrap()
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn hidden(path: &Path) -> bool {
    path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'))
}

/// The second verifier finds nothing wrong in a file, with nothing but a key.
fn holds_elsewhere(key: &Path, file: &Path) {
    let needs = "the tests need Python: apt-get install python3";
    let out = Command::new("python3").arg("-B").arg(SCRIPT).args([key, file]).output().expect(needs);
    let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && said.starts_with("OK"), "{said}");
}

/// From the reset to those who agreed on it, and why.
async fn who_and_why(auditor: &Auditor<'_>) -> PathBuf {
    let (chromium, reset) = (&auditor.chromium, auditor.chromium.t("kind-reset-executed"));
    let (kind, user) = if chromium.look.lang == Lang::Id { ("jenis", "pengguna") } else { ("kind", "user") };
    auditor.find(&format!("{kind}:reset.executed {user}:BAHTERA8")).await;
    chromium.sees(&reset).await;
    chromium.keep("audit-record").await;
    let reference = auditor.app.value("select reference from request").await;
    chromium.tap(&format!("main a[href='/audit/cases/{reference}']")).await;
    chromium.sees(&chromium.look.lang.ta("pack-title", &[("reference", &reference)])).await;
    auditor.holds(&["Wati", "Sari", "device-lost", "HP hilang di kereta.", "Sudah diperiksa."]).await;
    auditor.find(&format!("{kind}:manual.proposed {reference}")).await;
    auditor.holds(&["Wati", "device-lost", "HP hilang di kereta.", "TIKET-2026-114"]).await;
    auditor.take("main a[href$='/proof']").await
}

/// Asks for a verification and sees its end; the log's key as the page shows it, in a file.
async fn verify(auditor: &Auditor<'_>) -> PathBuf {
    let (app, chromium) = (auditor.app, &auditor.chromium);
    auditor.go("/audit/integrity", "staff-menu-integrity").await;
    chromium.tap("form[action='/audit/integrity/verify'] button").await;
    chromium.until("progress", true).await;
    assert!(Verifier::default().step(&app.app, &CancellationToken::new()).await.unwrap());
    chromium.tap("main a[href='/audit/integrity']").await;
    chromium.until(".notice.good h2.verdict", true).await;
    auditor.holds(&[&chromium.t("integrity-good"), "Citra"]).await;
    chromium.keep("audit-integrity").await;
    let key = auditor.taken.path().join("log.vkey");
    std::fs::write(&key, chromium.text("#key-0").await).unwrap();
    key
}

/// Draws a sample by a seed and asks about the first event of it.
async fn mark(auditor: &Auditor<'_>) {
    let chromium = &auditor.chromium;
    auditor.go("/audit/review", "staff-menu-review").await;
    chromium.tap("#seed").await;
    chromium.ask("document.activeElement.value = ''").await;
    chromium.write("benih").await;
    chromium.tap("form[action='/audit/review'] button").await;
    chromium.tap("main table a[href^='/audit/events/']").await;
    chromium.tap("label[for=mark-question]").await;
    chromium.tap("#note").await;
    chromium.write("Siapa yang menelepon?").await;
    chromium.tap("form[action$='/mark'] button").await;
    chromium.until("div.note", true).await;
    auditor.holds(&["Siapa yang menelepon?", "Citra", &chromium.t("review-mark-question")]).await;
    auditor.go("/audit/review", "staff-menu-review").await;
    auditor.holds(&["Siapa yang menelepon?"]).await;
}

/// The report of this month, with the same numbers as a file.
async fn report(auditor: &Auditor<'_>) {
    auditor.app.seal().await;
    while tallier::step(&auditor.app.app).await.unwrap() {}
    auditor.go("/audit/reports", "reports-title").await;
    assert!(auditor.chromium.shows("main svg").await, "there are charts");
    auditor.chromium.keep("audit-report").await;
    let file = auditor.take("main a[href*='format=json']").await;
    let report: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let days = report["resets"].as_array().unwrap();
    assert_eq!(days.iter().map(|day| day["n"].as_i64().unwrap()).sum::<i64>(), 1, "{report}");
}

/// Everything as JSONL; the manifest's path, with the file beside it.
async fn export(auditor: &Auditor<'_>) -> PathBuf {
    let (app, chromium) = (auditor.app, &auditor.chromium);
    auditor.go("/audit/exports", "staff-menu-exports").await;
    chromium.tap("label[for=format-jsonl]").await;
    chromium.tap("form[action='/audit/exports'] button").await;
    auditor.holds(&[&chromium.t("export-note-asked")]).await;
    let exporter = Exporter::default();
    while exporter.step(&app.app).await.unwrap() {}
    chromium.tap("main a[href='/audit/exports']").await;
    auditor.holds(&[&chromium.t("export-made")]).await;
    auditor.take("main a[href$='/file']").await;
    auditor.take("main a[href$='/manifest']").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_finds_a_reset_and_proves_it_without_us_and_takes_the_months_report_along() {
    let looks = [WIDE, Look { scripts: false, lang: Lang::En, dark: true, ..Look::PHONE }];
    for look in looks {
        let app = house().await;
        let officer = app.officer("citra", &["auditor"]).await;
        let auditor = Auditor::sit_down(&app, &officer, look).await;
        let proof = who_and_why(&auditor).await;
        let key = verify(&auditor).await;
        holds_elsewhere(&key, &proof);
        let text = std::fs::read_to_string(&proof).unwrap();
        assert!(text.contains("manual.proposed") && !text.contains("kereta"), "nothing personal goes along: {text}");
        mark(&auditor).await;
        report(&auditor).await;
        let manifest = export(&auditor).await;
        assert!(manifest.to_string_lossy().ends_with(".jsonl.manifest"), "{manifest:?}");
        holds_elsewhere(&key, &manifest);
        auditor.chromium.is_content().await;
        let events = app.events().await;
        let mut left = events.iter();
        for step in STEPS {
            assert!(left.any(|event| event == step), "{step} in its turn: {events:?}");
        }
        drop(auditor);
        app.end().await;
    }
}

/// Pages of the auditor, in states that look unlike each other.
const SHOWN: [&str; 15] = [
    "history",
    "history-bad-kind",
    "record",
    "record-fails",
    "record-trouble-mark",
    "review-drawn",
    "review-trouble-all",
    "audit-integrity-good",
    "audit-integrity-bad",
    "audit-exports-list",
    "audit-exports-trouble-query",
    "audit-pack-full",
    "audit-pack-erased",
    "reports-month",
    "reports-empty",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_of_the_auditor_shuts_anybody_out() {
    // each run another language for each width, unless all are wanted
    let all = [(320, Lang::Id), (1280, Lang::En), (320, Lang::En), (1280, Lang::Id)];
    Gallery::open().await.is_open_to_all(&all[..rounds(2, 4)], &SHOWN).await;
}

//! Invented calls: schemathesis reads the document, makes calls of it that fit and calls that do not, and compares what
//! is answered with what the document says.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::house::TestApp;
use crate::support::installation::blocking;
use crate::support::portal::Portal;
use crate::support::rounds;

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// The program that `.ci/setup test` fetches.
fn schemathesis() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/schemathesis/bin/st");
    assert!(
        path.exists(),
        "the tests need schemathesis: python3 -m venv target/schemathesis && \
         target/schemathesis/bin/pip install schemathesis==4.32.5 (or `make setup`)"
    );
    path
}

/// Makes calls of every operation with this portal's key, in these phases; `settings` is a schemathesis.toml.
async fn invented(portal: &Portal, settings: &str, phases: &str) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("schemathesis.toml");
    std::fs::write(&file, settings).unwrap();
    let mut command = Command::new(schemathesis());
    // nothing of ours goes along, so nothing leads it elsewhere
    command
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", std::env::var_os("PATH").unwrap())
        .current_dir(home.path());
    command.arg("--config-file").arg(&file).args(["run", &format!("{}/api/openapi.json", portal.url)]);
    command.args(["--url", &portal.url, "--header", &format!("Authorization: Bearer {}", portal.token)]);
    command.args(["--checks", CHECKS, "--phases", phases, "--warnings", "off", "--no-color"]);
    command.args(["--max-examples", rounds("6", "500"), "--no-shrink", "--continue-on-failure"]);
    command.args(rounds(&["--generation-deterministic"][..], &[]));
    let out = blocking(move || command.output().unwrap()).await;
    let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{said}");
    assert!(said.contains("No issues found"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invented_calls_are_answered_as_the_document_says_and_never_with_our_own_trouble() {
    let mut app = TestApp::with(|plan| plan.config.limits.key_per_second = 10_000).await;
    app.people().await;
    let portal = Portal::of(&app, "spse").await;
    let all = "examples,coverage,fuzzing";
    invented(&portal, "", rounds("fuzzing", all)).await;
    // about somebody who is there
    invented(&portal, "[parameters]\nuser_id = \"AMANAH7\"\n", rounds("examples,coverage", all)).await;
    app.leave_letters();
    app.end().await;
}

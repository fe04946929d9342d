//! `pulih audit …` as an operator and an auditor meet it.

use std::fs;
use std::process::Command;
use std::time::Duration;

use pulih::app::App;
use pulih::audit::seal::Sealer;
use pulih::base::clock::Clock;
use pulih::base::cluster::Cluster;
use pulih::base::keyring::Keyring;
use pulih::config::Config;
use secrecy::SecretString;
use serde_json::Value;

use super::{Desk, house};

/// Runs SQL as superuser; what it said.
fn sql(cluster: &Cluster, text: &str) -> String {
    let mut psql = Command::new(cluster.programs().join("psql"));
    psql.args(["-qAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "pulih", "-c", text, "-h"]);
    let output = psql.arg(cluster.socket_folder()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Seals what the commands have written, as `serve` would.
fn seal(cluster: &Cluster, desk: &Desk) {
    let mut config = Config::default();
    "https://pulih.example.go.id".clone_into(&mut config.server.base_url);
    config.database.url = SecretString::from(desk.database.clone());
    let keys = Keyring::load(&desk.path().join("keys")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let app = App::new(config, keys, Clock::system()).unwrap();
        let sealer = Sealer::default();
        for _ in 0..500 {
            while sealer.step(&app).await.unwrap().is_some() {}
            if sql(cluster, "select count(*) from seal_queue") == "0" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("events were not sealed within ten seconds");
    });
}

#[test]
fn the_log_is_verified_proved_and_copied_by_commands() {
    let (cluster, desk) = house();
    assert_eq!(desk.run(&["audit", "checkpoint"]).0, 1, "nothing is sealed yet");
    for _ in 0..3 {
        assert_eq!(desk.run(&["accounts", "export", "-"]).0, 0);
    }
    seal(&cluster, &desk);
    let (code, key, told) = desk.run(&["audit", "checkpoint", "--key"]);
    assert!(code == 0 && key.starts_with("pulih.example.go.id/log+"), "{told}");
    desk.file("auditor.vkey", &key);
    let (code, note, _) = desk.run(&["audit", "checkpoint"]);
    assert!(code == 0 && note.starts_with("pulih.example.go.id/log\n3\n"), "{note}");
    desk.file("kept", &note);

    let (code, said, told) = desk.run(&["audit", "verify", "--against", "kept", "--key", "auditor.vkey"]);
    assert!(code == 0 && said.ends_with("Everything matches.\n"), "{said}{told}");
    let (code, file, told) = desk.run(&["audit", "prove", "1"]);
    assert_eq!(code, 0, "{told}");
    let proof: Value = serde_json::from_str(&file).unwrap();
    assert_eq!((&proof["format"], &proof["index"]), (&"pulih-proof-1".into(), &1.into()));
    let id = sql(&cluster, "select event_id from leaf where index = 1");
    assert!(desk.run(&["audit", "prove", &id]).1.contains(&id));
    assert_eq!(desk.run(&["audit", "prove", "900"]).0, 1);
    assert_eq!(desk.run(&["audit", "prove", "first"]).0, 2);

    seal(&cluster, &desk);
    assert_eq!(desk.run(&["audit", "export", "copy"]).1, "6 leaves copied, 6 in all.\n");
    seal(&cluster, &desk);
    let (_, said, told) = desk.run(&["audit", "export", "copy", "--personal"]);
    assert_eq!(said, "1 leaves copied, 7 in all.\n", "{told}");
    // no database, no settings: the copy and the auditor's key are enough
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = desk.path().join("copy").display().to_string();
    let mut bare = Command::new(env!("CARGO_BIN_EXE_pulih"));
    bare.args(["audit", "verify", "--folder", &folder, "--json"]).current_dir(elsewhere.path()).env_clear();
    let out = bare.output().unwrap();
    let said: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(out.status.success() && said["ok"] == true && said["size"] == 7, "{said}");

    let kinds = sql(&cluster, "select string_agg(kind, ' ' order by id) from event where kind not like 'accounts.%'");
    assert_eq!(kinds, "log.verified audit.proof-taken audit.proof-taken log.copied log.copied");
    assert_eq!(desk.run(&["audit", "export", "copy", "--from-scratch"]).0, 0);
    assert_eq!(
        fs::read_dir(desk.path())
            .unwrap()
            .filter(|f| { f.as_ref().unwrap().file_name().to_string_lossy().starts_with("copy") })
            .count(),
        2,
        "what was there is kept aside"
    );
}

#[test]
fn a_log_that_does_not_match_is_told_with_its_own_exit_code() {
    let (cluster, desk) = house();
    for _ in 0..3 {
        assert_eq!(desk.run(&["accounts", "export", "-"]).0, 0);
    }
    seal(&cluster, &desk);
    assert_eq!(desk.run(&["audit", "export", "copy"]).0, 0);
    desk.file("kept", &desk.run(&["audit", "checkpoint"]).1);
    sql(
        &cluster,
        "set session_replication_role = replica;
        update event set body = replace(body, 'done', 'gone') where id = (select event_id from leaf where index = 1)",
    );
    let (code, said, _) = desk.run(&["audit", "verify"]);
    assert!(code == 10 && said.contains("leaf 1: ") && said.contains("first bad leaf 1."), "{said}");
    let (code, said, _) = desk.run(&["audit", "verify", "--json", "--against", "copy"]);
    let said: Value = serde_json::from_str(&said).unwrap();
    assert!(code == 10 && said["ok"] == false && said["first_bad"] == 1, "{said}");
    assert_eq!(desk.run(&["audit", "prove", "1"]).0, 10);
    assert_eq!(desk.run(&["audit", "export", "other"]).0, 10);

    for (arguments, code) in [
        (["audit", "verify", "--against", "nothing"].as_slice(), 2),
        (&["audit", "verify", "--against", "pulih.toml"], 2),
        (&["audit", "verify", "--key", "pulih.toml"], 2),
        (&["audit", "verify", "--folder", "nowhere"], 2),
        (&["audit", "verify", "--remote", "https://127.0.0.1:1"], 2),
        (&["audit", "follow", "http://127.0.0.1:1", "own", "--once"], 2),
        (&["audit", "follow", "http://pulih.example.go.id", "own", "--once", "--key", "copy/log.vkey"], 2),
        (&["audit", "follow", "http://127.0.0.1:1", "own", "--once", "--key", "copy/log.vkey"], 4),
        (&["audit", "verify", "--remote", "http://127.0.0.1:1", "--key", "copy/log.vkey"], 4),
    ] {
        let (found, _, told) =
            desk.run_with(arguments, &[("DATABASE_URL", &desk.database), ("PULIH_AUDIT_TOKEN", "canary")]);
        assert_eq!(found, code, "{arguments:?}: {told}");
        assert!(!told.contains("canary"), "{told}");
    }
    let away = [("DATABASE_URL", "postgres://nobody@%2Fnowhere/pulih")];
    assert_eq!(desk.run_with(&["audit", "verify"], &away).0, 4);
}

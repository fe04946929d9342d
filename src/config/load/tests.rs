//! Settings from all their places, right and wrong.

use std::fs;

use secrecy::ExposeSecret as _;

use super::*;
use crate::config::print;

const RIGHT: &str = r#"
[server]
base_url = "https://pulih.example.go.id"
trusted_proxies = ["10.0.0.0/8", "::1"]

[database]
url = "postgres://app:geheim@db/pulih"

[smtp]
from_address = "pulih@example.go.id"

[helpdesk]
address = "helpdesk@example.go.id"
"#;

fn sources(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pulih.toml");
    fs::write(&path, file).unwrap();
    let environment = environment.iter().map(|(n, v)| (n.into(), v.into())).collect();
    let flags = flags.iter().map(|(k, v)| ("--set".to_owned(), (*k).to_owned(), (*v).to_owned())).collect();
    (folder, Sources { purpose: Purpose::Database, file: Some(path), environment, flags })
}

fn faults(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Vec<String> {
    let (folder, sources) = sources(file, environment, flags);
    let base = format!("{}/", folder.path().display());
    load(&sources).unwrap_err().iter().map(|f| f.to_string().replace(&base, "")).collect()
}

#[test]
fn the_later_source_wins() {
    let environment = [("PULIH_LINK__TTL_MINUTES", "90"), ("PULIH_SERVER__LISTEN", "127.0.0.1:1")];
    let (_folder, sources) = sources(RIGHT, &environment, &[("server.listen", "127.0.0.1:2")]);
    let loaded = load(&sources).unwrap();
    assert_eq!(loaded.config.link.ttl_minutes, 90);
    assert_eq!(loaded.config.server.listen.port(), 2);
    assert_eq!(loaded.place("server.listen").to_string(), "flag --set");
    assert_eq!(loaded.place("link.ttl_minutes").to_string(), "environment PULIH_LINK__TTL_MINUTES");
    assert_eq!(loaded.place("link.step_minutes"), Place::Default);
    assert_eq!(loaded.config.server.trusted_proxies.len(), 2);
}

#[test]
fn the_environment_may_hold_numbers_lists_and_texts_that_look_like_numbers() {
    let environment = [
        ("PULIH_SERVER__TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2"),
        ("PULIH_SMTP__USERNAME", "123"),
        ("PULIH_SMTP__PASSWORD", "456"),
        ("PULIH_RESET__REQUIRE_PASSWORD", "true"),
        ("DATABASE_URL", "postgres://a@b/c"),
        ("PULIH_HELPDESK__PHONE", ""),
        ("PULIH_ROUNDS", "full"),
    ];
    let (_folder, sources) = sources(RIGHT, &environment, &[]);
    let config = load(&sources).unwrap().config;
    assert_eq!(config.server.trusted_proxies, ["10.0.0.1", "10.0.0.2"]);
    assert_eq!(config.smtp.password.unwrap().expose_secret(), "456");
    assert!(config.reset.require_password);
    assert_eq!(config.database.url.expose_secret(), "postgres://a@b/c");
}

#[test]
fn every_fault_is_named_with_its_place_and_mend() {
    let file = "top = 1\n[server]\nlisten = \"here\"\nbase_url = \"https://x.id/path\"\n[smtp]\nport = \"587\"\nporto = 3\n\
                tls = \"ssl\"\n[database]\nurl = 5\n[what]\never = true\n[locale]\nzone = \"Mars\"\n";
    let environment = [("PULIH_LINK__TTL_MINUTES", "3"), ("PULIH_SERVER__WORKERS", "many"), ("PULIH_OOPS", "1")];
    let flags = [("database.url", "postgres://secret"), ("captcha.mode", "none")];
    insta::assert_snapshot!(faults(file, &environment, &flags).join("\n"));
}

#[test]
fn broken_toml_names_each_broken_line() {
    insta::assert_snapshot!(faults("[server\nlisten = 1 2\n[link]\nttl_minutes = \"\n", &[], &[]).join("\n"));
}

#[test]
fn a_file_that_is_not_there_or_not_utf8_is_a_fault() {
    let missing =
        Sources { purpose: Purpose::Demo, file: Some("/none.toml".into()), environment: vec![], flags: vec![] };
    assert!(load(&missing).unwrap_err()[0].wrong.contains("cannot read"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pulih.toml");
    fs::write(&path, b"[server]\nagency = \"\xff\"\n").unwrap();
    let latin = Sources { file: Some(path.clone()), ..missing };
    assert_eq!(load(&latin).unwrap_err()[0].place, Place::File(path, 2));
}

#[test]
fn secrets_are_never_shown() {
    let environment = [("PULIH_DATABASE__OWNER_URL", "postgres://owner:canary@db/pulih")];
    let (_folder, sources) = sources(RIGHT, &environment, &[]);
    let loaded = load(&sources).unwrap();
    let all = format!("{}{loaded:?}", print::as_toml(&loaded));
    assert!(!all.contains("geheim") && !all.contains("canary"), "{all}");
    assert!(all.contains("url = \"(set)\" # "), "{all}");
    let bad = faults("[database]\nurl = [\"canary\"]\nowner_url = \"canary://x\"\n", &[], &[]).join("\n");
    assert!(!bad.contains("canary"), "{bad}");
}

#[test]
fn what_is_printed_can_be_read_again() {
    let (_folder, sources) = sources(RIGHT, &[], &[]);
    let printed = print::as_toml(&load(&sources).unwrap());
    let again: Config = toml::from_str(&printed).unwrap();
    assert_eq!(again.server.base_url, "https://pulih.example.go.id");
}

#[test]
fn the_example_is_right_and_names_every_setting() {
    let example = include_str!("../../../docs/pulih.example.toml");
    let (_folder, sources) = sources(example, &[("DATABASE_URL", "postgres://a@b/c")], &[]);
    load(&sources).unwrap();
    // Also what stands behind a comment sign is read: a setting that was renamed shows here.
    let bare: Vec<&str> = example.lines().filter(|l| !l.starts_with("# ")).map(|l| l.trim_start_matches('#')).collect();
    let all: toml::Table = toml::from_str(&bare.join("\n")).unwrap();
    all.clone().try_into::<Config>().unwrap();
    let defaults = toml::Table::try_from(Config::default()).unwrap();
    for (section, table) in defaults {
        for name in table.as_table().unwrap().keys() {
            assert!(all[&section].get(name).is_some(), "{section}.{name} is missing in the example");
        }
    }
}

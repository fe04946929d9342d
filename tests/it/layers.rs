//! The walls of the house: who may import whom, and which foreign crate has its home where.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may import. What is missing here is not a room.
const MAY: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("i18n", &[]),
    ("config", &["base", "i18n"]),
    ("model", &["base", "i18n"]),
    ("store", &["model", "base", "config", "i18n"]),
    ("views", &["model", "i18n", "base"]),
    ("mail", &["model", "i18n", "base", "config"]),
    ("inbound", &["model", "base", "config"]),
    ("app", &["store", "config", "base", "model", "i18n"]),
    ("audit", &["app", "store", "model", "base", "config"]),
    ("actions", &["audit", "app", "store", "model", "base", "config", "i18n"]),
    ("web", &["actions", "audit", "views", "app", "inbound", "store", "model", "i18n", "base", "config"]),
    ("workers", &["actions", "audit", "app", "mail", "inbound", "store", "model", "base", "config"]),
    ("server", &["web", "workers", "actions", "audit", "app", "store", "model", "base", "config"]),
    (
        "demo",
        &[
            "server", "web", "workers", "inbound", "views", "i18n", "actions", "audit", "app", "store", "model",
            "base", "config",
        ],
    ),
    (
        "cli",
        &["demo", "server", "mail", "inbound", "actions", "audit", "app", "store", "model", "base", "config", "i18n"],
    ),
];

/// Foreign crates that have a home: only these rooms may name them.
const HOMES: &[(&str, &[&str])] = &[
    ("diesel", &["store"]),
    ("diesel_async", &["store"]),
    ("diesel_migrations", &["store"]),
    ("tokio_postgres", &["store"]),
    ("maud", &["views", "mail", "web"]),
    ("actix_web", &["web", "server"]),
    ("lettre", &["mail"]),
    ("governor", &["web"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("fluent_templates", &["i18n"]),
    ("mail_parser", &["base", "inbound"]),
    ("mail_auth", &["inbound"]),
    ("psl", &["inbound"]),
    ("ammonia", &["inbound"]),
    ("async_imap", &["inbound"]),
    ("argon2", &["base"]),
    ("ring", &["base"]),
    ("getrandom", &["base"]),
    ("libc", &["base"]),
    ("ureq", &["audit"]),
    ("utoipa", &["web"]),
];

/// Folders of one page, letter or verb a file: siblings do not import each other, save the shared ones.
const SIBLINGS: &[(&str, &[&str])] = &[("actions", &[]), ("web/pages", &[]), ("mail/letters", &[])];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 50, "where are the sources?");
    found
}

fn place(path: &Path) -> String {
    path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap().display().to_string()
}

fn room(place: &str) -> String {
    place.split('/').next().unwrap().trim_end_matches(".rs").to_owned()
}

/// Lines of code with their numbers; comments do not import, and what is tested beside the code may look around.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().enumerate().map(|(i, line)| (i + 1, line.split("//").next().unwrap_or_default()));
    lines.filter(|(_, line)| !line.trim().is_empty())
}

/// What a line names below `crate::`, also within braces: `use crate::{a, b::c}`.
fn named(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            Some(list) => {
                let mut depth = 0;
                for piece in list.split(',') {
                    if depth == 0 {
                        names.push(word(piece.trim()));
                    }
                    depth += piece.matches('{').count();
                    depth = depth.saturating_sub(piece.matches('}').count());
                }
            }
            None => names.push(word(rest)),
        }
    }
    names
}

#[test]
fn no_room_imports_what_lies_beyond_its_walls() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let place = place(&path);
        let room = room(&place);
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let Some((_, may)) = MAY.iter().find(|(name, _)| *name == room) else {
            broken.push(format!("src/{place}: {room} is no room of the plan"));
            continue;
        };
        for (number, line) in code(&text) {
            for name in named(line).into_iter().filter(|name| MAY.iter().any(|(room, _)| room == name)) {
                if name != room && !may.contains(&name.as_str()) {
                    broken.push(format!("src/{place}:{number}: {room} may not import {name}: {}", line.trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn each_foreign_crate_stays_in_its_home() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let place = place(&path);
        let room = room(&place);
        for (number, line) in code(&text) {
            for (name, homes) in HOMES {
                let named = line
                    .match_indices(&format!("{name}::"))
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
                if named && !homes.contains(&room.as_str()) {
                    broken.push(format!("src/{place}:{number}: {name} lives in {homes:?}: {}", line.trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn siblings_do_not_import_each_other() {
    let mut broken = Vec::new();
    for (folder, shared) in SIBLINGS {
        let own = folder.replace('/', "::");
        let files: Vec<_> =
            sources().into_iter().filter(|(path, _)| place(path).starts_with(&format!("{folder}/"))).collect();
        let names: Vec<String> =
            files.iter().map(|(path, _)| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        for (path, text) in &files {
            if path.ends_with("mod.rs") {
                continue;
            }
            for (number, line) in code(text) {
                for name in names.iter().filter(|name| !shared.contains(&name.as_str())) {
                    if line.contains(&format!("crate::{own}::{name}")) || line.contains(&format!("super::{name}::")) {
                        broken.push(format!("src/{}:{number}: {}", place(path), line.trim()));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_opens_with_a_sentence_saying_its_job() {
    let silent: Vec<String> =
        sources().iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| place(path)).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

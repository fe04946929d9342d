//! Every page in every state and language is whole: one h1, labelled fields, words everywhere, nothing inline.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::reset::Flaw;
use super::samples;
use crate::i18n::Lang;
use crate::model::event::kinds;

/// An opening tag and the text that follows it up to the next tag.
struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    text: &'a str,
    /// What lies between this tag and the next closing tag of its name.
    inside: &'a str,
}

fn tags(html: &str) -> Vec<Tag<'_>> {
    let mut out = Vec::new();
    for (at, _) in html.match_indices('<') {
        let rest = &html[at + 1..];
        let Some((tag, after)) = rest.split_once('>') else { continue };
        if tag.starts_with(['/', '!']) {
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let text = after.split('<').next().unwrap_or_default();
        let inside = after.split(&format!("</{name}>")).next().unwrap_or_default();
        out.push(Tag { name, attributes, text, inside });
    }
    out
}

impl Tag<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        let from = format!(" {}", self.attributes);
        let start = from.find(&format!(" {name}=\""))? + name.len() + 2;
        self.attributes.get(start..)?.split('"').next()
    }
}

fn words_of(html: &str) -> String {
    let mut depth = false;
    let mut out = String::new();
    for c in html.chars() {
        match c {
            '<' => depth = true,
            '>' => depth = false,
            c if !depth => out.push(c),
            _ => {}
        }
    }
    out.trim().to_owned()
}

#[test]
fn every_page_is_whole() {
    for lang in Lang::ALL {
        for sample in samples::all(lang) {
            let html = sample.page.into_string();
            let at = format!("{} in {}", sample.name, lang.code());
            let tags = tags(&html);
            assert_eq!(tags.iter().filter(|t| t.name == "h1").count(), 1, "{at}: one h1");
            assert_eq!(
                tags.iter().find(|t| t.name == "html").and_then(|t| t.value("lang")),
                Some(lang.code()),
                "{at}: lang"
            );
            assert!(!html.contains("Unknown localization"), "{at}: a key without words");
            assert!(!html.contains("{$"), "{at}: a variable without value");
            let labels: BTreeSet<&str> =
                tags.iter().filter(|t| t.name == "label").filter_map(|t| t.value("for")).collect();
            let mut ids = BTreeSet::new();
            for tag in &tags {
                check_tag(&at, tag, &labels);
                if let Some(id) = tag.value("id") {
                    assert!(ids.insert(id), "{at}: #{id} twice");
                }
            }
            for tag in &tags {
                let inner = tag.value("href").and_then(|h| h.strip_prefix('#'));
                let named = tag.value("aria-describedby").into_iter().flat_map(|v| v.split(' '));
                for id in inner.into_iter().chain(named).chain(tag.value("for")).chain(tag.value("aria-labelledby")) {
                    assert!(ids.contains(id), "{at}: no #{id}");
                }
            }
        }
    }
}

fn check_tag(at: &str, tag: &Tag<'_>, labels: &BTreeSet<&str>) {
    let spoken =
        ["h1", "h2", "p", "li", "a", "button", "label", "legend", "dt", "dd", "th", "td", "title", "summary", "strong"];
    if spoken.contains(&tag.name) {
        assert!(!words_of(tag.inside).is_empty(), "{at}: empty <{} {}>", tag.name, tag.attributes);
    }
    if tag.name == "input" && tag.value("type") != Some("hidden") {
        let id = tag.value("id").unwrap_or_default();
        assert!(labels.contains(id), "{at}: no label for <input {}>", tag.attributes);
    }
    if tag.name == "img" {
        assert!(tag.value("alt").is_some_and(|alt| !alt.is_empty()), "{at}: an image without words");
    }
    if tag.name == "script" {
        assert!(tag.value("src").is_some() && tag.text.is_empty(), "{at}: inline script");
    }
    assert_ne!(tag.name, "style", "{at}: inline style");
    for name in tag.attributes.split(' ').filter_map(|a| a.split_once('=')).map(|(name, _)| name) {
        assert!(name != "style" && !name.starts_with("on"), "{at}: inline {name}");
    }
    assert!(!tag.value("href").unwrap_or_default().starts_with("javascript:"), "{at}: a script as address");
}

#[test]
fn a_wrong_form_says_so_first() {
    for (lang, prefix) in [(Lang::Id, "<title>Kesalahan: "), (Lang::En, "<title>Error: ")] {
        for sample in samples::all(lang) {
            let wrong = ["reset-missing", "confirm-password-wrong"].contains(&sample.name.as_str())
                || sample.name.contains("-trouble-")
                || Flaw::ALL.iter().any(|f| sample.name.starts_with(&format!("reset-{}", f.code())));
            assert_eq!(sample.page.into_string().contains(prefix), wrong, "{}", sample.name);
        }
    }
}

#[test]
fn what_was_typed_is_escaped() {
    let user_id = r#""><script>alert(1)</script>"#.to_owned();
    let typed = super::reset::Typed { user_id, ..Default::default() };
    let (flaws, form, captcha) = (vec![], String::new(), super::reset::Captcha::Off);
    let data = super::reset::Data { typed, flaws, form, captcha, portal: None };
    let html = super::reset::page(&samples::frame(Lang::Id), &data).into_string();
    assert!(!html.contains("<script>alert"));
}

#[test]
fn the_labels_are_the_guides_own() {
    let pages: BTreeMap<String, String> =
        samples::all(Lang::Id).into_iter().map(|s| (s.name, s.page.into_string())).collect();
    for (page, words) in [
        ("reset", ">User ID<"),
        ("reset", ">Email<"),
        ("reset", ">Kode Keamanan<"),
        ("reset", ">Tipe User<"),
        ("reset", ">Penyedia<"),
        ("reset", ">Non Penyedia<"),
        ("reset", ">Kirim<"),
        ("home", ">Login<"),
        ("home", ">Reset TOTP?<"),
        ("login", ">Penyedia<"),
        ("login", ">Reset TOTP?<"),
        ("activate", "<h1>Aktivasi TOTP</h1>"),
        ("account-none", "<h1>Beranda User</h1>"),
        ("account-none", ">Enable TOTP<"),
        ("account", ">Disable TOTP<"),
        ("sent", "<h1>Berhasil Kirim Reset TOTP</h1>"),
        ("sent", "Konfirmasi Permintaan Reset TOTP"),
        ("confirm", "<h1>Reset TOTP</h1>"),
        ("confirm-open", ">Konfirmasi Reset TOTP<"),
        ("confirm-open", ">OK<"),
        ("done", "<h1>TOTP Berhasil di Reset</h1>"),
    ] {
        assert!(pages[page].contains(words), "{page}: {words}");
    }
}

#[test]
fn the_secret_key_stands_in_no_attribute_but_the_link() {
    let page = samples::all(Lang::Id).into_iter().find(|s| s.name == "activate").map(|s| s.page.into_string()).unwrap();
    let secret = samples::SECRET.concat();
    let holding: Vec<(&str, &str)> = page
        .match_indices(&secret)
        .map(|(at, _)| {
            page[..at]
                .rsplit_once("=\"")
                .map_or(("", ""), |(before, value)| (before.rsplit(' ').next().unwrap(), value))
        })
        .collect();
    assert_eq!(holding.len(), 1, "{holding:?}");
    assert_eq!(holding[0].0, "href");
    assert!(holding[0].1.starts_with("otpauth://"));
}

/// Key → variables, over all files of a language.
fn keys(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/locales").join(lang.code());
    let mut out = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let mut key = String::new();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let head = line.split(" =").next().unwrap_or_default();
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                head.clone_into(&mut key);
                assert!(out.insert(key.clone(), BTreeSet::new()).is_none(), "{key} twice, in {}", path.display());
            }
            for piece in line.split('$').skip(1) {
                let name = piece.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
                out.get_mut(&key).unwrap().insert(name.to_owned());
            }
        }
    }
    out
}

#[test]
fn every_kind_of_event_has_words() {
    let keys = keys(Lang::Id);
    for kind in kinds() {
        let key = format!("kind-{}", kind.replace('.', "-"));
        assert!(keys.contains_key(&key), "{key} has no words");
    }
}

#[test]
fn both_languages_have_the_same_keys_and_variables() {
    assert_eq!(keys(Lang::Id), keys(Lang::En));
}

/// All Rust text of the house.
fn source(folder: &Path, out: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("views/tests.rs") {
            out.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_key_is_used_and_every_used_key_has_words() {
    let mut text = String::new();
    source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
    let keys = keys(Lang::Id);
    // a key made of a code: format!("refusal-{code}-title"), any string literal of that shape
    let literals: BTreeSet<&str> = text.split('"').filter(|s| s.len() < 60 && !s.contains(['\n', ' '])).collect();
    let patterns: Vec<Vec<&str>> = literals
        .iter()
        .filter(|s| s.contains('{') && s.starts_with(|c: char| c.is_ascii_lowercase()) && s.contains('-'))
        .map(|s| s.split(['{', '}']).step_by(2).collect())
        .collect();
    let fits = |key: &str, p: &[&str]| key.starts_with(p[0]) && key.ends_with(p[p.len() - 1]);
    for key in keys.keys() {
        let used = literals.contains(key.as_str()) || patterns.iter().any(|p| fits(key, p));
        assert!(used, "{key} is not used");
    }
    for call in [".t(\"", ".ta(\"", ".t(\n", ".ta(\n"] {
        for (at, _) in text.match_indices(call) {
            let rest = text[at + call.len()..].trim_start();
            let key = rest.trim_start_matches('"').split('"').next().unwrap_or_default();
            if rest.starts_with("&format!") || !rest.starts_with('"') && call.ends_with('\n') || key == "key" {
                continue;
            }
            assert!(keys.contains_key(key), "{key} has no words");
        }
    }
}

#[test]
fn a_page_weighs_little() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/static");
    let size = |name: &str| fs::metadata(assets.join(name)).unwrap().len();
    assert!(size("pulih.js") + size("pow.js") <= 8 * 1024, "scripts");
    // never on the page with the proof of work
    assert!(size("pulih.js") + size("steps.js") <= 8 * 1024, "scripts of sign-in");
    assert!(size("pulih.css") <= 16 * 1024, "sheet");
    assert!(size("pulih.js") + size("staff.js") <= 16 * 1024, "scripts of the desk");
    for sample in samples::all(Lang::Id) {
        let page = sample.page.into_string();
        // lists of the desk hold many rows
        let most = if page.contains("<body class=\"desk\"") { 96 } else { 16 };
        assert!(page.len() <= most * 1024, "{}", sample.name);
    }
}

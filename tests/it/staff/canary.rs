//! Whatever the role, no page and no export of the desk shows a secret, a token, a code or a hash.

use std::collections::BTreeSet;

use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD, HEXLOWER};
use pulih::model::staff::Role;
use reqwest::Method;

use crate::support::browser::Browser;
use crate::support::desk::Officer;
use crate::support::house::{PASSWORD, SECRET, TestApp};
use crate::support::signing::hash;

/// A secret in every spelling that could stand on a page.
fn spellings(bytes: &[u8]) -> Vec<String> {
    vec![HEXLOWER.encode(bytes), BASE64.encode(bytes), BASE64URL_NOPAD.encode(bytes), BASE32_NOPAD.encode(bytes)]
}

/// Everything that nobody may see, as the database and the letters hold it.
async fn canaries(app: &TestApp, officers: &[Officer]) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = [SECRET.to_owned(), PASSWORD.to_owned(), hash().to_owned()].into();
    for query in [
        "select encode(sealed_secret, 'hex') from credential where sealed_secret is not null",
        "select encode(sealed_secret, 'hex') from staff_factor where sealed_secret is not null",
        "select encode(hash, 'hex') from recovery_code",
        "select encode(token_hash, 'hex') from session",
        "select encode(token_hash, 'hex') from staff_session",
        "select encode(random, 'hex') from link",
    ] {
        for row in app.sql(query).await {
            let hex = row[0].clone().unwrap();
            all.extend(spellings(&HEXLOWER.decode(hex.as_bytes()).unwrap()));
        }
    }
    for letter in app.letters() {
        let tokens = letter.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        all.extend(tokens.filter(|t| t.len() == 64).map(str::to_owned));
    }
    for officer in officers {
        all.extend(["pulih_staff", "pulih"].into_iter().filter_map(|name| officer.browser.cookie(name)));
    }
    assert!(all.len() > 40, "too few canaries: {}", all.len());
    all
}

/// Every page that can be reached from the menu by links alone.
async fn crawl(browser: &Browser) -> Vec<(String, String)> {
    let (mut todo, mut seen, mut pages) = (vec!["/staff".to_owned()], BTreeSet::new(), Vec::new());
    while let Some(path) = todo.pop() {
        let shape = path.split('?').next().unwrap().to_owned();
        if !seen.insert(path.clone()) || pages.len() > 250 || path.contains("lang=") || shape.ends_with("/live") {
            continue;
        }
        let page = browser.answer(browser.request(Method::GET, &path)).await;
        assert!(page.status.as_u16() < 400, "{path}: {}", page.status);
        if page.status.is_redirection() {
            todo.push(page.header("location").to_owned());
        }
        let links = page.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        todo.extend(links.filter(|l| l.starts_with("/staff")).map(|l| l.replace("&amp;", "&")));
        pages.push((path, page.body));
    }
    pages
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_of_the_desk_sees_a_secret_a_token_a_code_or_a_hash() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    app.browser().kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
    app.helped("AMANAH7", "rina@amanah.example").await;
    let mut officers = Vec::new();
    for &role in Role::ALL {
        officers.push(app.officer(role.code(), &[role.code()]).await);
    }
    let account = app.value("select id::text from account where user_id = 'AMANAH7'").await;
    let canaries = canaries(&app, &officers).await;
    let mut walked = BTreeSet::new();
    for officer in &officers {
        let mut pages = crawl(&officer.browser).await;
        for path in [format!("/staff/accounts/{account}"), "/staff/outbox?view=all".to_owned()] {
            let page = officer.browser.answer(officer.browser.request(Method::GET, &path)).await;
            pages.push((path, page.body));
        }
        for (path, body) in pages {
            for canary in &canaries {
                assert!(!body.contains(canary.as_str()), "{path} shows {canary}");
            }
            walked.insert(path.split('?').next().unwrap().to_owned());
        }
    }
    for place in
        ["/staff/requests", "/staff/accounts", "/staff/outbox", "/staff/people", "/staff/settings", "/staff/activity"]
    {
        assert!(walked.contains(place), "{place} was not walked: {walked:?}");
    }
    let admin = &mut officers[2];
    admin.browser.open("/staff/accounts").await;
    let code = admin.code(&app).await;
    let export = admin.browser.send("/staff/accounts/export", &[("code", &code)]).await.body.clone();
    assert!(export.contains("AMANAH7"));
    for canary in &canaries {
        assert!(!export.contains(canary.as_str()), "the export shows {canary}");
    }
    app.settle().await;
    app.end().await;
}

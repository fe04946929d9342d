//! How a client answers Kode Keamanan.

use pulih::base::pow::{self, Challenge};
use reqwest::Method;

use super::browser::{Browser, Form, Page};
use super::markup;

/// The value of a `data-…` attribute of the proof of work.
pub fn data(page: &Page, name: &str) -> String {
    let mut tags = markup::tags(&page.body).into_iter();
    let held = tags.find(|tag| tag.attributes.contains(&("name".to_owned(), "altcha".to_owned())));
    let held = held.unwrap_or_else(|| panic!("no proof of work is asked: {}", page.text()));
    let name = format!("data-{name}");
    held.attributes.into_iter().find(|(found, _)| *found == name).unwrap().1
}

/// Does the work that a page asks.
pub fn prove(page: &Page) -> String {
    let [algorithm, challenge, salt, signature] =
        ["algorithm", "challenge", "salt", "signature"].map(|name| data(page, name).replace("&amp;", "&"));
    let maxnumber = data(page, "max").parse().unwrap();
    pow::solve(&Challenge { algorithm, challenge, salt, signature, maxnumber }).expect("there is an answer")
}

/// The form, as a client at `from` gets it.
pub async fn form(browser: &Browser, from: &str) -> (Page, Form) {
    let page = browser.answer(browser.request(Method::GET, "/reset-totp").header("x-forwarded-for", from)).await;
    let form = page.form("/reset-totp");
    (page, form)
}

/// Posts a form from there.
pub async fn send(browser: &Browser, fields: &[(String, String)], from: &str) -> Page {
    browser.answer(browser.request(Method::POST, "/reset-totp").header("x-forwarded-for", from).form(fields)).await
}

/// A whole Kirim with its proof of work.
pub async fn kirim(browser: &Browser, user_id: &str, from: &str) -> Page {
    let (page, form) = form(browser, from).await;
    let email = format!("{user_id}@x.example");
    let typed = [("user_id", user_id), ("email", &email), ("user_type", "penyedia"), ("altcha", &prove(&page))];
    send(browser, &form.filled(&typed), from).await
}

/// A Kirim that answers the picture.
pub async fn picture(browser: &Browser, user_id: &str, kode: &str, from: &str) -> Page {
    let (_, form) = form(browser, from).await;
    let email = format!("{user_id}@x.example");
    let typed = [("user_id", user_id), ("email", &email), ("user_type", "penyedia"), ("kode_keamanan", kode)];
    send(browser, &form.filled(&typed), from).await
}

//! What attackers try: forged tokens and forms, junk in every field, payloads in every word.

mod addresses;
mod captcha;
mod forged;
mod junk;
mod leaks;
pub mod payloads;
mod tokens;

use chrono::TimeDelta;

use crate::support::browser::Browser;
use crate::support::house::TestApp;

const RINA: &str = "rina@amanah.example";

/// Fields of a form as owned pairs.
fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A browser that holds Rina's link with its confirm step open, and her *Ini bukan saya*; with the id of that link.
async fn holder(app: &TestApp) -> (Browser, String) {
    let mut rina = app.browser();
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    app.settle().await;
    let letter = app.letter_to(RINA);
    rina.open(&letter.link("/not-me/")).await;
    rina.open(&letter.link("/r/")).await;
    rina.send("/reset-totp/open", &[]).await;
    let id = rina.page.form("/reset-totp/confirm").value("link").to_owned();
    app.advance(TimeDelta::seconds(61)).await;
    (rina, id)
}

//! What a portal changes about an active TOTP: new recovery codes, and *Disable TOTP*.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::json;

use super::enrol::{CITRA, codes, enrol, house, keyed};
use crate::support::house::PASSWORD;
use crate::support::portal::{Answer, Portal};
use crate::support::signing::Phone;

const CODES: &str = "/accounts/CITRA9/recovery-codes";
const DISABLE: &str = "/accounts/CITRA9/disable";
const CITRAS: &str = "citra@cahaya.example";

fn assert_problem(answer: &Answer, status: u16, problem: &str) {
    assert_eq!((answer.status.as_u16(), answer.problem()), (status, problem), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_code_brings_ten_new_recovery_codes_and_the_old_ones_die() {
    let (app, portal) = house().await;
    assert_problem(&portal.post(CODES, &json!({ "code": "123456" })).await, 409, "not-active");
    let (phone, old) = enrol(&app, &portal, CITRA.0).await;
    let used = json!({ "code": phone.code(&app, 0) });
    assert_problem(&portal.post(CODES, &used).await, 422, "code-replayed");
    app.advance(TimeDelta::seconds(30)).await;
    let code = json!({ "code": phone.code(&app, 0) });
    let renewed = keyed(&portal, CODES, &code, "renew").await;
    let new = codes(&renewed);
    assert_eq!((renewed.status, new.len()), (StatusCode::OK, 10), "{renewed:?}");
    assert!(new.iter().all(|code| !old.contains(code)));
    assert_eq!(codes(&keyed(&portal, CODES, &code, "renew").await), new, "the same again");
    let dump = app.dump().await;
    assert!(new.iter().all(|code| !dump.contains(code.as_str())), "their hashes alone are kept");
    app.advance(TimeDelta::seconds(30)).await;
    let third = portal.post(CODES, &json!({ "code": phone.code(&app, 0) })).await;
    assert!(codes(&third).iter().all(|code| !new.contains(code)), "never the same twice");
    for dead in [&old[0], &new[0]] {
        let answer = portal.post(DISABLE, &json!({ "code": dead, "method": "recovery" })).await;
        assert_problem(&answer, 422, "code-wrong");
    }
    let typed = codes(&third)[4].to_lowercase().replace('-', " ");
    let answer = portal.post(DISABLE, &json!({ "code": typed, "method": "recovery" })).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let told = app.events().await;
    let told = told.iter().filter(|kind| kind.starts_with("recovery-codes.")).collect::<Vec<_>>();
    assert_eq!(told, ["recovery-codes.renewed!code-replayed", "recovery-codes.renewed", "recovery-codes.renewed"]);
    app.settle().await;
    let letters = app.letters().into_iter().filter(|letter| letter.subject == "Kode Pemulihan Dibuat Ulang");
    let letters: Vec<_> = letters.collect();
    assert_eq!(letters.len(), 2, "each renewal is told once");
    assert!(letters[0].to == CITRAS && letters[0].text.contains("Melalui: SPSE"), "{}", letters[0].text);
    assert!(new.iter().all(|code| !letters[0].text.contains(code.as_str())), "no letter holds a code");
    app.browser().open(&app.link_to(CITRAS, "/not-me/")).await.assert_at("/not-me");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_page_shows_no_codes_that_a_portal_made_dead() {
    let (app, portal) = house().await;
    let mut citra = app.browser();
    citra.password(CITRA, PASSWORD).await;
    let phone = citra.activate(&app).await;
    assert_eq!(citra.page.path, "/activate/codes");
    app.advance(TimeDelta::seconds(30)).await;
    let renewed = portal.post(CODES, &json!({ "code": phone.code(&app, 0) })).await;
    assert_eq!(renewed.status, StatusCode::OK, "{renewed:?}");
    assert_eq!(citra.open("/activate/codes").await.path, "/account");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_codes_have_one_budget_whatever_they_are_for() {
    let (app, portal) = house().await;
    let (phone, _) = enrol(&app, &portal, CITRA.0).await;
    app.advance(TimeDelta::seconds(30)).await;
    let wrong = json!({ "code": phone.wrong(&app) });
    for (number, path) in [CODES, DISABLE, CODES, DISABLE, CODES].into_iter().enumerate() {
        // under one key it is one guess
        for _ in 0..2 {
            assert_problem(&keyed(&portal, path, &wrong, &format!("guess-{number}")).await, 422, "code-wrong");
        }
    }
    let right = json!({ "code": phone.code(&app, 0) });
    for path in [CODES, DISABLE] {
        let held = keyed(&portal, path, &right, path).await;
        assert_problem(&held, 429, "codes-held");
        assert!(held.body["retry_at"].is_string() && held.headers.contains_key("retry-after"), "{held:?}");
    }
    app.advance(TimeDelta::minutes(6)).await;
    let right = json!({ "code": phone.code(&app, 0) });
    let disabled = keyed(&portal, DISABLE, &right, "later").await;
    assert_eq!(disabled.status, StatusCode::OK, "{disabled:?}");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_do_not_keep_the_owner_of_a_known_device_from_these() {
    let (app, portal) = house().await;
    let (phone, _) = enrol(&app, &portal, CITRA.0).await;
    app.advance(TimeDelta::seconds(30)).await;
    let known = json!({ "code": phone.code(&app, 0), "device": "hp-citra" });
    assert_eq!(portal.post("/accounts/CITRA9/verify", &known).await.body["result"], "right");
    for _ in 0..5 {
        portal.post(DISABLE, &json!({ "code": phone.wrong(&app), "device": "hp-lain" })).await;
    }
    app.advance(TimeDelta::seconds(30)).await;
    let from = |device: &str| json!({ "code": phone.code(&app, 0), "device": device });
    for path in [CODES, DISABLE] {
        assert_problem(&portal.post(path, &from("hp-lain")).await, 429, "codes-held");
        assert_problem(&portal.post(path, &from("")).await, 422, "form-invalid");
    }
    assert_eq!(portal.post(CODES, &from("hp-citra")).await.status, StatusCode::OK);
    app.advance(TimeDelta::seconds(30)).await;
    assert_eq!(portal.post(DISABLE, &from("hp-citra")).await.status, StatusCode::OK);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disabled_it_enrols_anew_by_the_grant_that_was_answered() {
    let (app, portal) = house().await;
    let other = Portal::of(&app, "lpse").await;
    let (phone, _) = enrol(&app, &portal, CITRA.0).await;
    // the letter about that goes first
    app.settle().await;
    let mut citra = app.browser();
    app.advance(TimeDelta::seconds(30)).await;
    citra.sign_in(&app, CITRA, &phone).await;
    assert_eq!(citra.page.path, "/account", "{}", citra.page.text());
    app.advance(TimeDelta::seconds(30)).await;
    let code = json!({ "code": phone.code(&app, 0), "method": "totp" });
    let disabled = keyed(&portal, DISABLE, &code, "off").await;
    let again = keyed(&portal, DISABLE, &code, "off").await;
    assert_eq!((disabled.status, &disabled.body), (StatusCode::OK, &again.body), "the same grant");
    assert_problem(&portal.post(DISABLE, &code).await, 409, "not-active");
    assert!(!citra.is_in().await, "its sessions ended");
    app.settle().await;
    let letter = app.letter_to(CITRAS);
    assert_eq!(letter.subject, "TOTP Dinonaktifkan");
    let text = disabled.body["grant"].as_str().unwrap();
    assert!(!app.dump().await.contains(&text["pulih_grant_".len()..]), "its hash alone is kept");

    let at = "/accounts/CITRA9/enrolment";
    assert_problem(&portal.post(at, &json!({})).await, 409, "grant-required");
    assert_problem(&other.post(at, &json!({ "grant": text })).await, 409, "grant-required");
    let begun = portal.post(at, &json!({ "grant": text })).await;
    assert_eq!(begun.body["expires_at"], disabled.body["grant_expires_at"], "{begun:?}");
    let new = Phone::holding(begun.body["secret"].as_str().unwrap());
    let path = format!("{at}/{}/confirm", begun.body["enrolment"].as_str().unwrap());
    let proved = portal.post(&path, &json!({ "code": new.code(&app, 0) })).await;
    assert_eq!(proved.status, StatusCode::OK, "{proved:?}");
    let states = "select source || ' ' || (used_at is not null) || ' ' || (taken_at is not null) from activation_grant";
    assert_eq!(app.value(states).await, "disable true true");
    app.settle().await;
    app.end().await;
}

//! Enrolment at a portal: who may, what a portal that dies in between finds, and whose enrolment it is.

use chrono::TimeDelta;
use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD, HEXLOWER};
use pulih::base::{recovery, secret_hash};
use pulih::config::EnrolFirst;
use pulih::model::portal::grant;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::acts::at_once;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::portal::{Answer, Portal, read};
use crate::support::rounds;
use crate::support::signing::{Phone, RINA};

/// Citra, who never had TOTP.
pub const CITRA: (&str, &str) = ("CITRA9", "penyedia");
const CITRAS: &str = "citra@cahaya.example";
const RINAS: &str = "rina@amanah.example";

/// A house with Citra, and a portal.
pub async fn house() -> (TestApp, Portal) {
    let app = TestApp::with(|plan| plan.config.database.pool = 64).await;
    app.people_with_passwords().await;
    app.import(&format!("CITRA9,penyedia,Citra Lestari,{CITRAS},,,,\n")).await;
    app.give_passwords().await;
    Phone::imported().calm(&app).await;
    let portal = Portal::of(&app, "spse").await;
    (app, portal)
}

/// A POST under an Idempotency-Key.
pub async fn keyed(portal: &Portal, path: &str, body: &Value, key: &str) -> Answer {
    read(portal.call(Method::POST, path).header("idempotency-key", key).json(body)).await
}

/// Where the enrolments of an account begin.
fn at(user_id: &str) -> String {
    format!("/accounts/{user_id}/enrolment")
}

/// Where an enrolment that began is proved.
fn proof(user_id: &str, begun: &Answer) -> String {
    format!("/accounts/{user_id}/enrolment/{}/confirm", begun.body["enrolment"].as_str().expect("it began"))
}

/// The app that scanned what an answer shows.
fn scanned(begun: &Answer) -> Phone {
    assert_eq!(begun.status, StatusCode::CREATED, "{begun:?}");
    Phone::holding(begun.body["secret"].as_str().unwrap())
}

/// Proves what began; the answer.
async fn prove(app: &TestApp, portal: &Portal, user_id: &str, begun: &Answer) -> Answer {
    let code = scanned(begun).code(app, 0);
    portal.post(&proof(user_id, begun), &json!({ "code": code })).await
}

fn assert_problem(answer: &Answer, status: u16, problem: &str) {
    assert_eq!((answer.status.as_u16(), answer.problem()), (status, problem), "{answer:?}");
}

/// Enrols somebody who may; the app.
pub async fn enrol(app: &TestApp, portal: &Portal, user_id: &str) -> (Phone, Vec<String>) {
    let begun = portal.post(&at(user_id), &json!({})).await;
    let proved = prove(app, portal, user_id, &begun).await;
    assert_eq!(proved.status, StatusCode::OK, "{proved:?}");
    (scanned(&begun), codes(&proved))
}

/// The recovery codes of an answer.
pub fn codes(answer: &Answer) -> Vec<String> {
    let codes = answer.body["recovery_codes"].as_array().unwrap_or_else(|| panic!("no codes: {answer:?}"));
    codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// TOTP that is active, and the unused recovery codes it has.
async fn active(app: &TestApp, user_id: &str) -> String {
    app.value(&format!(
        "select count(distinct c.id) || ' ' || count(r.id) from account a
         left join credential c on c.account_id = a.id and c.revoked_at is null
         left join recovery_code r on r.credential_id = c.id and r.used_at is null and r.revoked_at is null
         where a.user_id = '{user_id}'"
    ))
    .await
}

/// Rina lost her phone and reset TOTP; her browser handed its grant to the portal of that name.
async fn handed(app: &TestApp, slug: &str) -> String {
    app.browser().lose_phone(app, RINA, RINAS).await;
    app.settle().await;
    hand(app, slug, RINA.0, [9; 32]).await
}

/// Hands the live grant of an account to a portal.
async fn hand(app: &TestApp, slug: &str, user_id: &str, secret: [u8; 32]) -> String {
    let hash = HEXLOWER.encode(&secret_hash(&secret));
    app.sql(&format!(
        "update activation_grant set portal_id = (select id from portal where slug = '{slug}'), handed_at = pulih.now(),
             portal_hash = '\\x{hash}', taken_at = null
         where account_id = (select id from account where user_id = '{user_id}') and used_at is null and revoked_at is null"
    ))
    .await;
    grant::write(&secret)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_had_totp_enrols_with_what_the_portal_knows() {
    let (app, portal) = house().await;
    let begun = portal.post(&at("citra9"), &json!({})).await;
    let phone = scanned(&begun);
    phone.calm(&app).await;
    let secret = begun.body["secret"].as_str().unwrap();
    assert!(begun.body["otpauth"].as_str().unwrap().contains(&format!("CITRA9?secret={secret}&")), "{begun:?}");
    assert!(begun.body["qr_svg"].as_str().unwrap().starts_with("<svg"), "{begun:?}");
    assert_eq!(
        (&begun.body["algorithm"], &begun.body["digits"], &begun.body["period"]),
        (&json!("SHA1"), &json!(6), &json!(30))
    );
    assert_eq!(begun.headers["cache-control"], "no-store");
    let path = proof("CITRA9", &begun);
    let wrong = portal.post(&path, &json!({ "code": phone.wrong(&app) })).await;
    assert_problem(&wrong, 422, "code-wrong");
    let late = portal.post(&path, &json!({ "code": phone.code(&app, -5) })).await;
    assert_problem(&late, 422, "code-elsewhere");
    assert_eq!(late.body["clock_offset_seconds"], -150);
    let early = phone.code(&app, 2);
    assert_problem(&portal.post(&path, &json!({ "code": early })).await, 422, "code-elsewhere");
    app.advance(TimeDelta::seconds(60)).await;
    assert_problem(&portal.post(&path, &json!({ "code": early })).await, 422, "code-replayed");
    app.advance(TimeDelta::seconds(30)).await;
    let proved = portal.post(&path, &json!({ "code": phone.code(&app, 0) })).await;
    assert_eq!((proved.status, &proved.body["status"]), (StatusCode::OK, &json!("active")), "{proved:?}");
    let hashes = app.column("select encode(hash, 'hex') from recovery_code where revoked_at is null").await;
    let account = app.id("select id from account where user_id = 'CITRA9'").await;
    for code in codes(&proved) {
        assert!(hashes.contains(&HEXLOWER.encode(&recovery::hash(account, &code))), "{code}");
    }
    assert_eq!(codes(&proved).len(), 10);
    assert_eq!(active(&app, "CITRA9").await, "1 10");
    app.settle().await;
    let letter = app.letter_to(CITRAS);
    assert_eq!(letter.subject, "Aktivasi TOTP Berhasil");
    assert!(letter.text.contains("SPSE"), "it says where: {}", letter.text);
    let told = app.events().await;
    let told: Vec<&str> = told.iter().map(String::as_str).filter(|kind| kind.starts_with("totp.")).collect();
    let expected = [
        "totp.enrolling",
        "totp.activated!code-wrong",
        "totp.activated!code-elsewhere",
        "totp.activated!code-elsewhere",
        "totp.activated!code-replayed",
        "totp.activated",
    ];
    assert_eq!(told, expected);
    let actors = app
        .value("select string_agg(distinct body::jsonb #>> '{actor,kind}', ' ') from event where kind like 'totp.%'");
    assert_eq!(actors.await, "portal");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_settings_say_so_the_first_enrolment_needs_a_grant_too() {
    let app = TestApp::with(|plan| plan.config.enrol.first = EnrolFirst::Grant).await;
    app.import(&format!("CITRA9,penyedia,Citra Lestari,{CITRAS},,,,\n")).await;
    let portal = Portal::of(&app, "spse").await;
    assert_problem(&portal.post(&at("CITRA9"), &json!({})).await, 409, "grant-required");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_reset_the_grant_enrols_once() {
    let (app, portal) = house().await;
    let other = Portal::of(&app, "lpse").await;
    assert_problem(&portal.post(&at(RINA.0), &json!({})).await, 409, "already-active");
    let text = handed(&app, "spse").await;
    let with = json!({ "grant": text });
    assert_problem(&portal.post(&at(RINA.0), &json!({})).await, 409, "grant-required");
    for wrong in ["", "pulih_grant_", &grant::write(&[8; 32]), &text[..text.len() - 1], &text.to_uppercase()] {
        let answer = portal.post(&at(RINA.0), &json!({ "grant": wrong })).await;
        assert_problem(&answer, 409, "grant-required");
    }
    assert_problem(&other.post(&at(RINA.0), &with).await, 409, "grant-required");
    assert_eq!(app.value("select count(taken_at) from activation_grant").await, "0", "nobody has shown it yet");
    let first = portal.post(&at(RINA.0), &with).await;
    assert_eq!(app.value("select count(taken_at) from activation_grant").await, "1");
    let second = portal.post(&at(RINA.0), &with).await;
    assert_ne!(scanned(&first).code(&app, 0), scanned(&second).code(&app, 0), "a new one each time");
    assert_eq!(prove(&app, &portal, RINA.0, &second).await.status, StatusCode::OK);
    assert_problem(&portal.post(&at(RINA.0), &with).await, 409, "already-active");
    // once it is disabled, what was used is worth nothing
    app.advance(TimeDelta::seconds(30)).await;
    let code = scanned(&second).code(&app, 0);
    let disabled = portal.post("/accounts/AMANAH7/disable", &json!({ "code": code })).await;
    assert_eq!(disabled.status, StatusCode::OK, "{disabled:?}");
    assert_problem(&portal.post(&at(RINA.0), &with).await, 409, "grant-required");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_is_over_or_anothers_enrols_nobody() {
    let (app, portal) = house().await;
    let text = handed(&app, "spse").await;
    let with = json!({ "grant": text });
    // Budi's, in Rina's place
    app.browser().lose_phone(&app, crate::support::signing::BUDI, "budi@bahtera.example").await;
    app.settle().await;
    let budis = hand(&app, "spse", "BAHTERA8", [7; 32]).await;
    assert_problem(&portal.post(&at(RINA.0), &json!({ "grant": budis })).await, 409, "grant-required");
    // what a browser holds is nothing in a portal's hands
    app.sql(
        "update activation_grant set secret_hash = portal_hash, portal_id = null, portal_hash = null, handed_at = null",
    )
    .await;
    assert_problem(&portal.post(&at(RINA.0), &with).await, 409, "grant-required");
    hand(&app, "spse", RINA.0, [9; 32]).await;
    let begun = portal.post(&at(RINA.0), &with).await;
    app.sql("update activation_grant set revoked_at = pulih.now()").await;
    assert_problem(&portal.post(&at(RINA.0), &with).await, 409, "grant-required");
    assert_problem(&prove(&app, &portal, RINA.0, &begun).await, 409, "grant-required");
    app.sql("update activation_grant set revoked_at = null").await;
    app.advance(TimeDelta::hours(72)).await;
    assert_problem(&portal.post(&at(RINA.0), &with).await, 409, "grant-required");
    assert_problem(&prove(&app, &portal, RINA.0, &begun).await, 409, "grant-required");
    assert_eq!(active(&app, RINA.0).await, "0 0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_that_died_repeats_what_it_sent_and_finds_the_same() {
    let (app, portal) = house().await;
    let none = json!({});
    let first = keyed(&portal, &at(CITRA.0), &none, "begin-1").await;
    let again = keyed(&portal, &at(CITRA.0), &none, "begin-1").await;
    assert_eq!((again.status, &again.body), (first.status, &first.body), "the same secret");
    let other = keyed(&portal, &at(CITRA.0), &json!({ "grant": "x" }), "begin-1").await;
    assert_problem(&other, 409, "key-reused");
    // without its key, or with another, it begins anew
    let second = portal.post(&at(CITRA.0), &none).await;
    assert_problem(&prove(&app, &portal, CITRA.0, &first).await, 409, "enrolment-gone");
    let old = keyed(&portal, &at(CITRA.0), &none, "begin-1").await;
    assert_problem(&old, 409, "enrolment-gone");
    let third = keyed(&portal, &at(CITRA.0), &none, "begin-2").await;
    assert_problem(&prove(&app, &portal, CITRA.0, &second).await, 409, "enrolment-gone");

    let (path, code) = (proof(CITRA.0, &third), json!({ "code": scanned(&third).code(&app, 0) }));
    let proved = keyed(&portal, &path, &code, "confirm-1").await;
    let repeated = keyed(&portal, &path, &code, "confirm-1").await;
    assert_eq!((proved.status, &proved.body), (StatusCode::OK, &repeated.body), "the same codes");
    assert_problem(&portal.post(&path, &code).await, 409, "already-active");
    assert_problem(&keyed(&portal, &at(CITRA.0), &none, "begin-2").await, 409, "enrolment-gone");
    assert_eq!(active(&app, CITRA.0).await, "1 10");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_first_code_the_secret_is_nowhere() {
    let (app, portal) = house().await;
    let begun = keyed(&portal, &at(CITRA.0), &json!({}), "begin").await;
    let secret = begun.body["secret"].as_str().unwrap().to_owned();
    let code = json!({ "code": scanned(&begun).code(&app, 0) });
    let proved = keyed(&portal, &proof(CITRA.0, &begun), &code, "confirm").await;
    assert_eq!(proved.status, StatusCode::OK, "{proved:?}");
    app.settle().await;
    assert_eq!(
        app.value("select count(*) from api_answer where enrolment_id is not null and answer is not null").await,
        "0"
    );
    let dump = app.dump().await;
    assert!(dump.contains("CITRA9") && dump.contains("totp.activated"), "the dump holds what happened");
    let letters: String = app.letters().iter().map(|letter| letter.text.clone() + &letter.html).collect();
    let bytes = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let mut canaries = codes(&proved);
    canaries.extend([secret, HEXLOWER.encode(&bytes), BASE64.encode(&bytes), BASE64URL_NOPAD.encode(&bytes)]);
    for canary in &canaries {
        assert!(!dump.contains(canary.as_str()) && !letters.contains(canary.as_str()), "{canary}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_at_once_ends_in_one_active_totp() {
    let (app, portal) = house().await;
    app.warm().await;
    let mut portal = portal;
    for round in 0..rounds(1, 8) {
        let user_id = format!("LOMBA{round}");
        app.import(&format!("{user_id},penyedia,Rina {round},rina{round}@a.example,,,,\n")).await;
        portal.client = reqwest::Client::new();
        // each of eight is sent eight times
        let begun = at_once(64, |i| {
            let (portal, path) = (portal.clone(), at(&user_id));
            async move { keyed(&portal, &path, &json!({}), &format!("begin-{round}-{}", i % 8)).await }
        })
        .await;
        let first: Vec<&Answer> = begun.iter().filter(|one| one.status == StatusCode::CREATED).collect();
        assert!(!first.is_empty(), "somebody began");
        for one in &begun {
            assert!(one.status == StatusCode::CREATED || one.problem() == "enrolment-gone", "{one:?}");
        }
        let tries: Vec<(String, Value)> = begun
            .iter()
            .filter(|one| one.status == StatusCode::CREATED)
            .map(|one| (proof(&user_id, one), json!({ "code": scanned(one).code(&app, 0) })))
            .collect();
        let proved = at_once(64, |i| {
            let ((path, code), portal) = (tries[i % tries.len()].clone(), portal.clone());
            async move { portal.post(&path, &code).await }
        })
        .await;
        let won: Vec<&Answer> = proved.iter().filter(|one| one.status == StatusCode::OK).collect();
        assert_eq!(won.len(), 1, "round {round}");
        for lost in proved.iter().filter(|one| one.status != StatusCode::OK) {
            assert!(["already-active", "enrolment-gone"].contains(&lost.problem()), "{lost:?}");
        }
        assert_eq!(active(&app, &user_id).await, "1 10");
        let code = json!({ "code": codes(won[0])[3], "method": "recovery" });
        let disabled = portal.post(&format!("/accounts/{user_id}/disable"), &code).await;
        assert_eq!(disabled.status, StatusCode::OK, "its codes work: {disabled:?}");
    }
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_reset_ends_what_began_since() {
    let (app, portal) = house().await;
    let with = json!({ "grant": handed(&app, "spse").await });
    let begun = keyed(&portal, &at(RINA.0), &with, "begin").await;
    scanned(&begun);
    let mut rina = app.browser();
    rina.open(&app.link_to(RINAS, "/not-me/")).await;
    rina.send("/not-me", &[]).await;
    rina.send("/not-me/confirm", &[]).await;
    assert_problem(&prove(&app, &portal, RINA.0, &begun).await, 403, "locked");
    assert_problem(&keyed(&portal, &at(RINA.0), &with, "begin").await, 409, "enrolment-gone");
    app.sql("update account set status = 'active', locked_reason = null").await;
    assert_problem(&prove(&app, &portal, RINA.0, &begun).await, 409, "enrolment-gone");
    assert_problem(&portal.post(&at(RINA.0), &with).await, 409, "grant-required");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_page_and_a_portal_never_prove_each_others_enrolments() {
    let (app, portal) = house().await;
    let other = Portal::of(&app, "lpse").await;
    let mut citra = app.browser();
    citra.password(CITRA, PASSWORD).await;
    let (secret, stale) = (citra.page.secret_key(), citra.page.form("/activate"));
    let ours = app.value("select id::text from enrolment").await;
    let path = format!("/accounts/CITRA9/enrolment/{ours}/confirm");
    let answer = portal.post(&path, &json!({ "code": Phone::holding(&secret).code(&app, 0) })).await;
    assert_problem(&answer, 409, "enrolment-gone");

    let begun = portal.post(&at(CITRA.0), &json!({})).await;
    assert_problem(&prove(&app, &other, CITRA.0, &begun).await, 409, "enrolment-gone");
    let (id, code) = (begun.body["enrolment"].as_str().unwrap(), scanned(&begun).code(&app, 0));
    let page = citra.post("/activate", &stale.filled(&[("enrolment", id), ("code", &code)])).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text());
    assert!(!citra.open("/activate").await.body.contains(begun.body["secret"].as_str().unwrap()));
    assert_eq!(active(&app, CITRA.0).await, "0 0");
    assert_eq!(prove(&app, &portal, CITRA.0, &begun).await.status, StatusCode::OK);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anothers_account_is_nobodys_and_a_locked_one_is_locked() {
    let (app, portal) = house().await;
    let other = Portal::of(&app, "lpse").await;
    app.sql("update account set portal_id = (select id from portal where slug = 'spse') where user_id = 'CITRA9'")
        .await;
    let code = json!({ "code": "123456" });
    let some = "01900000-0000-7000-8000-000000000000";
    for (path, body) in [
        ("enrolment".to_owned(), &json!({})),
        (format!("enrolment/{some}/confirm"), &code),
        ("recovery-codes".to_owned(), &code),
        ("disable".to_owned(), &code),
    ] {
        let theirs = other.post(&format!("/accounts/CITRA9/{path}"), body).await;
        assert_problem(&theirs, 404, "not-found");
        for nobody in ["NOBODY1", "%00", "a%0ab", "%FF", &"x".repeat(500)] {
            let answer = portal.post(&format!("/accounts/{nobody}/{path}"), body).await;
            assert_problem(&answer, 404, "not-found");
            assert_eq!(answer.body["detail"], theirs.body["detail"]);
        }
        let unknown = portal.post(&format!("/accounts/CITRA9/{path}"), &json!({ "code": "1", "more": 1 })).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY, "{unknown:?}");
        app.sql("update account set status = 'locked', locked_reason = 'helpdesk' where user_id = 'CITRA9'").await;
        assert_problem(&portal.post(&format!("/accounts/CITRA9/{path}"), body).await, 403, "locked");
        app.sql("update account set status = 'active', locked_reason = null where user_id = 'CITRA9'").await;
    }
    let junk = portal.post("/accounts/CITRA9/enrolment/junk/confirm", &code).await;
    assert_problem(&junk, 404, "not-found");
    assert_problem(
        &portal.post(&format!("/accounts/CITRA9/enrolment/{some}/confirm"), &code).await,
        409,
        "enrolment-gone",
    );
    app.end().await;
}

//! Accounts that portals state: made, read, changed with care, and never silently overwritten.

mod limits;
mod races;

use chrono::{TimeDelta, Utc};
use pulih::model::portal::Scope;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::acts::{at_once, press_ok};
use crate::support::house::TestApp;
use crate::support::letters::list;
use crate::support::portal::{Answer, Portal, read};

impl Portal {
    pub async fn put(&self, user_id: &str, body: &Value) -> Answer {
        read(self.call(Method::PUT, &format!("/accounts/{user_id}")).json(body)).await
    }

    pub async fn put_once(&self, user_id: &str, body: &Value, key: &str) -> Answer {
        read(self.call(Method::PUT, &format!("/accounts/{user_id}")).header("idempotency-key", key).json(body)).await
    }
}

/// Rina as the import of `people` has her, with other things said besides.
pub fn rina(other: Value) -> Value {
    with(json!({ "user_type": "penyedia", "name": "Rina Wijaya", "email": "rina@amanah.example" }), other)
}

/// Budi, who has two addresses.
pub fn budi(other: Value) -> Value {
    with(json!({ "user_type": "non_penyedia", "name": "Budi Santoso", "email": "budi@bahtera.example" }), other)
}

fn with(mut body: Value, other: Value) -> Value {
    let Value::Object(other) = other else { panic!("{other}") };
    body.as_object_mut().unwrap().extend(other);
    body
}

/// The portal SPSE, whose all accounts are.
async fn owner(app: &TestApp) -> Portal {
    let spse = Portal::of(app, "spse").await;
    app.sql("update account set portal_id = (select id from portal where slug = 'spse')").await;
    spse
}

/// What was told of accounts, oldest first: kind, refusal, facts.
async fn told(app: &TestApp) -> Vec<String> {
    app.column(
        "select kind || coalesce('!' || (body::jsonb ->> 'refusal'), '') || coalesce(' ' || replace(body::jsonb #>> '{facts,changed}', ', ', ','), '')
         || coalesce(' ' || (body::jsonb #>> '{facts,letters}'), '')
         from event where kind in ('account.registered', 'account.changed') order by id",
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_made_and_read() {
    let app = TestApp::start().await;
    let spse = Portal::of(&app, "spse").await;
    let body = rina(json!({ "email_2": "kantor@amanah.example", "language": "en" }));
    let made = spse.put("AMANAH7", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let stands = json!({
        "user_id": "AMANAH7", "user_type": "penyedia", "name": "Rina Wijaya", "language": "en",
        "email": "r•••@a•••.example", "email_2": "k•••@a•••.example", "status": "active",
        "totp": { "status": "none", "recovery_codes_left": 0, "grant_required": false },
        "resets": { "open": false },
    });
    assert_eq!(made.body, stands);
    for same in ["AMANAH7", "amanah7", "%20Amanah7%20", "%41MANAH7"] {
        let answer = spse.get(&format!("/accounts/{same}")).await;
        assert_eq!((answer.status, &answer.body), (StatusCode::OK, &stands), "{same}");
        let again = spse.put(same, &body).await;
        assert_eq!((again.status, &again.body), (StatusCode::OK, &stands), "{same}");
    }
    assert_eq!(told(&app).await, ["account.registered"]);
    let actor = app.value("select body::jsonb #>> '{actor,kind}' from event where kind = 'account.registered'").await;
    assert_eq!(actor, "portal");
    assert!(app.letters().is_empty());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_shows_its_totp_and_its_resets() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = Portal::of(&app, "spse").await;
    let before = spse.get("/accounts/AMANAH7").await;
    assert_eq!(before.body["totp"]["status"], "active", "{before:?}");
    assert_eq!(before.body["totp"]["grant_required"], false);
    assert!(before.body["totp"]["since"].as_str().unwrap().ends_with('Z'));
    app.ask("AMANAH7", "rina@amanah.example").await.unwrap();
    app.settle().await;
    assert_eq!(spse.get("/accounts/AMANAH7").await.body["resets"], json!({ "open": true }));
    let link = app.opened_link("AMANAH7").await;
    press_ok(&app.app, link, 1).await.unwrap();
    app.settle().await;
    let after = spse.get("/accounts/AMANAH7").await;
    assert_eq!(after.body["totp"], json!({ "status": "none", "recovery_codes_left": 0, "grant_required": true }));
    assert_eq!(after.body["resets"]["open"], false);
    assert!(after.body["resets"]["last_at"].is_string(), "{after:?}");
    app.sql("update account set status = 'locked', locked_reason = 'desk' where user_id = 'AMANAH7'").await;
    assert_eq!(spse.get("/accounts/AMANAH7").await.body["status"], "locked");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_portals_account_does_not_exist() {
    let app = TestApp::start().await;
    app.people().await;
    let (spse, sirup) = (Portal::of(&app, "spse").await, Portal::of(&app, "sirup").await);
    // with no portal, both may ask; whoever states it first has it
    for portal in [&spse, &sirup] {
        assert_eq!(portal.get("/accounts/AMANAH7").await.status, StatusCode::OK);
    }
    let claimed = spse.put("AMANAH7", &rina(json!({}))).await;
    assert_eq!(claimed.status, StatusCode::OK, "{claimed:?}");
    let other = sirup.get("/accounts/AMANAH7").await;
    let nobody = sirup.get("/accounts/NOBODY").await;
    assert_eq!((other.status, other.problem()), (StatusCode::NOT_FOUND, "not-found"));
    let words = |answer: &Answer| ["type", "title", "status", "detail"].map(|name| answer.body[name].clone());
    assert_eq!(words(&other), words(&nobody));
    let taken = sirup.put("AMANAH7", &rina(json!({ "email": "evil@lain.example" }))).await;
    assert_eq!((taken.status, taken.problem()), (StatusCode::CONFLICT, "user-id-taken"));
    assert_eq!(told(&app).await, ["account.changed [\"portal\"] 1"]);
    assert_eq!(spse.get("/accounts/AMANAH7").await.status, StatusCode::OK);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_address_is_told_to_all_and_the_next_reset_waits_a_day() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = owner(&app).await;
    app.ask("AMANAH7", "rina@amanah.example").await.unwrap();
    app.settle().await;
    let old = app.opened_link("AMANAH7").await;
    let second = json!({ "email": "rina@baru.example", "email_2": "kantor@baru.example" });
    let changed = spse.put("AMANAH7", &rina(second)).await;
    assert_eq!(changed.body["email"], "r•••@b•••.example", "{changed:?}");
    assert_eq!(told(&app).await, ["account.changed [\"email\",\"email_2\"] 5"]);
    let details = app.value("select details::text from event_personal p join event e on e.id = p.event_id where e.kind = 'account.changed'").await;
    assert!(details.contains("rina@amanah.example") && details.contains("rina@baru.example"), "{details}");
    let body = app.value("select body from event where kind = 'account.changed'").await;
    assert!(!body.contains('@'), "{body}");
    // the link that the former address holds is worth nothing now
    assert!(press_ok(&app.app, old, 1).await.is_err());
    let before = app.letters().len();
    app.settle().await;
    let letters = app.letters().split_off(before);
    let mut to: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    to.sort_unstable();
    let expected =
        ["kantor@baru.example", "kantor@baru.example", "rina@amanah.example", "rina@baru.example", "rina@baru.example"];
    assert_eq!(to, expected, "{:?}", list(&letters));
    for letter in &letters {
        assert!(letter.text.contains("Portal tempat Anda login"), "{}", letter.text);
        assert!(!letter.text.contains("rina@baru.example"), "{}", letter.text);
        letter.link("/not-me/");
    }
    app.advance(TimeDelta::minutes(2)).await;
    app.ask("AMANAH7", "rina@baru.example").await.unwrap();
    app.settle().await;
    let link = app.opened_link("AMANAH7").await;
    press_ok(&app.app, link, 1).await.unwrap();
    assert_eq!(app.events().await.last().unwrap(), "reset.scheduled");
    let waits = spse.get("/accounts/AMANAH7").await.body["resets"]["waiting_until"].as_str().unwrap().to_owned();
    let due = chrono::DateTime::parse_from_rfc3339(&waits).unwrap().with_timezone(&Utc) - app.app.clock().now();
    assert!(due > TimeDelta::hours(23) && due <= TimeDelta::hours(24), "{due}");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_seven_days_a_changed_account_is_reset_at_once() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = owner(&app).await;
    spse.put("AMANAH7", &rina(json!({ "email": "rina@baru.example" }))).await;
    app.settle().await;
    app.advance(TimeDelta::days(7) + TimeDelta::minutes(1)).await;
    app.ask("AMANAH7", "rina@baru.example").await.unwrap();
    app.settle().await;
    let link = app.opened_link("AMANAH7").await;
    press_ok(&app.app, link, 1).await.unwrap();
    assert_eq!(app.events().await.last().unwrap(), "reset.confirmed");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_password_is_told_ends_sessions_and_counts_once() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = owner(&app).await;
    app.sql(
        "insert into session (id, account_id, token_hash)
         select gen_random_uuid(), id, sha256('x') from account where user_id = 'BAHTERA8'",
    )
    .await;
    let at = |minutes| (app.app.clock().now() + TimeDelta::minutes(minutes)).to_rfc3339();
    // before the account was known here: nothing to tell
    spse.put("BAHTERA8", &budi(json!({ "password_changed_at": at(-60) }))).await;
    let now = at(0);
    let changed = spse.put("BAHTERA8", &budi(json!({ "password_changed_at": now }))).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    for older in [&now, &at(-1), &at(-600)] {
        spse.put("BAHTERA8", &budi(json!({ "password_changed_at": older }))).await;
    }
    assert_eq!(told(&app).await, ["account.changed [\"password\"] 2"]);
    assert_eq!(app.value("select count(*) from session where ended_at is null").await, "0");
    app.settle().await;
    let letters = app.letters();
    let mut to: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["budi@bahtera.example", "kantor@bahtera.example"]);
    let late = spse.put("BAHTERA8", &budi(json!({ "password_changed_at": at(6) }))).await;
    assert_eq!((late.status, late.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "form-invalid"));
    assert_eq!(late.body["errors"][0]["at"], "/password_changed_at");
    app.ask("BAHTERA8", "budi@bahtera.example").await.unwrap();
    app.sql("update request set typed_type = 'non_penyedia'").await;
    app.settle().await;
    let link = app.opened_link("BAHTERA8").await;
    press_ok(&app.app, link, 1).await.unwrap();
    assert_eq!(app.events().await.last().unwrap(), "reset.scheduled");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_guarded_stays_as_it_is() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = owner(&app).await;
    let rows = async || {
        app.value("select string_agg(a.user_id || a.name || a.kind || d.address || d.position, ' ' order by a.user_id, d.position) from account a join address d on d.account_id = a.id").await
    };
    let before = rows().await;
    let evil = rina(json!({ "email": "evil@lain.example" }));
    let second = rina(json!({ "email_2": "evil@lain.example" }));
    let guards = [
        ("update account set protected = true", "update account set protected = false", 409, "account-protected"),
        (
            "update account set resets_held_until = pulih.now() + interval '1 h'",
            "update account set resets_held_until = null",
            409,
            "change-held",
        ),
        (
            "insert into activation_grant (id, account_id, source, created_at, expires_at)
             select gen_random_uuid(), id, 'reset', pulih.now(), pulih.now() + interval '72 h' from account where user_id = 'AMANAH7'",
            "update activation_grant set revoked_at = pulih.now()",
            409,
            "change-held",
        ),
        (
            "insert into proposal (id, kind, account_id, state, proposed_at, expires_at, needed, change, note)
             select gen_random_uuid(), 'address', id, 'proposed', pulih.now(), pulih.now() + interval '1 day', 1, '{}', '' from account where user_id = 'AMANAH7'",
            "update proposal set ended_at = pulih.now(), state = 'expired'",
            409,
            "change-held",
        ),
        (
            "update account set status = 'locked', locked_reason = 'disputed'",
            "update account set status = 'active', locked_reason = null",
            403,
            "locked",
        ),
    ];
    for (guard, open, status, code) in guards {
        app.sql(guard).await;
        for body in [&evil, &second] {
            let answer = spse.put("AMANAH7", body).await;
            assert_eq!((answer.status.as_u16(), answer.problem()), (status, code), "{guard}");
        }
        assert_eq!(rows().await, before, "{guard}");
        app.sql(open).await;
    }
    let refused = told(&app).await;
    assert_eq!(refused.len(), 10, "{refused:?}");
    assert!(refused.iter().all(|line| line.contains('!') && line.ends_with(" 0")), "{refused:?}");
    // a locked account's changed password is taken: it only adds care
    app.sql("update account set status = 'locked', locked_reason = 'disputed'").await;
    let careful =
        spse.put("AMANAH7", &rina(json!({ "password_changed_at": app.app.clock().now().to_rfc3339() }))).await;
    assert_eq!((careful.status, &careful.body["status"]), (StatusCode::OK, &json!("locked")));
    assert_eq!(spse.put("AMANAH7", &rina(json!({ "name": "Evil" }))).await.problem(), "locked");
    app.settle().await;
    assert_eq!(list(&app.letters()).len(), 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_that_waits_is_not_led_to_another_address() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = owner(&app).await;
    app.sql("update account set password_changed_at = pulih.now()").await;
    app.ask("AMANAH7", "rina@amanah.example").await.unwrap();
    app.settle().await;
    let link = app.opened_link("AMANAH7").await;
    press_ok(&app.app, link, 1).await.unwrap();
    let answer = spse.put("AMANAH7", &rina(json!({ "email": "evil@lain.example" }))).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::CONFLICT, "change-held"));
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_is_out_is_not_led_to_another_address() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = owner(&app).await;
    app.ask("AMANAH7", "rina@amanah.example").await.unwrap();
    app.settle().await;
    let link = app.opened_link("AMANAH7").await;
    press_ok(&app.app, link, 1).await.unwrap();
    app.settle().await;
    let evil = rina(json!({ "email": "evil@lain.example" }));
    for hours in [0, 71] {
        app.advance(TimeDelta::hours(hours)).await;
        let answer = spse.put("AMANAH7", &evil).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::CONFLICT, "change-held"));
    }
    app.advance(TimeDelta::hours(2)).await;
    assert_eq!(spse.put("AMANAH7", &evil).await.status, StatusCode::OK, "three days at most");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_changes_are_told_in_the_log_alone() {
    let app = TestApp::start().await;
    let spse = Portal::of(&app, "spse").await;
    spse.put("AMANAH7", &rina(json!({ "email_2": "kantor@amanah.example" }))).await;
    let body = rina(
        json!({ "name": "Rina W.", "user_type": "non_penyedia", "language": "en", "email": "RINA@amanah.example" }),
    );
    let changed = spse.put("AMANAH7", &body).await;
    assert_eq!((&changed.body["name"], &changed.body["language"]), (&json!("Rina W."), &json!("en")));
    assert_eq!(changed.body["email_2"], "k•••@a•••.example", "what is not said stays");
    assert_eq!(told(&app).await[1..], ["account.changed [\"name\",\"user_type\",\"language\"] 0"]);
    assert!(app.letters().is_empty());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_addresses_that_change_places_are_each_told() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = owner(&app).await;
    let swapped = json!({ "email": "kantor@bahtera.example", "email_2": "budi@bahtera.example" });
    assert_eq!(spse.put("BAHTERA8", &budi(swapped)).await.status, StatusCode::OK);
    app.settle().await;
    let mut to: Vec<String> = app.letters().into_iter().map(|letter| letter.to).collect();
    to.sort_unstable();
    assert_eq!(
        to,
        ["budi@bahtera.example"; 2].iter().chain(&["kantor@bahtera.example"; 2]).copied().collect::<Vec<_>>()
    );
    // the registered address would be both
    let twice = spse.put("BAHTERA8", &budi(json!({}))).await;
    assert_eq!((twice.status, twice.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "form-invalid"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_fills_nobodys_mailbox() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = owner(&app).await;
    let mut sent = 0;
    let held = loop {
        let answer = spse.put("AMANAH7", &rina(json!({ "email": format!("rina{sent}@amanah.example") }))).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
        sent += 1;
        assert!(sent < 20);
    };
    assert_eq!((held.status, held.problem(), sent), (StatusCode::TOO_MANY_REQUESTS, "too-many", 15));
    assert!(held.body["retry_at"].is_string() && held.headers.contains_key("retry-after"));
    app.settle().await;
    app.advance(TimeDelta::hours(25)).await;
    let later = spse.put("AMANAH7", &rina(json!({ "email": "rina@lagi.example" }))).await;
    assert_eq!(later.status, StatusCode::OK, "{later:?}");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn junk_is_named_and_changes_nothing() {
    let app = TestApp::start().await;
    let spse = Portal::of(&app, "spse").await;
    let long = "a".repeat(300);
    let texts = ["", " ", "a\u{0}b", "a\nb", "a\r\nBcc: x@y.example", "\u{202e}gnp", "=1+1", "@x", &long, "a\u{200b}b"];
    for text in texts {
        for field in ["name", "email", "email_2", "user_type", "language", "password_changed_at"] {
            let answer = spse.put("AMANAH7", &rina(json!({ field: text }))).await;
            assert_eq!(
                (answer.status, answer.problem()),
                (StatusCode::UNPROCESSABLE_ENTITY, "form-invalid"),
                "{field} {text:?}"
            );
            assert_eq!(answer.body["errors"][0]["at"], format!("/{field}"), "{text:?} {answer:?}");
        }
    }
    for address in [
        "a@b@c.example",
        "Rina <a@b.example>",
        "a@b.example,c@d.example",
        "a b@c.example",
        "a@",
        "@b.example",
        "ä@b.example",
    ] {
        let answer = spse.put("AMANAH7", &rina(json!({ "email": address }))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
    }
    for (other, at) in [
        (json!({ "totp_secret": "x" }), "/totp_secret"),
        (json!({ "protected": true }), "/protected"),
        (json!({ "email_2": "RINA@amanah.example" }), "/email_2"),
        (json!({ "name": 7 }), "/name"),
        (json!({ "name": null }), "/name"),
    ] {
        let answer = spse.put("AMANAH7", &rina(other.clone())).await;
        assert_eq!(
            (answer.status, &answer.body["errors"][0]["at"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(at)),
            "{other}"
        );
    }
    for user_id in ["%00", "a%0Ab", "%20", "%E2%80%AEa", &"a".repeat(65), "%3D1", "%FF%00"] {
        for answer in [spse.put(user_id, &rina(json!({}))).await, spse.get(&format!("/accounts/{user_id}")).await] {
            assert_eq!((answer.status, answer.problem()), (StatusCode::NOT_FOUND, "not-found"), "{user_id}");
        }
    }
    assert_eq!(app.value("select count(*) from account").await, "0");
    assert_eq!(told(&app).await, Vec::<String>::new());
    // odd, and right
    for user_id in ["pt%20maju%2Fjaya", "pt%25maju", "PT.B%C3%9CCHER", "a%3Fb%23c"] {
        let made = spse.put(user_id, &rina(json!({ "email": "a@b\u{fc}cher.example" }))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{user_id} {made:?}");
        let found = spse.get(&format!("/accounts/{user_id}")).await;
        assert_eq!((found.status, &found.body), (StatusCode::OK, &made.body), "{user_id}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_without_the_scope_neither_reads_nor_writes() {
    let app = TestApp::start().await;
    app.people().await;
    let reader = Portal::with(&app, "spse", &[Scope::AccountsRead]).await;
    let writer = Portal::with(&app, "spse", &[Scope::AccountsWrite]).await;
    assert_eq!(reader.get("/accounts/AMANAH7").await.status, StatusCode::OK);
    assert_eq!(reader.put("AMANAH7", &rina(json!({}))).await.problem(), "scope-missing");
    assert_eq!(writer.get("/accounts/AMANAH7").await.problem(), "scope-missing");
    assert_eq!(writer.put("AMANAH7", &rina(json!({}))).await.status, StatusCode::OK);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_64_times_is_done_once() {
    let app = TestApp::start().await;
    let spse = Portal::of(&app, "spse").await;
    for key in [None, Some("one")] {
        let user_id = if key.is_some() { "WITHKEY" } else { "BARE" };
        let all = |body: Value| {
            let spse = spse.clone();
            at_once(64, move |_| {
                let (spse, body) = (spse.clone(), body.clone());
                async move {
                    match key {
                        Some(_) => spse.put_once(user_id, &body, &format!("key {}", body["email"])).await,
                        None => spse.put(user_id, &body).await,
                    }
                }
            })
        };
        let made = all(rina(json!({}))).await;
        let created = made.iter().filter(|answer| answer.status == StatusCode::CREATED).count();
        assert_eq!(created, if key.is_some() { 64 } else { 1 });
        assert!(made.iter().all(|answer| answer.body == made[0].body), "{made:?}");
        let changed = all(rina(json!({ "email": "rina@baru.example" }))).await;
        assert!(changed.iter().all(|answer| answer.status == StatusCode::OK && answer.body == changed[0].body));
    }
    let once = ["account.registered", "account.changed [\"email\"] 2"];
    assert_eq!(told(&app).await, [once, once].concat());
    app.settle().await;
    assert_eq!(app.letters().len(), 4);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_answers_the_same_again_and_nothing_else() {
    let app = TestApp::start().await;
    let spse = Portal::of(&app, "spse").await;
    let first = spse.put_once("AMANAH7", &rina(json!({})), "k1").await;
    spse.put("AMANAH7", &rina(json!({ "name": "Rina" }))).await;
    let again = spse.put_once("AMANAH7", &rina(json!({})), "k1").await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    for (user_id, body) in [("AMANAH7", rina(json!({ "name": "x" }))), ("AMANAH8", rina(json!({})))] {
        let other = spse.put_once(user_id, &body, "k1").await;
        assert_eq!((other.status, other.problem()), (StatusCode::CONFLICT, "key-reused"));
    }
    assert_eq!(spse.get("/accounts/AMANAH7").await.body["name"], "Rina");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_of_what_changed_nothing_is_taken_too() {
    let app = TestApp::start().await;
    let spse = Portal::of(&app, "spse").await;
    spse.put("AMANAH7", &rina(json!({}))).await;
    let nothing = spse.put_once("AMANAH7", &rina(json!({})), "k1").await;
    assert_eq!(nothing.status, StatusCode::OK, "{nothing:?}");
    let other = spse.put_once("AMANAH7", &rina(json!({ "name": "Rina" })), "k1").await;
    assert_eq!((other.status, other.problem()), (StatusCode::CONFLICT, "key-reused"));
    assert_eq!(spse.put_once("AMANAH7", &rina(json!({})), "k1").await.body, nothing.body);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_portals_that_race_for_a_user_id_one_has_it() {
    let app = TestApp::start().await;
    let portals = [Portal::of(&app, "spse").await, Portal::of(&app, "sirup").await];
    for round in 0..8 {
        let portals = portals.clone();
        let answers = at_once(16, move |n| {
            let portal = portals[n % 2].clone();
            async move { (n % 2, portal.put(&format!("Racer{round}"), &rina(json!({}))).await) }
        })
        .await;
        let created: Vec<usize> =
            answers.iter().filter(|(_, answer)| answer.status == StatusCode::CREATED).map(|(n, _)| *n).collect();
        let [winner] = created[..] else { panic!("{answers:?}") };
        for (n, answer) in &answers {
            if *n == winner {
                assert!(answer.status.is_success(), "{answer:?}");
            } else {
                assert_eq!((answer.status, answer.problem()), (StatusCode::CONFLICT, "user-id-taken"));
            }
        }
    }
    assert_eq!(told(&app).await, vec!["account.registered"; 8]);
    app.end().await;
}

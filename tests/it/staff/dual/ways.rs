//! Sixteen ways around the second person (quality W12), and no reset by any of them.

use chrono::TimeDelta;
use pulih::config::Config;
use reqwest::StatusCode;

use super::{both, desk, force, force_yes, nothing_was_reset, propose, say, shown, state};

const URGENT: [(&str, &str); 4] = [
    ("urgent", "yes"),
    ("verified", "call-back"),
    ("called_number", "021 555 0101"),
    ("called_at", "2026-01-05T09:30"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_agrees_with_oneself_nor_in_a_second_session() {
    let (app, _, mut sari) = desk().await;
    let mut budi = app.officer("budi", &["supervisor"]).await;
    let id = propose(&app, &mut sari, "AMANAH7", "reset", &[]).await;
    assert!(sari.browser.open(&format!("/staff/approvals/{id}")).await.text().contains("Anda sendiri yang mengajukan"));
    let hash = shown(&mut budi, id).await;
    assert_eq!(force_yes(&app, &mut sari, id, &hash).await, StatusCode::CONFLICT);
    sari.browser = app.staff_browser(sari.id).await;
    assert_eq!(force_yes(&app, &mut sari, id, &hash).await, StatusCode::CONFLICT);
    assert!(app.events().await.contains(&"manual.approved!tied-oneself".to_owned()));
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_has_no_second_account() {
    let (app, ..) = desk().await;
    app.sql(
        "insert into staff (id, username, username_folded, employee_number, employee_number_folded, name, address, roles, status)
        select gen_random_uuid(), 'wati2', 'wati2', 'nip.wati', employee_number_folded, name, address, array['supervisor'], 'active'
            from staff where username = 'wati'
        on conflict (employee_number_folded) do nothing",
    )
    .await;
    assert_eq!(app.value("select count(*) from staff where username = 'wati2'").await, "0");
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_role_makes_no_second_person() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let hash = shown(&mut sari, id).await;
    assert_eq!(force_yes(&app, &mut wati, id, &hash).await, StatusCode::NOT_FOUND);
    app.sql("update staff set roles = array['helpdesk', 'supervisor'] where username = 'wati'").await;
    assert_eq!(force_yes(&app, &mut wati, id, &hash).await, StatusCode::CONFLICT);
    // and who was a supervisor when the page was drawn is none any more
    app.sql("update staff set roles = array['helpdesk'] where username = 'sari'").await;
    assert_eq!(force_yes(&app, &mut sari, id, &hash).await, StatusCode::NOT_FOUND);
    assert_eq!(state(&app, id).await, both("proposed", "proposed"));
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replayed_approval_and_two_halves_of_one_person_are_one() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &URGENT).await;
    let (hash, code) = (shown(&mut sari, id).await, sari.code(&app).await);
    assert_eq!(force(&mut sari, id, "approve", &hash, &code).await.status, StatusCode::SEE_OTHER);
    assert_eq!(state(&app, id).await, both("proposed", "proposed"));
    // the same POST once more
    let replayed = force(&mut sari, id, "approve", &hash, &code).await;
    assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", replayed.text());
    // and the same person with a fresh code
    assert_eq!(force_yes(&app, &mut sari, id, &hash).await, StatusCode::CONFLICT);
    assert_eq!(state(&app, id).await, both("proposed", "proposed"));
    assert_eq!(app.value("select count(*) from decision").await, "1");
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_edited_since_it_was_shown_is_not_agreed_to() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    for edit in [
        format!("update proposal set evidence = 'TIKET-9', version = version + 1 where id = '{id}'"),
        format!("update proposal set change = '{{\"address\": \"eve@evil.example\"}}' where id = '{id}'"),
        "update address set address = 'eve@evil.example' where position = 1".to_owned(),
    ] {
        let hash = shown(&mut sari, id).await;
        app.sql(&edit).await;
        assert_eq!(force_yes(&app, &mut sari, id, &hash).await, StatusCode::CONFLICT, "{edit}");
    }
    assert!(app.events().await.contains(&"manual.approved!changed-meanwhile".to_owned()));
    assert_eq!(state(&app, id).await, both("proposed", "proposed"));
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_executed_by_asking_for_it() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let csrf = sari.browser.open("/staff/approvals").await.form("/staff/logout").value("csrf").to_owned();
    for path in ["execute", "approve", "done"] {
        let page =
            sari.browser.press(&format!("/staff/approvals/{id}/{path}"), &[("csrf".to_owned(), csrf.clone())]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
    let hash = shown(&mut sari, id).await;
    let code = sari.code(&app).await;
    for verdict in ["execute", "done", ""] {
        let page = force(&mut sari, id, verdict, &hash, &code).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{verdict}");
    }
    // a worker that is asked for it by name does not do it either
    let request = app.id("select id from request").await;
    assert!(!pulih::actions::reset::execute(&app.app, request).await.unwrap());
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_forty_eight_hours_nobody_agrees() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let hash = shown(&mut sari, id).await;
    app.advance(TimeDelta::hours(48)).await;
    sari.browser = app.staff_browser(sari.id).await;
    assert_eq!(force_yes(&app, &mut sari, id, &hash).await, StatusCode::CONFLICT, "before it is swept");
    app.sweep().await;
    assert_eq!(state(&app, id).await, both("expired", "expired"));
    assert_eq!(force_yes(&app, &mut sari, id, &hash).await, StatusCode::CONFLICT, "after");
    assert!(app.events().await.contains(&"manual.expired".to_owned()));
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_withdrawn_is_not_agreed_to() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let hash = shown(&mut sari, id).await;
    assert_eq!(say(&app, &mut wati, id, "withdraw").await.status, StatusCode::OK);
    assert_eq!(state(&app, id).await, both("cancelled", "cancelled"));
    assert_eq!(force_yes(&app, &mut sari, id, &hash).await, StatusCode::CONFLICT);
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_disabled_meanwhile_agrees_to_nothing() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let hash = shown(&mut sari, id).await;
    let csrf = sari.browser.open("/staff/approvals").await.form("/staff/logout").value("csrf").to_owned();
    app.sql("update staff set status = 'disabled', disabled_at = pulih.now() where username = 'sari'").await;
    let code = sari.code(&app).await;
    let fields = [("csrf", csrf.as_str()), ("verdict", "approve"), ("shown", &hash), ("code", &code)];
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let page = sari.browser.press(&format!("/staff/approvals/{id}"), &fields).await;
    assert_eq!(page.header("location"), "/staff/login?note=ended", "{}", page.status);
    assert_eq!(state(&app, id).await, both("proposed", "proposed"));
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_made_by_the_proposer_or_by_one_hand_is_no_second_person() {
    let (app, mut wati, mut sari) = desk().await;
    let mut neutral = app.officer("tono", &["supervisor"]).await;
    let (admin, _) = app.staff("admin", &["admin"]).await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let hash = shown(&mut neutral, id).await;
    let (wati_id, sari_id) = (wati.id, sari.id);
    for changes in [
        vec![(sari_id, wati_id, "created")],
        vec![(wati_id, sari_id, "promoted")],
        vec![(wati_id, admin, "created"), (sari_id, admin, "promoted")],
    ] {
        app.sql("truncate staff_change").await;
        for (staff, by, what) in &changes {
            app.sql(&format!(
                "insert into staff_change (id, staff_id, by, what) values (gen_random_uuid(), '{staff}', '{by}', '{what}')"
            ))
            .await;
        }
        assert_eq!(force_yes(&app, &mut sari, id, &hash).await, StatusCode::CONFLICT, "{changes:?}");
        assert!(!sari.browser.open(&format!("/staff/approvals/{id}")).await.body.contains("verdict-approve"));
    }
    assert_eq!(state(&app, id).await, both("proposed", "proposed"));
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_changed_the_address_last_does_not_agree() {
    let (app, mut wati, mut sari) = desk().await;
    let mut neutral = app.officer("tono", &["supervisor"]).await;
    app.sql(&format!("update account set address_changed_by = '{}' where user_id = 'AMANAH7'", sari.id)).await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let hash = shown(&mut neutral, id).await;
    assert_eq!(force_yes(&app, &mut sari, id, &hash).await, StatusCode::CONFLICT);
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_setting_and_no_admin_replaces_the_second_person() {
    for setting in ["approvers", "dual", "dual_control", "needed"] {
        let text = format!("{{\"manual\": {{\"{setting}\": 0}}}}");
        assert!(serde_json::from_str::<Config>(&text).is_err(), "{setting} is a setting");
    }
    let (app, mut wati, mut sari) = desk().await;
    let mut admin = app.officer("admin", &["admin"]).await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let hash = shown(&mut sari, id).await;
    assert_eq!(force_yes(&app, &mut admin, id, &hash).await, StatusCode::NOT_FOUND);
    let page =
        admin.browser.open(&format!("/staff/accounts/{}/reset", app.id("select id from account limit 1").await)).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "an admin proposes no reset");
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anothers_code_is_no_code_of_ones_own() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let hash = shown(&mut sari, id).await;
    let code = wati.code(&app).await;
    let page = force(&mut sari, id, "approve", &hash, &code).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
    assert!(app.events().await.contains(&"manual.approved!code-wrong".to_owned()));
    nothing_was_reset(app).await;
}

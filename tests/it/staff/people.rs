//! People of the desk change by two persons, and never to nobody.

use chrono::TimeDelta;
use reqwest::StatusCode;
use uuid::Uuid;

use crate::support::browser::Page;
use crate::support::desk::Officer;
use crate::support::house::{PASSWORD, TestApp};

const NEW: [(&str, &str); 6] = [
    ("username", "sari"),
    ("employee_number", "1990-01"),
    ("name", "Sari Lestari"),
    ("address", "sari@lpse.example"),
    ("language", "id"),
    ("role_helpdesk", "1"),
];

/// Proposes Sari; returns the path of her page.
async fn propose_sari(app: &TestApp, admin: &mut Officer) -> String {
    admin.browser.open("/staff/people/new").await;
    let code = admin.code(app).await;
    let mut fields = NEW.to_vec();
    fields.push(("code", &code));
    admin.browser.send("/staff/people/new", &fields).await;
    let path = admin.browser.page.path.clone();
    assert!(path.ends_with("?note=proposed"), "{path}: {}", admin.browser.page.text());
    path.split('?').next().unwrap().to_owned()
}

/// Somebody sees the page of a person and decides about what waits there.
async fn decide(app: &TestApp, who: &mut Officer, path: &str, verdict: &str) -> Page {
    who.browser.open(path).await;
    let code = who.code(app).await;
    who.browser.send(&format!("{path}/decide"), &[("code", &code), ("verdict", verdict)]).await.clone()
}

/// An admin fills in a form about somebody.
async fn deed(app: &TestApp, admin: &mut Officer, about: Uuid, deed: &str, fields: &[(&str, &str)]) -> Page {
    let path = format!("/staff/people/{about}/{deed}");
    admin.browser.open(&path).await;
    let code = admin.code(app).await;
    let mut all = vec![("code", code.as_str())];
    all.extend(fields);
    // boxes that are ticked already are not ticked again
    let form: Vec<(String, String)> = admin.browser.page.form(&path).filled(&all);
    let keep = |name: &str| !name.starts_with("role_") || fields.iter().any(|(f, _)| *f == name);
    let form: Vec<(String, String)> = form.into_iter().filter(|(name, _)| keep(name)).collect();
    admin.browser.post(&path, &form).await.clone()
}

async fn status(app: &TestApp, username: &str) -> String {
    app.value(&format!("select status || ' ' || array_to_string(roles, ',') from staff where username = '{username}'"))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_new_comes_when_a_second_person_agrees() {
    let app = TestApp::start().await;
    let mut agus = app.officer("agus", &["admin"]).await;
    let mut budi = app.officer("budi", &["supervisor"]).await;
    app.staff("wati", &["auditor"]).await;
    let path = propose_sari(&app, &mut agus).await;
    assert_eq!(status(&app, "sari").await, "proposed helpdesk");
    app.settle().await;
    assert!(app.letters().is_empty(), "nobody is invited before");

    // the proposer is told why not, and cannot by another way
    agus.browser.open(&path).await;
    assert!(agus.browser.page.text().contains("Anda tidak bisa memutuskan"), "{}", agus.browser.page.text());
    budi.browser.open(&path).await;
    let mut form = budi.browser.page.form(&format!("{path}/decide")).filled(&[("verdict", "confirm")]);
    let code = agus.code(&app).await;
    form.retain(|(name, _)| name != "csrf" && name != "code");
    form.push(("csrf".to_owned(), agus.browser.page.form("/staff/logout").value("csrf").to_owned()));
    form.push(("code".to_owned(), code));
    let refused = agus.browser.press(&format!("{path}/decide"), &form).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    assert_eq!(status(&app, "sari").await, "proposed helpdesk");

    let page = decide(&app, &mut budi, &path, "confirm").await;
    assert!(page.path.ends_with("?note=confirmed"), "{}", page.text());
    assert_eq!(status(&app, "sari").await, "invited helpdesk");
    app.settle().await;
    app.link_to("sari@lpse.example", "/staff/invite/");
    for told in ["budi@lpse.example", "wati@lpse.example"] {
        assert!(app.letter_to(told).text.contains("sari"));
    }
    let made = app.value("select c.what || ' by ' || b.username from staff_change c join staff b on b.id = c.by").await;
    assert_eq!(made, "created by agus");
    assert_eq!(
        app.events().await.iter().filter(|e| e.starts_with("staff.")).cloned().collect::<Vec<_>>(),
        ["staff.proposed", "staff.confirmed!tied-oneself", "staff.confirmed"]
    );
    assert_eq!(app.value("select verdict || length(shown_sha256) from decision").await, "approve32");
    // it is decided
    budi.browser.open(&path).await;
    assert!(!budi.browser.page.body.contains("/decide"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_with_mistakes_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let mut agus = app.officer("agus", &["admin"]).await;
    for (field, value, words) in [
        ("username", "sa ri", "Nama pengguna belum benar"),
        ("address", "sari", "Masukkan satu alamat email"),
        ("role_auditor", "1", "Auditor tidak boleh memegang peran lain"),
        ("employee_number", "nip-AGUS", "sudah dipakai"),
        ("username", "AGUS", "sudah dipakai"),
    ] {
        agus.browser.open("/staff/people/new").await;
        let code = agus.code(&app).await;
        let mut fields = NEW.to_vec();
        fields.retain(|(name, _)| *name != field);
        fields.extend([("code", code.as_str()), (field, value)]);
        let page = agus.browser.send("/staff/people/new", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(page.text().contains(words), "{field}: {}", page.text());
        assert!(page.body.contains("Sari Lestari"));
    }
    assert_eq!(app.value("select count(*) from staff").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_take_effect_at_once_and_end_sessions() {
    let app = TestApp::start().await;
    let mut agus = app.officer("agus", &["admin"]).await;
    let mut budi = app.officer("budi", &["supervisor"]).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.browser.open("/staff/activity").await.assert_at("/staff/activity");
    let page = deed(&app, &mut agus, rina.id, "roles", &[("role_helpdesk", "1"), ("role_supervisor", "1")]).await;
    assert!(page.path.ends_with("?note=proposed"), "{}", page.text());
    assert_eq!(status(&app, "rina").await, "active helpdesk");
    // a second one of its kind waits for the first
    let page = deed(&app, &mut agus, rina.id, "roles", &[("role_helpdesk", "1")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text());
    let path = format!("/staff/people/{}", rina.id);
    decide(&app, &mut budi, &path, "confirm").await;
    assert_eq!(status(&app, "rina").await, "active helpdesk,supervisor");
    rina.browser.open("/staff/activity").await.assert_at("/staff/login?note=ended");
    // who was promoted by agus does not decide what agus proposes, for a week
    let mut promoted = Officer { browser: app.staff_browser(rina.id).await, ..rina };
    let path = propose_sari(&app, &mut agus).await;
    promoted.browser.open(&path).await;
    assert!(promoted.browser.page.text().contains("Dalam 7 hari"), "{}", promoted.browser.page.text());
    app.advance(TimeDelta::hours(49)).await;
    let mut budi = Officer { browser: app.staff_browser(budi.id).await, ..budi };
    budi.browser.open(&path).await;
    assert!(!budi.browser.page.body.contains("/decide"), "it is over after 48 hours");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_since_it_was_seen_is_not_confirmed() {
    let app = TestApp::start().await;
    let mut agus = app.officer("agus", &["admin"]).await;
    let mut budi = app.officer("budi", &["supervisor"]).await;
    let path = propose_sari(&app, &mut agus).await;
    budi.browser.open(&path).await;
    app.sql("update staff set address = 'evil@lpse.example' where username = 'sari'").await;
    let code = budi.code(&app).await;
    let page = budi.browser.send(&format!("{path}/decide"), &[("code", &code), ("verdict", "confirm")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text());
    assert_eq!(status(&app, "sari").await, "proposed helpdesk");
    // seen anew it can be rejected, and the proposer could have taken it back
    let page = decide(&app, &mut budi, &path, "reject").await;
    assert!(page.path.ends_with("?note=rejected"), "{}", page.text());
    assert_eq!(status(&app, "sari").await, "disabled helpdesk");
    // she is wanted after all
    let id: Uuid = path.rsplit('/').next().unwrap().parse().unwrap();
    deed(&app, &mut agus, id, "roles", &[("role_auditor", "1")]).await;
    agus.browser.open(&path).await;
    agus.browser.send(&format!("{path}/withdraw"), &[]).await;
    assert!(agus.browser.page.path.ends_with("?note=withdrawn"), "{}", agus.browser.page.text());
    deed(&app, &mut agus, id, "roles", &[("role_auditor", "1")]).await;
    decide(&app, &mut budi, &path, "confirm").await;
    assert_eq!(status(&app, "sari").await, "invited auditor");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_disabled_is_out_at_once_and_decides_nothing_more() {
    let app = TestApp::start().await;
    let mut agus = app.officer("agus", &["admin"]).await;
    let mut eko = app.officer("eko", &["admin"]).await;
    let mut budi = app.officer("budi", &["supervisor"]).await;
    let path = propose_sari(&app, &mut eko).await;
    let page = deed(&app, &mut agus, eko.id, "disable", &[]).await;
    assert!(page.path.ends_with("?note=disabled"), "{}", page.text());
    eko.browser.open("/staff/people").await.assert_at("/staff/login?note=ended");
    app.browser().staff_password("eko", PASSWORD).await.assert_at("/staff/login");
    // what he proposed is void
    budi.browser.open(&path).await;
    assert!(!budi.browser.page.body.contains("/decide"));
    // and he comes back by two people
    deed(&app, &mut agus, eko.id, "roles", &[("role_admin", "1")]).await;
    assert_eq!(status(&app, "eko").await, "disabled admin");
    decide(&app, &mut budi, &format!("/staff/people/{}", eko.id), "confirm").await;
    assert_eq!(status(&app, "eko").await, "active admin");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_phone_is_replaced_by_two_people() {
    let app = TestApp::start().await;
    let mut agus = app.officer("agus", &["admin"]).await;
    let mut budi = app.officer("budi", &["supervisor"]).await;
    let mut rina = app.officer("rina", &["supervisor"]).await;
    deed(&app, &mut agus, rina.id, "mfa", &[]).await;
    let path = format!("/staff/people/{}", rina.id);
    // not by whom it is about
    rina.browser.open(&path).await;
    assert!(!rina.browser.page.body.contains("/decide"), "{}", rina.browser.page.text());
    decide(&app, &mut budi, &path, "confirm").await;
    rina.browser.open("/staff").await.assert_at("/staff/login");
    app.settle().await;
    assert!(app.letter_to("rina@lpse.example").text.contains("TOTP petugas rina"), "she is told");
    let mut browser = app.browser();
    browser.staff_password("rina", PASSWORD).await.assert_at("/staff/enrol");
    let phone = browser.staff_enrol(&app).await;
    app.browser().staff_sign_in(&app, "rina", &phone).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_admins_who_disable_each_other_at_once_leave_one() {
    for _ in 0..3 {
        let app = TestApp::start().await;
        let mut agus = app.officer("agus", &["admin"]).await;
        let mut eko = app.officer("eko", &["admin"]).await;
        agus.browser.open(&format!("/staff/people/{}/disable", eko.id)).await;
        eko.browser.open(&format!("/staff/people/{}/disable", agus.id)).await;
        app.advance(TimeDelta::seconds(30)).await;
        let press = |who: &Officer, about: Uuid| {
            let path = format!("/staff/people/{about}/disable");
            let fields = who.browser.page.form(&path).filled(&[("code", &who.phone.code(&app, 0))]);
            let browser = who.browser.clone();
            async move { browser.press(&path, &fields).await }
        };
        let (one, two) = tokio::join!(press(&agus, eko.id), press(&eko, agus.id));
        let done = [&one, &two].iter().filter(|page| page.header("location").ends_with("note=disabled")).count();
        assert_eq!(done, 1, "{} {} / {} {}", one.status, one.text(), two.status, two.text());
        assert_eq!(app.value("select count(*) from staff where status = 'active'").await, "1");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_admin_stays() {
    let app = TestApp::start().await;
    let mut agus = app.officer("agus", &["admin"]).await;
    let own = agus.id;
    let page = deed(&app, &mut agus, own, "disable", &[]).await;
    assert!(page.text().contains("Admin terakhir tidak bisa dinonaktifkan."), "{}", page.text());
    let by_operator = pulih::actions::staff::operate::disable(&app.app, agus.id).await;
    assert!(by_operator.is_err());
    assert_eq!(status(&app, "agus").await, "active admin");
    // nor does the last one lose the role by a proposal that was made while there were two
    let mut eko = app.officer("eko", &["admin"]).await;
    let mut budi = app.officer("budi", &["supervisor"]).await;
    deed(&app, &mut agus, eko.id, "roles", &[("role_helpdesk", "1")]).await;
    app.sql("update staff set roles = '{helpdesk}' where username = 'agus'").await;
    let page = decide(&app, &mut budi, &format!("/staff/people/{}", eko.id), "confirm").await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text());
    assert_eq!(status(&app, "eko").await, "active admin");
    eko.browser.open("/staff/people").await.assert_at("/staff/people");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_codes_of_a_decision_are_counted_and_held() {
    let app = TestApp::start().await;
    let mut agus = app.officer("agus", &["admin"]).await;
    let mut budi = app.officer("budi", &["supervisor"]).await;
    let path = propose_sari(&app, &mut agus).await;
    budi.browser.open(&path).await;
    let wrong = budi.phone.wrong(&app);
    for _ in 0..10 {
        let page = budi.browser.send(&format!("{path}/decide"), &[("code", &wrong), ("verdict", "confirm")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let page = decide(&app, &mut budi, &path, "confirm").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{}", page.text());
    assert_eq!(status(&app, "sari").await, "proposed helpdesk");
    app.end().await;
}

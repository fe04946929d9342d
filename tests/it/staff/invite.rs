//! From the invitation to the first sign-in.

use chrono::TimeDelta;
use pulih::actions::staff::operate;
use pulih::i18n::Lang;
use pulih::model::staff::{Role, Roles};
use pulih::store::staff::people::New;
use reqwest::StatusCode;

use crate::support::house::{PASSWORD, TestApp};

fn new(username: &str, roles: &[Role]) -> New {
    New {
        username: username.to_owned(),
        employee_number: format!("NIP {username}"),
        name: format!("{username} baru"),
        address: format!("{username}@lpse.example"),
        language: Lang::Id,
        roles: Roles::of(roles).unwrap(),
    }
}

const CHOSEN: &str = "tiga kuda makan pagi";
const OWN: [(&str, &str); 2] = [("new_password", CHOSEN), ("new_password_again", CHOSEN)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_adds_somebody_who_joins_enrols_and_signs_in() {
    let app = TestApp::start().await;
    let auditor = app.staff("auditor", &["auditor"]).await.0;
    operate::add(&app.app, &new("sari", &[Role::Admin])).await.unwrap();
    app.settle().await;
    let letter = app.letter_to("sari@lpse.example");
    assert_eq!(letter.subject, "Undangan Petugas");
    let told = app.letter_to("auditor@lpse.example");
    assert!(told.subject == "Peringatan Keamanan" && told.text.contains("sari"), "{}", told.text);
    let mut browser = app.browser();
    browser.staff_password("sari", PASSWORD).await;
    assert_eq!(browser.page.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody signs in before they joined");

    let link = letter.link("/staff/invite/");
    browser.open(&link).await.assert_at("/staff/invite");
    browser.open("/staff/invite").await;
    assert_eq!(
        app.value("select status from staff where username = 'sari'").await,
        "invited",
        "looking changes nothing"
    );
    let bad = [("new_password", "pendek"), ("new_password_again", "pendek")];
    assert_eq!(browser.send("/staff/invite", &bad).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut other = app.browser();
    other.open(&link).await.assert_at("/staff/invite");
    browser.send("/staff/invite", &OWN).await.assert_at("/staff/login?note=joined");

    // once
    assert_eq!(other.send("/staff/invite", &OWN).await.status, StatusCode::GONE);
    other.open(&link).await;
    assert_eq!(other.page.status, StatusCode::GONE);

    browser.staff_password("sari", CHOSEN).await.assert_at("/staff/enrol");
    browser.staff_enrol(&app).await;
    browser.page.assert_at("/staff/people");
    let events = app.events().await;
    for kind in ["staff.added", "staff.joined", "staff.enrolled"] {
        assert!(events.iter().any(|event| event == kind), "{events:?}");
    }
    let made = app.value("select count(*) from staff_change where by is null and what = 'created'").await;
    assert_eq!((made.as_str(), auditor.is_nil()), ("1", false));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_lives_three_days_and_a_newer_one_replaces_it() {
    let app = TestApp::start().await;
    let agus = app.officer("agus", &["admin"]).await;
    let (id, _) = operate::add(&app.app, &new("sari", &[Role::Helpdesk])).await.unwrap();
    app.settle().await;
    let first = app.link_to("sari@lpse.example", "/staff/invite/");
    app.browser().open(&first).await.assert_at("/staff/invite");
    app.advance(TimeDelta::hours(73)).await;
    assert_eq!(app.browser().open(&first).await.status, StatusCode::GONE);

    let mut browser = app.staff_browser(agus.id).await;
    let path = format!("/staff/people/{id}/invite");
    browser.open(&path).await;
    let code = agus.code(&app).await;
    browser.send(&path, &[("code", &code)]).await;
    assert!(browser.page.path.ends_with("note=invited"), "{} {}", browser.page.path, browser.page.text());
    app.settle().await;
    let second = app.link_to("sari@lpse.example", "/staff/invite/");
    assert_ne!(first, second);
    let mut sari = app.browser();
    sari.open(&second).await.assert_at("/staff/invite");
    sari.send("/staff/invite", &OWN).await.assert_at("/staff/login?note=joined");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_token_is_an_invitation() {
    let app = TestApp::start().await;
    app.people().await;
    let mut browser = app.browser();
    browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let reset = app.link_to("rina@amanah.example", "/r/").rsplit('/').next().unwrap().to_owned();
    operate::add(&app.app, &new("sari", &[Role::Helpdesk])).await.unwrap();
    app.settle().await;
    let invite = app.link_to("sari@lpse.example", "/staff/invite/").rsplit('/').next().unwrap().to_owned();
    for path in [format!("/staff/invite/{reset}"), format!("/r/{invite}"), format!("/activate/{invite}")] {
        assert_eq!(app.browser().open(&path).await.status, StatusCode::GONE, "{path}");
    }
    app.end().await;
}

//! `reset.require_password`: OK asks the password too.

use pulih::base::password;
use reqwest::StatusCode;

use super::{DONE, asked};
use crate::support::house::{PASSWORD, TestApp};

async fn house() -> TestApp {
    let app = TestApp::with(|plan| plan.config.reset.require_password = true).await;
    app.people().await;
    let hash = password::hash(PASSWORD).unwrap();
    app.sql(&format!("update account set password_hash = '{hash}' where user_id = 'AMANAH7'")).await;
    app
}

const TRIES: &str = "select max(tries) from link";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ok_asks_the_password() {
    let app = house().await;
    let (mut rina, link) = asked(&app).await;
    rina.open(&link).await;
    rina.send("/reset-totp/open", &[]).await;
    for wrong in ["", "salah", "rahasia-12345 "] {
        let page = rina.send("/reset-totp/confirm", &[("password", wrong)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains("Password tidak cocok") && !page.body.contains("salah\""), "{}", page.text());
    }
    assert_eq!(app.value(TRIES).await, "3");
    assert_eq!(rina.send("/reset-totp/confirm", &[("password", PASSWORD)]).await.heading(), DONE);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_wrong_passwords_close_the_step_for_good() {
    let app = house().await;
    let (mut rina, link) = asked(&app).await;
    rina.open(&link).await;
    rina.send("/reset-totp/open", &[]).await;
    let ok = rina.page.form("/reset-totp/confirm");
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(rina.post("/reset-totp/confirm", &ok.filled(&[("password", "salah")])).await.status.as_u16());
    }
    assert_eq!(answers, [422, 422, 422, 422, 409]);
    let page = rina.post("/reset-totp/confirm", &ok.filled(&[("password", PASSWORD)])).await;
    assert_ne!(page.heading(), DONE, "the right one comes too late");
    let page = rina.open(&link).await;
    assert!(page.forms().iter().all(|form| form.action != "/reset-totp/confirm"), "the pop-up is gone");
    assert_eq!(rina.send("/reset-totp/open", &[]).await.status, StatusCode::CONFLICT, "and said so");
    assert_eq!(app.value("select count(*) from credential where revoked_at is not null").await, "0");
    assert_eq!(app.value(TRIES).await, "5");
    // a new mail has five of its own
    app.advance(chrono::TimeDelta::minutes(2)).await;
    let (mut rina, link) = asked(&app).await;
    rina.open(&link).await;
    rina.send("/reset-totp/open", &[]).await;
    assert_eq!(rina.send("/reset-totp/confirm", &[("password", PASSWORD)]).await.heading(), DONE);
    app.settle().await;
    app.end().await;
}

//! Sign-in and activation, as people walk through them.

mod oath;

use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::{BUDI, Phone, RINA};

mod activation;
mod budgets;
mod codes;
mod disable;
mod enable;
mod grants;
mod hashes;
mod held;
mod levels;
mod moved;
mod notices;
mod once;
pub mod passwords;
mod recovery;
mod sessions;
mod stolen;
mod uniform;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_password_and_phone_is_in() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let mut rina = app.browser();
    rina.sign_in(&app, RINA, &Phone::imported()).await;
    assert_eq!(rina.page.path, "/account", "{}", rina.page.text());
    assert!(rina.page.text().contains("Rina Wijaya"));
    assert_eq!(app.events().await[1..], ["login.password", "login.code"]);
    rina.send("/logout", &[]).await;
    assert_eq!(rina.page.path, "/login?note=signed-out");
    assert_eq!(rina.open("/account").await.path, "/login?note=ended");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_circle_of_a_lost_phone() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let mut budi = app.browser();
    budi.password(BUDI, PASSWORD).await;
    assert_eq!(budi.page.path, "/login/totp");
    budi.lose_phone(&app, BUDI, "budi@bahtera.example").await;
    app.settle().await;
    budi.password(BUDI, PASSWORD).await;
    assert_eq!(budi.page.path, "/activate", "{}", budi.page.text());
    let new = budi.activate(&app).await;
    assert_eq!(budi.page.path, "/activate/codes", "{}", budi.page.text());
    app.settle().await;
    assert_eq!(app.letter_to("budi@bahtera.example").subject, "Aktivasi TOTP Berhasil");
    assert_eq!(app.letter_to("kantor@bahtera.example").subject, "Aktivasi TOTP Berhasil");
    budi.send("/activate/codes", &[]).await;
    assert!(budi.page.path.starts_with("/account"));
    budi.send("/logout", &[]).await;
    app.advance(chrono::TimeDelta::seconds(30)).await;
    budi.sign_in(&app, BUDI, &Phone::imported()).await;
    assert_eq!(budi.page.path, "/login/totp", "the old phone is dead");
    let code = new.code(&app, 0);
    budi.send("/login/totp", &[("code", &code)]).await;
    assert_eq!(budi.page.path, "/account", "{}", budi.page.text());
    app.end().await;
}

//! Hashes that other systems made: they sign in once and are of our own kind from then on.

use reqwest::StatusCode;

use crate::support::house::TestApp;

/// What is said to be whose hash; libxcrypt and Python's hashlib made them.
const FOREIGN: [(&str, &str); 4] = [
    ("rahasia", "$2b$04$abcdefghijklmnopqrstuu5FszY6gDWIjsRp/OgQr7vApVRkpsIfW"),
    ("rahasia é 1", "$2y$06$DCq7YPn5Rq63x1Lad4cll.FtJdm7SIPeJF6XSoqbR3/AsmU1FOBwq"),
    ("rahasia é 1", "$pbkdf2-sha256$1200$..../wECAwQFBg$76582MVPXlVmbHrp5YRnLRMHAu1HIJZWIb0cVvS2Eug"),
    ("password", "$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE"),
];

async fn hash(app: &TestApp, user_id: &str) -> String {
    app.value(&format!("select password_hash from account where user_id = '{user_id}'")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_hashes_open_once_and_are_argon2id_afterwards() {
    let app = TestApp::start().await;
    for (n, (plain, foreign)) in FOREIGN.into_iter().enumerate() {
        let user_id = format!("PINDAH{n}");
        app.import(&format!("{user_id},penyedia,Rina,rina{n}@a.example,,{foreign},,\n")).await;
        let mut browser = app.browser();
        for (kind, wrong) in [("penyedia", "bukan-ini"), ("non_penyedia", plain), ("penyedia", &plain.to_uppercase())] {
            let page = browser.password((&user_id, kind), wrong).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{foreign}: {}", page.text());
            assert_eq!(hash(&app, &user_id).await, foreign, "a wrong try changes nothing");
        }
        browser.password((&user_id, "penyedia"), plain).await.assert_at("/activate");
        let ours = hash(&app, &user_id).await;
        assert!(ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{ours}");
        app.browser().password((&user_id, "penyedia"), plain).await.assert_at("/activate");
        assert_eq!(hash(&app, &user_id).await, ours, "once is enough");
        let page = app.browser().password((&user_id, "penyedia"), "bukan-ini").await.clone();
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let rehashed = "select count(*) from event
        where kind = 'login.password' and (body::jsonb -> 'facts' ->> 'rehashed')::bool";
    assert_eq!(app.value(rehashed).await, FOREIGN.len().to_string());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_account_keeps_its_hash_and_one_without_a_hash_has_no_password() {
    let app = TestApp::start().await;
    let (plain, foreign) = FOREIGN[0];
    app.import(&format!(
        "PINDAH1,penyedia,Rina,rina@a.example,,{foreign},,\nTANPA1,penyedia,Budi,budi@a.example,,,,\n"
    ))
    .await;
    app.sql("update account set status = 'locked', locked_reason = 'x' where user_id = 'PINDAH1'").await;
    let page = app.browser().password(("PINDAH1", "penyedia"), plain).await.clone();
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::FORBIDDEN, "Akun ini dikunci"));
    assert_eq!(hash(&app, "PINDAH1").await, foreign);
    assert_eq!(app.value("select count(*) from session").await, "0");
    for typed in ["", "null", "$argon2id$", plain] {
        let page = app.browser().password(("TANPA1", "penyedia"), typed).await.clone();
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_import_brings_nothing_new_after_a_hash_was_made_anew() {
    let app = TestApp::start().await;
    let (plain, foreign) = FOREIGN[0];
    let lines = format!("PINDAH1,penyedia,Rina,rina@a.example,,{foreign},,\n");
    app.import(&lines).await;
    app.browser().password(("PINDAH1", "penyedia"), plain).await.assert_at("/activate");
    let ours = hash(&app, "PINDAH1").await;
    app.import(&lines).await;
    assert_eq!(hash(&app, "PINDAH1").await, ours, "and it takes nothing back");
    app.end().await;
}

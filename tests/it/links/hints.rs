//! Hint letters: the commonest failures do not end in silence, and tell nobody but the owner.

use super::RINA;
use crate::support::house::{SECRET, TestApp};
use crate::support::letters::list;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_is_told_to_the_registered_address_alone() {
    let table = [
        ("wrong-type", "update account set kind = 'non_penyedia'"),
        ("locked", "update account set status = 'locked', locked_reason = 'x'"),
        ("no-factor", "update credential set revoked_at = pulih.now(), sealed_secret = null"),
        ("held", "update account set resets_held_until = pulih.now() + interval '1 day'"),
        ("frozen", "insert into frozen (scope, reason) values ('penyedia', 'x')"),
    ];
    for (hint, sql) in table {
        let app = TestApp::start().await;
        app.import(&format!("AMANAH7,penyedia,Rina Wijaya,{RINA},kantor@amanah.example,,{SECRET},\n")).await;
        app.sql(sql).await;
        let mut browser = app.browser();
        for (user_id, email) in
            [("AMANAH7", "eve@evil.example"), ("AMANAH7", "kantor@amanah.example"), ("AMANAH7", RINA)]
        {
            browser.kirim(user_id, email, "penyedia").await;
        }
        app.settle().await;
        let letters = app.letters();
        assert_eq!(letters.len(), 1, "{hint}: {:?}", list(&letters));
        assert_eq!(letters[0].to, RINA);
        assert_eq!(app.value("select string_agg(hint, ' ') from letter").await, hint);
        assert!(!letters[0].text.contains("/r/"), "{hint}: a hint holds no link to a reset");
        assert!(letters[0].text.contains("/not-me/"), "{hint}");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hint_counts_among_the_letters_of_an_hour() {
    let app = TestApp::with(|plan| plan.config.limits.pair_per_hour = 9).await;
    app.import(&format!("AMANAH7,penyedia,Rina Wijaya,{RINA},,,{SECRET},\n")).await;
    for _ in 0..5 {
        app.browser().kirim("AMANAH7", RINA, "non_penyedia").await;
        app.settle().await;
        app.advance(chrono::TimeDelta::minutes(2)).await;
    }
    assert_eq!(app.letters().len(), 3);
    app.end().await;
}

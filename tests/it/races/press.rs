//! One link, many fingers on OK.

use reqwest::StatusCode;

use crate::support::acts::at_once;
use crate::support::browser::Browser;
use crate::support::house::TestApp;
use crate::support::rounds;

const FINGERS: usize = 64;

/// The page on which OK is pressed, reached in a browser of its own.
async fn at_ok(app: &TestApp, link: &str) -> Browser {
    let mut browser = app.browser();
    browser.open(link).await;
    browser.send("/reset-totp/open", &[]).await;
    browser
}

async fn press(browser: Browser) -> (StatusCode, String) {
    let mut browser = browser;
    let page = browser.send("/reset-totp/confirm", &[]).await;
    (page.status, page.heading())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_pressed_by_sixty_four_fingers_resets_once() {
    let app = TestApp::with(|plan| {
        plan.config.limits.wall_per_second = 100_000;
        plan.config.database.pool = FINGERS;
    })
    .await;
    app.warm().await;
    let rounds = rounds(2, 200);
    let lines: Vec<_> = (0..rounds)
        .map(|n| {
            format!(
                "ROUND{n},penyedia,Rina {n},rina{n}@a.example,kantor{n}@b.example,,{},\n",
                crate::support::house::SECRET
            )
        })
        .collect();
    app.import(&lines.concat()).await;
    for n in 0..rounds {
        let (first, second) = (format!("rina{n}@a.example"), format!("kantor{n}@b.example"));
        app.browser().kirim(&format!("ROUND{n}"), &first, "penyedia").await;
        app.settle().await;
        let link = app.link_to(&first, "/r/");
        // odd rounds: the same link on the PC and on the phone
        let (pc, phone) = (at_ok(&app, &link).await, at_ok(&app, &link).await);
        let seen = at_once(FINGERS, |i| press(if n % 2 == 1 && i % 2 == 1 { phone.clone() } else { pc.clone() })).await;
        for page in seen {
            assert_eq!(page, (StatusCode::OK, "TOTP Berhasil di Reset".to_owned()), "round {n}");
        }
        app.settle().await;
        for address in [first, second] {
            let mails = app.sink.mails_to(&address);
            let notices = mails.iter().filter(|mail| mail.text().contains("TOTP Berhasil di Reset")).count();
            assert_eq!(notices, 1, "{address} in round {n}");
        }
        assert_eq!(app.value("select count(*) from letter where kind = 'done'").await, (2 * (n + 1)).to_string());
    }
    let all = rounds.to_string();
    for query in [
        "select count(*) from event where kind = 'reset.confirmed' and outcome = 'done'",
        "select count(*) from credential where revoked_at is not null",
        "select count(*) from activation_grant",
        "select count(*) from link where end_reason = 'spent'",
        "select count(*) from request where state = 'done'",
    ] {
        assert_eq!(app.value(query).await, all, "{query}");
    }
    // who came too late was refused, and each refusal is told once
    assert_eq!(
        app.value(
            "select count(*) from event where kind = 'reset.confirmed' and body::jsonb ->> 'refusal' = 'link-used'"
        )
        .await,
        (rounds * (FINGERS - 1)).to_string()
    );
    app.end().await;
}

//! A guess that was judged by what has changed by the time it is written.

use std::time::Duration;

use reqwest::StatusCode;
use tokio_postgres::{Client, NoTls};

use super::{RINAS, apart, code, house};
use crate::support::acts::{at_once, press_ok};
use crate::support::house::{TestApp, cluster};
use crate::support::portal::{Answer, Portal};

/// Asks about a code while `changed` is written and not committed: the guess is judged by what was before.
async fn while_changing(app: &TestApp, portal: &Portal, typed: &str, changed: &str) -> Answer {
    let client = connected(app).await;
    client.batch_execute("begin; select 1 from account where user_id = 'AMANAH7' for update").await.unwrap();
    client.batch_execute(changed).await.unwrap();
    let (portal, body) = (apart(portal), code(typed));
    let guess = tokio::spawn(async move { portal.post(RINAS, &body).await });
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    crate::support::house::until(10, "the guess waits", async || app.value(waits).await == "1").await;
    client.batch_execute("commit").await.unwrap();
    guess.await.unwrap()
}

async fn connected(app: &TestApp) -> Client {
    let (client, connection) = tokio_postgres::connect(&cluster().url(&app.database, "postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

const OF_RINA: &str = "account_id = (select id from account where user_id = 'AMANAH7')";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_or_a_reset_that_commits_first_wins_over_a_right_code() {
    let (app, portal, phone) = house().await;
    let lock = "update account set status = 'locked', locked_reason = 'tested' where user_id = 'AMANAH7'";
    let locked = while_changing(&app, &portal, &phone.code(&app, 0), lock).await;
    assert_eq!((locked.status, locked.problem()), (StatusCode::FORBIDDEN, "locked"));
    app.sql("update account set status = 'active', locked_reason = null").await;
    let revoke = format!("update credential set revoked_at = now(), sealed_secret = null where {OF_RINA}");
    app.sql("create table kept as select id, sealed_secret from credential").await;
    for typed in [phone.code(&app, 0), phone.wrong(&app)] {
        app.sql(
            "update credential c set revoked_at = null, sealed_secret = k.sealed_secret from kept k where k.id = c.id",
        )
        .await;
        let gone = while_changing(&app, &portal, &typed, &revoke).await;
        assert_eq!((gone.status, gone.problem()), (StatusCode::CONFLICT, "not-active"));
    }
    assert_eq!(app.value("select count(*) from event where kind = 'code.verified'").await, "0");
    assert_eq!(app.value("select count(*) from code_limit").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_that_commit_first_count_before_a_right_code() {
    let (app, portal, phone) = house().await;
    let guesses = format!(
        "update credential set guesses = guesses + 5 where {OF_RINA};
         insert into code_limit (account_id, share, hits, in_row)
            select id, decode(repeat('00', 32), 'hex'), array_fill(pulih.now(), array[5]), 5 from account where user_id = 'AMANAH7'"
    );
    let held = while_changing(&app, &portal, &phone.code(&app, 0), &guesses).await;
    assert_eq!((held.status, held.problem()), (StatusCode::TOO_MANY_REQUESTS, "codes-held"));
    assert_eq!(app.value("select count(*) from credential where last_step is not null").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_all_guess_at_once_each_is_counted_with_its_own_number() {
    let (app, portal, phone) = {
        let app = TestApp::with(|plan| {
            plan.config.database.pool = 32;
            let limits = &mut plan.config.limits;
            (limits.codes_per_5_min, limits.codes_per_hour, limits.codes_per_day) = (500, 500, 500);
        })
        .await;
        app.people().await;
        let portal = Portal::of(&app, "spse").await;
        (app, portal, crate::support::signing::Phone::imported())
    };
    app.warm().await;
    let wrong = phone.wrong(&app);
    for path in [RINAS, "/accounts/NOBODY7/verify"] {
        let answers = at_once(64, |_| {
            let (portal, body) = (apart(&portal), code(&wrong));
            async move { portal.post(path, &body).await }
        })
        .await;
        assert!(answers.iter().all(|a| a.status == StatusCode::OK), "{answers:?}");
    }
    let numbers = "select count(distinct body::jsonb -> 'facts' ->> 'in_row') || '/' || count(*) from event
        where kind = 'code.verified' group by account_id";
    assert_eq!(app.column(numbers).await, ["64/64"; 2]);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_and_a_reset_at_once_end_in_one_order() {
    let (app, portal, phone) = house().await;
    app.ask("AMANAH7", "rina@amanah.example").await.unwrap();
    app.settle().await;
    let link = app.opened_link("AMANAH7").await;
    let (now, wrong) = (phone.code(&app, 0), phone.wrong(&app));
    let answers = at_once(16, |i| {
        let (portal, house, body) = (apart(&portal), app.app.clone(), code(if i % 2 == 0 { &now } else { &wrong }));
        async move {
            if i == 7 {
                press_ok(&house, link, 1).await.unwrap();
                return StatusCode::OK;
            }
            tokio::time::sleep(Duration::from_millis(i as u64)).await;
            portal.post(RINAS, &body).await.status
        }
    })
    .await;
    let fair = [StatusCode::OK, StatusCode::CONFLICT, StatusCode::TOO_MANY_REQUESTS];
    assert!(answers.iter().all(|status| fair.contains(status)), "{answers:?}");
    assert_eq!(portal.post(RINAS, &code(&now)).await.problem(), "not-active");
    assert_eq!(
        app.value("select count(*) from code_limit").await,
        "0",
        "what was guessed at is dead, and so is the count"
    );
    app.settle().await;
    app.end().await;
}

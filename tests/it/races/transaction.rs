//! The one way to write: left midway, refused too late, or caught in a deadlock.

use std::time::Duration;

use chrono::TimeDelta;
use pulih::app::Outcome;
use pulih::model::event::{Actor, Event};
use pulih::model::refusal::{Refusal, Stop};
use pulih::store::account;
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::acts::at_once;
use crate::support::dice::Dice;
use crate::support::house::{TestApp, until};
use crate::support::rounds;

const OPEN: &str = "select count(*) from pg_stat_activity where datname = current_database()
    and usename = 'pulih' and (state like 'idle in transaction%' or (state = 'active' and wait_event_type = 'Lock'))";

fn exported() -> Event {
    Event::AccountsExported { rows: 0 }
}

async fn rina(app: &TestApp) -> Uuid {
    app.people().await;
    app.id("select id from account where user_id = 'AMANAH7'").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_left_midway_changes_nothing_and_keeps_no_connection() {
    let app = TestApp::start().await;
    let rina = rina(&app).await;
    let (_, most) = app.app.connections();
    let mut dice = Dice::new(1);
    for _ in 0..rounds(60, 1_000) {
        // somewhere between asking for a connection and the commit that never comes
        let patience = Duration::from_micros(dice.throw(6_000) as u64);
        let left = timeout(
            patience,
            app.app.transact(Actor::Operator, async |tx| {
                account::mark_cancelled(tx, rina, 7).await?;
                account::positions(tx, rina).await?;
                std::future::pending::<()>().await;
                Ok(Outcome::Done((), exported()))
            }),
        );
        assert!(left.await.is_err());
    }
    until(5, "no transaction stays open", async || app.value(OPEN).await == "0").await;
    assert_eq!(app.app.connections(), (0, most));
    assert_eq!(app.value("select last_cancel_at from account where user_id = 'AMANAH7'").await, "");
    assert_eq!(app.events().await, ["accounts.imported"]);

    // the pool still has its size, and each of its connections is a clean one
    let house = app.app.clone();
    let ends = at_once(most, move |_| {
        let house = house.clone();
        async move { house.transact(Actor::Operator, async |_| Ok(Outcome::Done((), exported()))).await }
    })
    .await;
    assert!(ends.iter().all(Result::is_ok));
    assert_eq!(app.events().await.len(), 1 + most);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_left_while_it_waits_for_a_row_leaves_the_row() {
    let app = TestApp::start().await;
    let rina = rina(&app).await;
    let house = app.app.clone();
    let holder = tokio::spawn(async move {
        let held = house.transact(Actor::Operator, async |tx| {
            account::known(tx, "amanah7").await?;
            tokio::time::sleep(Duration::from_millis(600)).await;
            Ok(Outcome::Done((), exported()))
        });
        held.await.unwrap();
    });
    tokio::time::sleep(Duration::from_millis(150)).await;
    for _ in 0..4 {
        let waiting = app.app.transact(Actor::Operator, async |tx| {
            account::mark_cancelled(tx, rina, 7).await?;
            Ok(Outcome::Done((), exported()))
        });
        assert!(timeout(Duration::from_millis(50), waiting).await.is_err());
    }
    holder.await.unwrap();
    until(5, "nobody waits for the row", async || app.value(OPEN).await == "0").await;
    assert_eq!(app.value("select last_cancel_at from account where user_id = 'AMANAH7'").await, "");
    assert_eq!(app.events().await, ["accounts.imported", "accounts.exported"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_after_a_write_is_a_fault_and_rolled_back() {
    let app = TestApp::start().await;
    let rina = rina(&app).await;
    let end = app.app.transact(Actor::Operator, async |tx| {
        account::lock(tx, rina, "test").await?;
        Ok(Outcome::<()>::Refused(Refusal::NotPossibleNow, exported()))
    });
    let Err(Stop::Fault(fault)) = end.await else { panic!("a refusal after a write must be a fault") };
    assert!(fault.to_string().contains("accounts.exported was refused (not-possible-now) after it had written"));
    assert_eq!(app.value("select status from account where user_id = 'AMANAH7'").await, "active");
    assert_eq!(app.events().await, ["accounts.imported"]);

    // refused before any write: nothing but its event
    let end = app.app.transact(Actor::Operator, async |tx| {
        account::known(tx, "amanah7").await?;
        Ok(Outcome::<()>::Refused(Refusal::NotPossibleNow, exported()))
    });
    assert!(matches!(end.await, Err(Stop::Refused(Refusal::NotPossibleNow))));
    assert_eq!(app.events().await, ["accounts.imported", "accounts.exported!not-possible-now"]);

    // nothing to do: what was touched is rolled back, and nothing is said
    let end = app.app.transact(Actor::Operator, async |tx| {
        account::lock(tx, rina, "test").await?;
        Ok(Outcome::Nothing(7))
    });
    assert_eq!(end.await.unwrap(), 7);
    assert_eq!(app.value("select status from account where user_id = 'AMANAH7'").await, "active");
    assert_eq!(app.events().await.len(), 2);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_along_with_a_refusal_commits_with_it_under_its_own_event() {
    let app = TestApp::start().await;
    let rina = rina(&app).await;
    let warned = || Event::LoginWarned { account: rina, in_row: 10 };
    let status = "select status from account where user_id = 'AMANAH7'";
    let end = app.app.transact(Actor::Operator, async |tx| {
        tx.along(warned(), async |tx| account::lock(tx, rina, "test").await).await?;
        Ok(Outcome::Nothing(()))
    });
    assert!(end.await.is_ok());
    assert_eq!((app.value(status).await, app.events().await.len()), ("active".to_owned(), 1), "nothing is nothing");
    let end = app.app.transact(Actor::Operator, async |tx| {
        tx.along(warned(), async |tx| account::lock(tx, rina, "test").await).await?;
        account::mark_cancelled(tx, rina, 7).await?;
        Ok(Outcome::<()>::Refused(Refusal::NotPossibleNow, exported()))
    });
    assert!(matches!(end.await, Err(Stop::Fault(_))), "a write beside it is still one too many");
    assert_eq!((app.value(status).await, app.events().await.len()), ("active".to_owned(), 1));
    let end = app.app.transact(Actor::Operator, async |tx| {
        tx.along(warned(), async |tx| account::lock(tx, rina, "test").await).await?;
        Ok(Outcome::<()>::Refused(Refusal::NotPossibleNow, exported()))
    });
    assert!(matches!(end.await, Err(Stop::Refused(Refusal::NotPossibleNow))));
    assert_eq!(app.value(status).await, "locked");
    assert_eq!(app.events().await, ["accounts.imported", "accounts.exported!not-possible-now", "login.warned"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_ends_with_one_done_and_one_told() {
    let app = TestApp::start().await;
    app.people().await;
    let house = app.app.clone();
    let ends = at_once(2, move |i| {
        let house = house.clone();
        async move {
            let order = if i == 0 { ["amanah7", "bahtera8"] } else { ["bahtera8", "amanah7"] };
            house
                .transact(Actor::Operator, async |tx| {
                    account::known(tx, order[0]).await?;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    let (id, ..) = account::known(tx, order[1]).await?.unwrap();
                    account::mark_cancelled(tx, id, 0).await?;
                    Ok(Outcome::Done((), exported()))
                })
                .await
        }
    });
    let ends = timeout(Duration::from_secs(10), ends).await.expect("the database sees the deadlock");
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1, "{ends:?}");
    assert_eq!(ends.iter().filter(|end| matches!(end, Err(Stop::Fault(_)))).count(), 1, "{ends:?}");
    assert_eq!(app.events().await, ["accounts.imported", "accounts.exported"]);
    assert_eq!(app.value("select count(*) from account where last_cancel_at is not null").await, "1");
    assert_eq!(app.app.connections().0, 0);
    app.advance(TimeDelta::seconds(1)).await;
    app.end().await;
}

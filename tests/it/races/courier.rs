//! Several couriers on one outbox, and couriers that die on their way.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use pulih::base::random;
use pulih::store::letter;
use pulih::workers::courier::Courier;

use crate::support::house::{SECRET, TestApp, cluster, until};
use crate::support::rounds;
use crate::support::sink::{Act, Rule, Stage};

/// A house with so many letters in its outbox, each to somebody else.
async fn outbox(letters: usize) -> TestApp {
    let app = TestApp::start().await;
    let line = |n| format!("SURAT{n},penyedia,Rina {n},rina{n}@a{}.example,,,{SECRET},\n", n % 7);
    app.import(&(0..letters).map(line).collect::<String>()).await;
    for n in 0..letters {
        app.ask(&format!("SURAT{n}"), &format!("rina{n}@a{}.example", n % 7)).await.unwrap();
    }
    app.resolve().await;
    app
}

fn message_ids(app: &TestApp) -> BTreeSet<String> {
    app.sink.mails().iter().map(crate::support::sink::Received::message_id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_couriers_carry_each_letter_once() {
    let letters = rounds(100, 2_000);
    let app = outbox(letters).await;
    let couriers: Vec<_> = (0..4).map(|_| Courier::new(&app.app).unwrap()).collect();
    let carry = async |courier: &Courier| while courier.step(&app.app).await.unwrap() {};
    join_all(couriers.iter().map(carry)).await;
    assert_eq!(app.sink.mails().len(), letters);
    assert_eq!(message_ids(&app).len(), letters);
    assert_eq!(
        app.value("select count(*) from letter where state = 'sent' and attempts = 1").await,
        letters.to_string()
    );
    assert_eq!(app.value("select count(*) from event where kind = 'mail.accepted'").await, letters.to_string());
    assert_eq!(app.value("select count(*) from link where handed_over_at is null").await, "0");
    join_all(couriers.iter().map(Courier::close)).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_courier_that_dies_before_sending_costs_no_letter() {
    let app = outbox(20).await;
    let taken = letter::lease(&mut app.app.read().await.unwrap(), random::id(), 8, 30).await.unwrap();
    assert_eq!(taken.len(), 8);
    app.settle().await;
    assert_eq!(app.sink.mails().len(), 12, "what is leased is nobody else's");
    app.advance(TimeDelta::seconds(31)).await;
    app.settle().await;
    assert_eq!((app.sink.mails().len(), message_ids(&app).len()), (20, 20));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_lease_costs_one_duplicate_with_the_same_message_id() {
    let app = outbox(4).await;
    // an account that somebody holds: the courier sends, and cannot report
    let (client, connection) =
        tokio_postgres::connect(&cluster().url(&app.database, "postgres"), tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute("begin; select 1 from account where user_id = 'SURAT2' for update").await.unwrap();
    let slow = Arc::new(Courier::new(&app.app).unwrap());
    let (house, courier) = (app.app.clone(), Arc::clone(&slow));
    let stuck = tokio::spawn(async move { courier.step(&house).await });
    until(10, "the letters are sent", async || {
        app.sink.mails().len() == 4 && app.value("select count(*) from letter where state = 'sent'").await == "3"
    })
    .await;
    app.settle().await;
    assert_eq!(app.sink.mails().len(), 4, "its lease still holds");

    // the lease is lost; another courier takes the letter, sends it, and has to wait for the account as well
    app.advance(TimeDelta::hours(1)).await;
    let (house, second) = (app.app.clone(), Arc::new(Courier::new(&app.app).unwrap()));
    let courier = Arc::clone(&second);
    let other = tokio::spawn(async move { courier.step(&house).await });
    until(10, "the letter is sent again", async || app.sink.mails().len() == 5).await;
    client.batch_execute("rollback").await.unwrap();
    stuck.await.unwrap().unwrap();
    other.await.unwrap().unwrap();
    app.settle().await;

    assert_eq!((app.sink.mails().len(), message_ids(&app).len()), (5, 4));
    let twice = app.sink.mails_to("rina2@a2.example");
    assert_eq!((twice.len(), twice[0].message_id() == twice[1].message_id()), (2, true));
    // the same link, too
    let links: BTreeSet<_> =
        app.letters().iter().filter(|l| l.to == "rina2@a2.example").map(|l| l.link("/r/")).collect();
    assert_eq!(links.len(), 1);
    assert_eq!(
        app.value("select count(*) from event where kind = 'mail.accepted'").await,
        "4",
        "only one report counts"
    );
    drop(client);
    driver.await.unwrap().unwrap();
    slow.close().await;
    second.close().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_courier_killed_while_the_relay_thinks_costs_one_duplicate_each() {
    let app = outbox(6).await;
    app.sink.script(Rule::at(Stage::Dot).act(Act::Delay(Duration::from_millis(700))).times(6));
    let courier = Courier::new(&app.app).unwrap();
    // dropped midway, as by `kill -9`: the relay takes the letters, nobody hears it
    assert!(tokio::time::timeout(Duration::from_millis(450), courier.step(&app.app)).await.is_err());
    drop(courier);
    tokio::time::sleep(Duration::from_millis(800)).await;
    app.sink.unscript();
    let sent_before = app.sink.mails().len() + app.sink.unanswered().len();
    app.settle().await;
    assert_eq!(app.value("select count(*) from letter where state = 'sent'").await, "0");
    app.advance(TimeDelta::hours(1)).await;
    app.settle().await;
    assert_eq!(app.value("select count(*) from letter where state = 'sent'").await, "6");
    assert_eq!(message_ids(&app).len(), 6);
    assert!(app.sink.mails().len() + app.sink.unanswered().len() <= sent_before + 6);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_cannot_be_composed_is_parked_and_the_others_go_on() {
    let app = outbox(5).await;
    app.sql("update link set key_id = 'gone' where account_id = (select id from account where user_id = 'SURAT1')")
        .await;
    app.sql("update address set address = 'no address' where account_id = (select id from account where user_id = 'SURAT3')").await;
    app.settle().await;
    assert_eq!(app.sink.mails().len(), 3);
    let parked = app.sql("select server_text from letter where state = 'parked' order by server_text").await;
    assert_eq!(parked.len(), 2);
    assert_eq!(parked[0][0].as_deref(), Some("its link key is gone"));
    assert_eq!(parked[1][0].as_deref(), Some("the address for To cannot be mailed"));
    assert_eq!(app.value("select count(*) from event where kind = 'mail.parked'").await, "2");
    assert_eq!(
        app.value("select count(*) from request where state = 'undeliverable' and queue_reason = 'undeliverable'")
            .await,
        "2"
    );
    app.settle().await;
    assert_eq!(app.sink.mails().len(), 3, "what is parked stays parked");
    app.end().await;
}

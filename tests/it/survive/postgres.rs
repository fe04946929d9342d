//! Postgres is restarted as after a power cut, or stays away.

use std::time::Duration;

use pulih::base::clock;

use crate::support::house::until;
use crate::support::installation::Installation;
use crate::support::load::{Load, find_all, people_for};
use crate::support::rounds;
use crate::support::visitor::{Visitor, client};

/// Bounds of the long run; a busy machine and an unoptimised program get more.
fn bound(seconds: u64) -> Duration {
    Duration::from_secs(rounds(seconds * 5, seconds))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_of_postgres_loses_nothing_that_was_answered() {
    let cuts = rounds(1, 10);
    let people = people_for(8, 10 + 4 * cuts);
    let mut house = Installation::start(people).await;
    let load = Load::asking(&house, 8, people).confirming(&house, 2);
    let mut slowest = Duration::ZERO;
    for _ in 0..cuts {
        tokio::time::sleep(Duration::from_millis(800)).await;
        let away = load.book.away.lock().unwrap().len();
        house.cut_postgres().await;
        until(10, "people hear of it", async || load.book.away.lock().unwrap().len() > away).await;
        house.resume_postgres().await;
        let (began, asked) = (clock::instant(), load.book.asked());
        until(30, "Kirim works again", async || load.book.asked() > asked).await;
        slowest = slowest.max(began.elapsed());
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let book = load.end().await;
    assert_eq!(book.wrong(), Vec::<String>::new());
    assert_eq!(book.broken(), Vec::<String>::new(), "the server itself was there all the time");
    let told = book.away.lock().unwrap().iter().copied().max().unwrap();
    eprintln!("{cuts} cuts: told within {told:?}, recovered within {slowest:?}, {} Kirims kept", book.asked());
    assert!(told < bound(2), "told after {told:?}");
    assert!(slowest < bound(3), "recovered after {slowest:?}");
    find_all(&house, &book, Duration::from_mins(1)).await;
    assert!(!house.panicked(), "{}", house.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_postgres_the_house_says_so_and_helps_as_far_as_it_can() {
    let mut house = Installation::start(1_000).await;
    let load = Load::asking(&house, 2, 1_000);
    until(20, "some asked", async || load.book.asked() > 20).await;
    house.cut_postgres().await;
    assert_eq!(house.asks("/healthz").await, Some(200));
    until(10, "it is not ready", async || house.asks("/readyz").await == Some(503)).await;
    load.end().await;

    let before = house.resident_kib();
    let (client, lasting) = (client(true), clock::instant());
    let seconds = rounds(2, 60);
    while lasting.elapsed() < Duration::from_secs(seconds) {
        let mut visitor = Visitor::new(&client, house.public);
        for path in ["/", "/help", "/help/clock", "/help/privacy", "/reset-totp"] {
            let answer = visitor.get(path).await.unwrap();
            assert_eq!(answer.page.status.as_u16(), 200, "{path}: {}", answer.page.text());
        }
        let answer = visitor.kirim(0).await.unwrap();
        let page = &answer.page;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (503, "Layanan sedang tidak tersedia"));
        assert!(page.text().contains("tetap tersimpan") && answer.retry_after() == Some(5), "{}", page.text());
        assert!(answer.took < bound(2), "{:?}", answer.took);
        assert_eq!(house.asks("/healthz").await, Some(200));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let after = house.resident_kib();
    eprintln!("without Postgres for {seconds} s: {before} KiB before, {after} KiB after");
    assert!(after < before + before / 10 + 4_096, "memory grew from {before} to {after} KiB");

    house.resume_postgres().await;
    until(10, "it is ready", async || house.asks("/readyz").await == Some(200)).await;
    let answer = Visitor::new(&client, house.public).kirim(0).await.unwrap();
    assert!(answer.onward().is_some(), "{}", answer.page.text());
}

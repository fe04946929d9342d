//! The server is asked to stop, and ends what it began.

use std::time::Duration;

use crate::support::installation::Installation;
use crate::support::load::{Load, find_all, people_for};
use crate::support::sink::{Act, Rule, Stage};
use crate::support::{is_full, rounds};

const EXIT: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_fails_no_request() {
    let stops = rounds(1, 10);
    let people = people_for(16, 10 + 3 * stops);
    let mut house = Installation::start(people).await;
    let load = Load::asking(&house, 16, people).confirming(&house, 4);
    for stop in 1..=stops {
        tokio::time::sleep(Duration::from_secs(1)).await;
        house.terminate();
        let (status, took) = house.ended(EXIT).await;
        assert!(status.success(), "{status}: {}", house.log());
        if is_full() {
            eprintln!("stop {stop}: ended after {took:?}");
        }
        house.serve();
        house.ready(Duration::from_mins(1)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let book = load.end().await;
    assert_eq!(book.wrong(), Vec::<String>::new());
    assert_eq!(book.broken(), Vec::<String>::new(), "requests failed, {} of them well answered", book.asked());
    assert!(book.asked() > 20, "too little happened: {}", book.asked());
    find_all(&house, &book, Duration::from_mins(1)).await;
    let letters: usize = house.value("select count(*) from letter").await.parse().unwrap();
    assert_eq!(house.sink.mails().len(), letters, "a graceful stop doubles no letter");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_relay_does_not_hold_up_a_stop() {
    let mut house = Installation::make(&[("PULIH_SMTP__TIMEOUT_SECONDS", "60")]).await;
    house.import(1_000);
    house.sink.script(Rule::at(Stage::Dot).act(Act::Hang));
    house.serve();
    house.ready(Duration::from_secs(30)).await;
    let load = Load::asking(&house, 1, 1_000);
    crate::support::house::until(20, "the letter is on its way", async || !house.sink.unanswered().is_empty()).await;
    load.end().await;
    house.terminate();
    let (status, took) = house.ended(EXIT).await;
    assert!(status.success() && took < EXIT, "{status} after {took:?}");
}

//! The server is killed, and everything it had answered is there.

use std::time::Duration;

use pulih::base::{clock, random};

use crate::support::house::until;
use crate::support::installation::Installation;
use crate::support::load::{Load, find_all, people_for};
use crate::support::rounds;
use crate::support::sink::{Act, Rule, Stage};

/// What a restart may take; a busy machine and an unoptimised program get more.
const READY: Duration = Duration::from_secs(2);

fn ready_within() -> Duration {
    rounds(READY * 8, READY)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_nothing_that_it_answered() {
    let kills = rounds(2, 50);
    let people = people_for(8, 15 + 3 * kills);
    let mut house = Installation::start(people).await;
    // a relay that takes its time leaves letters in flight at each kill
    house.sink.script(Rule::at(Stage::Dot).act(Act::Delay(Duration::from_millis(100))));
    let load = Load::asking(&house, 8, people).confirming(&house, 4);
    until(30, "the first reset", async || !load.book.reset.lock().unwrap().is_empty()).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        let pause = 300 + u64::from(random::bytes::<1>().unwrap()[0]) * 2;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        house.kill();
        house.serve();
        slowest = slowest.max(house.ready(Duration::from_mins(1)).await);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let book = load.end().await;
    assert_eq!(book.wrong(), Vec::<String>::new());
    assert!(slowest < ready_within(), "ready after {slowest:?}");

    // leases of killed couriers run out one day: today
    house.kill();
    house.sql("update letter set next_attempt_at = now() where state = 'leased'").await;
    house.serve();
    find_all(&house, &book, Duration::from_mins(1)).await;
    let (asked, reset) = (book.asked(), book.reset.lock().unwrap().len());
    let copies = house.sink.mails().len() - house.value("select count(*) from letter").await.parse::<usize>().unwrap();
    eprintln!(
        "{kills} kills: {asked} Kirims and {reset} resets kept, {copies} letters came twice, ready within {slowest:?}"
    );
    assert!(asked > kills * 10 && reset > 0, "too little happened: {asked} asked, {reset} reset");
    assert!(!house.panicked(), "{}", house.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_server_goes_on_with_its_backlog() {
    let people = rounds(300, 10_000);
    let mut house = Installation::make(&[]).await;
    house.import(people);
    house.sql(&BACKLOG.replace("KEY_ID", &house.link_key())).await;
    let began = clock::instant();
    house.serve();
    let ready = house.ready(Duration::from_mins(1)).await;
    assert!(ready < ready_within(), "ready after {ready:?}");
    house
        .sink
        .wait_for(1, rounds(Duration::from_secs(30), Duration::from_secs(5)).saturating_sub(began.elapsed()))
        .await;
    let first = began.elapsed();
    house.sink.wait_for(people, Duration::from_mins(5)).await;
    eprintln!(
        "{people} letters: ready after {ready:?}, the first out after {first:?}, all after {:?}",
        began.elapsed()
    );
    assert_eq!(house.sink.mails().len(), people, "each once");
}

/// Everybody asked, was matched, and waits for a letter.
const BACKLOG: &str = "
    with who as (select id, user_id, row_number() over () as n, gen_random_uuid() as request, gen_random_uuid() as link
        from account),
    r as (
        insert into request (id, reference, channel, state, form, typed_user_id, typed_address, typed_type, language, account_id)
        select request, 'R-' || lpad((n / 8000)::text, 4, '0') || '-' || lpad((n % 8000)::text, 4, '0'), 'web', 'sending',
            gen_random_uuid(), user_id, 'x@people.example', 'penyedia', 'id', id from who),
    l as (
        insert into link (id, kind, request_id, account_id, position, key_id, random)
        select link, 'reset', request, id, 1, 'KEY_ID', sha256(link::text::bytea) from who)
    insert into letter (id, kind, request_id, account_id, link_id, position, language)
    select gen_random_uuid(), 'link', request, id, link, 1, 'id' from who";

//! The relay stays away for long, and no link is dead when it arrives.

use chrono::TimeDelta;

use crate::support::house::{SECRET, TestApp};
use crate::support::rounds;

const DEAD: &str = "select count(*) from link where handed_over_at is not null
    and expires_at - handed_over_at not between interval '5:59:59' and interval '6:00:01'";

fn line(n: usize) -> String {
    format!("ORANG{n},penyedia,Orang {n},orang{n}@people.example,,,{SECRET},\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hour_without_relay_delays_letters_and_kills_no_link() {
    let people = rounds(12, 60);
    let app = TestApp::start().await;
    app.import(&(0..people).map(line).collect::<String>()).await;
    app.sink.stop().await;
    let step = TimeDelta::hours(1) / i32::try_from(people).unwrap();
    for n in 0..people {
        let page =
            app.browser().kirim(&format!("ORANG{n}"), &format!("orang{n}@people.example"), "penyedia").await.clone();
        assert_eq!(page.heading(), "Berhasil Kirim Reset TOTP", "{}", page.text());
        app.settle().await;
        app.advance(step).await;
    }
    app.settle().await;
    assert_eq!(app.value("select count(*) from letter where state = 'queued'").await, people.to_string());
    assert_ne!(app.value("select count(*) from letter where class = 'unreachable'").await, "0");

    app.sink.resume().await;
    // the longest pause is a minute; one letter asks whether the relay is back, then all go
    let mut waited = 0;
    while app.letters().len() < people {
        assert!(waited < 300, "after {waited} s only {} of {people} letters are out", app.letters().len());
        app.advance(TimeDelta::seconds(10)).await;
        waited += 10;
        app.settle().await;
    }
    eprintln!("all {people} letters were out {waited} s after the relay came back");
    assert_eq!((app.sink.mails().len(), app.value(DEAD).await), (people, "0".to_owned()));

    // five hours and fifty minutes later the first of them, asked seven hours ago, still works
    app.advance(TimeDelta::minutes(350)).await;
    app.sweep().await;
    let link = app.link_to("orang0@people.example", "/r/");
    assert_eq!(app.browser().reset(&link).await.heading(), "TOTP Berhasil di Reset");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_whose_link_would_be_dead_is_not_sent() {
    let app = TestApp::start().await;
    app.people().await;
    app.sink.stop().await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    app.advance(TimeDelta::hours(25)).await;
    app.sink.resume().await;
    app.settle().await;
    app.sweep().await;
    assert_eq!(app.letters().len(), 0);
    assert_eq!(
        app.value("select state || ' ' || server_text from letter").await,
        "dropped not sent: its link has ended"
    );
    assert_eq!(app.value("select state from request").await, "expired");
    app.end().await;
}

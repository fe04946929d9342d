//! What somebody cannot do who stole the password alone, or the mailbox alone: every page, in every order we can think of.

use chrono::TimeDelta;
use pulih::config::LimitsMode;

use crate::support::house::{PASSWORD, TestApp};
use crate::support::rounds;
use crate::support::signing::{Phone, RINA};

use thief::Thief;

mod thief;

const RINAS: &str = "rina@amanah.example";

/// How it stands with Rina's account when the thief comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Active,
    ResetElsewhere,
    HalfActivated,
    Disabled,
    DelayedReset,
    GrantOver,
}

const STATES: [State; 6] = [
    State::Active,
    State::ResetElsewhere,
    State::HalfActivated,
    State::Disabled,
    State::DelayedReset,
    State::GrantOver,
];

async fn house(state: State) -> TestApp {
    let app = TestApp::with(|plan| {
        plan.config.limits.mode = LimitsMode::Off;
        plan.config.reset.delay_hours = u32::from(state == State::DelayedReset);
    })
    .await;
    app.people_with_passwords().await;
    let mut rina = app.browser();
    match state {
        State::Active => {}
        State::Disabled => {
            rina.sign_in(&app, RINA, &Phone::imported()).await;
            app.advance(TimeDelta::seconds(30)).await;
            rina.open("/account/disable").await;
            let code = Phone::imported().code(&app, 0);
            rina.send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await;
            assert_eq!(rina.page.path, "/login?note=disabled");
        }
        _ => {
            rina.lose_phone(&app, RINA, RINAS).await;
            app.settle().await;
        }
    }
    match state {
        State::HalfActivated => {
            rina.password(RINA, PASSWORD).await;
            assert_eq!(rina.page.secret_key().len(), 32);
        }
        State::DelayedReset => app.advance(TimeDelta::hours(2)).await,
        State::GrantOver => app.advance(TimeDelta::hours(73)).await,
        _ => {}
    }
    app.settle().await;
    app
}

const CREDENTIALS: &str = "select id from credential";
const FULL: &str = "select count(*) from session where level = 'full' and ended_at is null";

/// What a thief has in the end: secrets seen, credentials that were not there before, full sessions.
async fn haul(state: State, password: bool, mailbox: bool, seed: usize) -> (usize, usize, String) {
    let app = house(state).await;
    let before = app.ids(CREDENTIALS).await;
    let mut thief = Thief::new(&app, password, mailbox, seed).await;
    thief.everything(&app, rounds(60, 1_500)).await;
    let new = app.ids(CREDENTIALS).await.into_iter().filter(|id| !before.contains(id)).count();
    let full = app.value(FULL).await;
    if full == "0" {
        let page = thief.browser.open("/account").await;
        assert_eq!(page.path, "/login?note=ended", "{state:?}: {}", page.text());
    }
    let haul = (thief.secrets.len(), new, full);
    app.settle().await;
    app.end().await;
    haul
}

const NOTHING: (usize, usize, &str) = (0, 0, "0");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_password_alone_cannot_enrol() {
    for (seed, state) in STATES.into_iter().enumerate() {
        let (secrets, new, full) = haul(state, true, false, seed).await;
        assert_eq!((secrets, new, full.as_str()), NOTHING, "{state:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_mailbox_alone_cannot_get_in() {
    for (seed, state) in STATES.into_iter().enumerate() {
        let (secrets, new, full) = haul(state, false, true, seed).await;
        assert_eq!((secrets, new, full.as_str()), NOTHING, "{state:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stole_both_gets_in_by_the_same_walk() {
    for (seed, state) in STATES.into_iter().enumerate() {
        let (secrets, new, _) = haul(state, true, true, seed).await;
        assert!(secrets > 0 && new > 0, "the walk of the other two tests finds nothing anyway: {state:?}");
    }
}

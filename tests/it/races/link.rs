//! A link used while it is cancelled, expires, is superseded or reissued: one winner, and a history that makes sense.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::{BoxFuture, join_all};
use pulih::actions::cancel::not_me;
use pulih::actions::{help, open, reissue};
use pulih::model::refusal::Stop;
use pulih::store::retention;
use pulih::workers::courier::Courier;
use pulih::workers::{executor, resolver, sweeper};
use uuid::Uuid;

use crate::support::acts::press_ok;
use crate::support::dice::Dice;
use crate::support::house::{SECRET, TestApp};
use crate::support::ledger::Ledger;
use crate::support::rounds;

/// An account with two living links; the courier has yet to carry a third letter where the round says so.
struct Round<'a> {
    app: &'a TestApp,
    courier: &'a Courier,
    account: Uuid,
    request: Uuid,
    links: Vec<Uuid>,
}

impl<'a> Round<'a> {
    async fn begin(app: &'a TestApp, courier: &'a Courier, n: usize, dice: &mut Dice) -> Self {
        let (user_id, address) = (format!("LOMBA{n}"), format!("lomba{n}@a.example"));
        app.import(&format!("{user_id},penyedia,Rina,{address},lain{n}@b.example,,{SECRET},\n")).await;
        let carried = !dice.one_in(4);
        for _ in 0..2 {
            app.ask(&user_id, &address).await.unwrap();
            app.resolve().await;
            app.advance(TimeDelta::seconds(61)).await;
            if carried {
                app.settle().await;
            }
        }
        let account = app.id(&format!("select id from account where user_id = '{user_id}'")).await;
        let links = app
            .ids(&format!("select id from link where account_id = '{account}' and kind = 'reset' order by id"))
            .await;
        let request = app.id(&format!("select request_id from link where id = '{}'", links[0])).await;
        assert_eq!(links.len(), 2);
        open::open(&app.app, links[0]).await.unwrap();
        if dice.one_in(2) {
            open::open(&app.app, links[1]).await.unwrap();
        }
        match dice.throw(4) {
            // a changed address: OK only schedules
            0 => {
                app.sql(&format!("update account set address_changed_at = pulih.now() where id = '{account}'")).await;
                if dice.one_in(2) {
                    press_ok(&app.app, links[0], 1).await.unwrap();
                    app.advance(TimeDelta::hours(24)).await;
                }
            }
            // on the very edge of its time, the confirm step with it
            1 => {
                app.advance(TimeDelta::hours(if carried { 6 } else { 24 }) - TimeDelta::seconds(61)).await;
                app.sql(&format!(
                    "update link set step_until = least(step_until, pulih.now() + interval '{} ms') where account_id = '{account}'",
                    dice.throw(10)
                ))
                .await;
            }
            _ => {}
        }
        Self { app, courier, account, request, links }
    }

    /// Somebody, or something, that acts in this race.
    fn racer(&self, dice: &mut Dice) -> BoxFuture<'a, Result<(), Stop>> {
        let (app, courier) = (self.app, self.courier);
        let (link, request) = (self.links[dice.throw(2)], self.request);
        let (browser, hold) = (u8::try_from(dice.throw(3)).unwrap(), dice.one_in(2));
        let wait = Duration::from_micros(dice.throw(6_000) as u64);
        let act = dice.throw(12);
        Box::pin(async move {
            tokio::time::sleep(wait).await;
            match act {
                0..=3 => press_ok(&app.app, link, browser).await,
                4 | 5 => not_me(&app.app, link, hold).await.map(|_| ()),
                6 => reissue::reissue(&app.app, link).await,
                7 => open::open(&app.app, link).await,
                8 => help::ask_help(&app.app, request).await,
                9 => executor::step(&app.app).await.map(|_| ()),
                10 => courier.step(&app.app).await.map(|_| ()),
                _ => {
                    resolver::step(&app.app).await?;
                    sweeper::step(&app.app).await.map(|_| ())
                }
            }
        })
    }

    /// What must hold of the account, whoever won.
    async fn judge(&self, seed: usize) {
        let (app, account) = (self.app, self.account);
        let ledger = Ledger::check(app, Some(account)).await;
        let count = async |query: &str| -> usize {
            app.value(&format!("select count(*) from {query} account_id = '{account}'")).await.parse().unwrap()
        };
        assert!(ledger.resets <= 1, "round {seed}: two resets");
        assert!(ledger.count("reset.confirmed") + ledger.count("reset.scheduled") <= 1, "round {seed}: two winners");
        assert_eq!(count("activation_grant where").await, ledger.resets, "round {seed}: grants");
        assert_eq!(count("letter where kind = 'done' and").await, 2 * ledger.resets, "round {seed}: notices");
        assert_eq!(count("letter where kind = 'scheduled' and").await, 2 * ledger.count("reset.scheduled"));
        let revoked = count("credential where revoked_at is not null and").await;
        assert_eq!(revoked, ledger.resets, "round {seed}: the factor is revoked by a reset and by nothing else");
        let spent = count("link where end_reason = 'spent' and").await;
        assert!(spent <= 1, "round {seed}: {spent} links were spent");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_races_for_a_link_one_wins() {
    let app = TestApp::with(|plan| plan.config.database.pool = 16).await;
    let courier = Courier::new(&app.app).unwrap();
    for seed in 0..rounds(20, 1_000) {
        let mut dice = Dice::new(seed);
        // hours pass in every round: in the full count, more months than the log has places for
        retention::make_partitions(&mut app.app.read().await.unwrap(), 13).await.unwrap();
        let round = Round::begin(&app, &courier, seed, &mut dice).await;
        let racers: Vec<_> = (0..6 + dice.throw(6)).map(|_| round.racer(&mut dice)).collect();
        let mut moving = Vec::new();
        if dice.one_in(3) {
            // time passes while they race
            moving.push(app.advance(TimeDelta::hours(7)));
        }
        let (ends, _) = tokio::join!(join_all(racers), join_all(moving));
        for end in ends {
            assert!(matches!(end, Ok(()) | Err(Stop::Refused(_))), "round {seed}: {end:?}");
        }
        round.judge(seed).await;
        app.settle().await;
        app.sweep().await;
        round.judge(seed).await;
    }
    courier.close().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_link_resets_nothing_however_hard_it_is_pressed() {
    let app = TestApp::start().await;
    for (n, death) in ["cancelled", "expired", "superseded"].into_iter().enumerate() {
        let (user_id, address) = (format!("MATI{n}"), format!("mati{n}@a.example"));
        app.import(&format!("{user_id},penyedia,Rina,{address},,,{SECRET},\n")).await;
        app.ask(&user_id, &address).await.unwrap();
        app.settle().await;
        let link = app.opened_link(&user_id).await;
        let expected = match death {
            "cancelled" => {
                not_me(&app.app, link, false).await.unwrap();
                "link-ended"
            }
            "expired" => {
                app.advance(TimeDelta::hours(7)).await;
                app.sweep().await;
                "link-expired"
            }
            _ => {
                app.advance(TimeDelta::seconds(61)).await;
                app.ask(&user_id, &address).await.unwrap();
                app.settle().await;
                press_ok(&app.app, app.opened_link(&user_id).await, 1).await.unwrap();
                "link-ended"
            }
        };
        let before = app.value("select count(*) from credential where revoked_at is not null").await;
        for browser in 0..8 {
            let end = press_ok(&app.app, link, browser).await;
            assert!(matches!(end, Err(Stop::Refused(r)) if r.code() == expected), "{death}: {end:?}");
            assert!(open::open(&app.app, link).await.is_err(), "{death}");
        }
        assert_eq!(app.value("select count(*) from credential where revoked_at is not null").await, before, "{death}");
        app.settle().await;
    }
    Ledger::check(&app, None).await;
    app.end().await;
}

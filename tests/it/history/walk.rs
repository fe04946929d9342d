//! Thousands of random acts: the state changes exactly when one event says so.

use chrono::TimeDelta;
use pulih::actions::{cancel, expire, export, help, open, purge, reissue, resolve};
use pulih::base::keyring::Purpose;
use pulih::base::token::{self, TokenPurpose};
use pulih::model::refusal::Stop;
use pulih::store::retention;
use pulih::workers::courier::Courier;
use pulih::workers::executor;
use uuid::Uuid;

use super::watch::{Look, Watch, judge_rows};
use crate::support::acts::press_ok;
use crate::support::browser::Browser;
use crate::support::dice::Dice;
use crate::support::house::{SECRET, TestApp};
use crate::support::ledger::Ledger;
use crate::support::rounds;
use crate::support::sink::{Rule, Stage};

const PEOPLE: usize = 8;
const STRANGERS: [&str; 4] = ["SIAPA1", "O'Hara\"; drop table event --", "\u{1F511}\u{202E}x", "<script>"];

/// What an act may leave behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum May {
    /// One event, or none where there was nothing to do.
    Act,
    /// Exactly one refused event.
    BeRefused,
    /// Nothing at all.
    Look,
}

struct Walk {
    app: TestApp,
    watch: Watch,
    courier: Courier,
    browsers: Vec<Browser>,
    dice: Dice,
    imported: usize,
}

impl Walk {
    async fn begin(seed: usize) -> Self {
        let app = TestApp::with(|plan| {
            plan.config.limits.wall_per_second = 1_000_000;
            // one letter a step, so that a step is one action
            plan.config.smtp.connections = 1;
        })
        .await;
        let line =
            |n| format!("ORANG{n},penyedia,Rina {n},rina{n}@a.example,{},,{SECRET},\n", ["", "lain@b.example"][n % 2]);
        app.import(&(0..PEOPLE).map(line).collect::<String>()).await;
        let (watch, courier) = (Watch::new(&app).await, Courier::new(&app.app).unwrap());
        let browsers = (0..3).map(|_| app.browser()).collect();
        Self { app, watch, courier, browsers, dice: Dice::new(seed), imported: 0 }
    }

    /// A link of the house, in whatever state, with its address for a reset (where its letter has one) and for
    /// *Ini bukan saya*.
    async fn link(&mut self) -> Option<(Uuid, Option<String>, String)> {
        let rows = self
            .app
            .sql("select id, key_id, encode(random, 'hex'), kind from link where account_id is not null order by id desc limit 12")
            .await;
        let row = self.dice.pick(&rows)?;
        let column = |i: usize| row[i].clone().unwrap();
        let id: Uuid = column(0).parse().unwrap();
        let random: [u8; 32] = data_encoding::HEXLOWER.decode(column(2).as_bytes()).unwrap().try_into().unwrap();
        let key = self.app.app.keys().of(Purpose::Link).by_id(&column(1)).unwrap();
        let url = |path: &str, purpose| format!("{path}{}", token::issue(key, purpose, id, &random));
        let reset = (column(3) == "reset").then(|| url("/r/", TokenPurpose::Reset));
        Some((id, reset, url("/not-me/", TokenPurpose::NotMe)))
    }

    /// The world goes on, outside of what our actions do: time, new phones, unlocked accounts, a moody relay.
    async fn world(&mut self) {
        let minutes = [0, 1, 2, 5, 11, 61, 300, 420, 1_500][self.dice.throw(9)];
        let days = if self.dice.one_in(60) { 31 } else { 0 };
        self.app.advance(TimeDelta::minutes(minutes) + TimeDelta::days(days)).await;
        retention::make_partitions(&mut self.app.app.read().await.unwrap(), 13).await.unwrap();
        self.app
            .sql(&format!(
                "insert into credential (id, account_id, sealed_secret) select gen_random_uuid(), a.id, '\\x00' from account a
                    where not exists (select from credential c where c.account_id = a.id and c.revoked_at is null);
                insert into session (id, account_id, token_hash) select gen_random_uuid(), id, sha256(gen_random_uuid()::text::bytea)
                    from account where random() < 0.1;
                update account set status = 'active', locked_reason = null, resets_held_until = null where {0} = 0;
                update account set address_changed_at = case when {1} = 0 then pulih.now() end where user_id = 'ORANG{1}'",
                self.dice.throw(3),
                self.dice.throw(PEOPLE)
            ))
            .await;
        self.app.sink.unscript();
        match self.dice.throw(8) {
            0 => self.app.sink.script(Rule::at(Stage::Rcpt).answer(550, "no such mailbox")),
            1 => self.app.sink.script(Rule::at(Stage::Rcpt).answer(451, "later")),
            _ => {}
        }
    }

    async fn act(&mut self) -> (String, May) {
        let which = self.dice.throw(24);
        let what = match which {
            0..=4 => return self.kirim().await,
            5..=8 => ("resolve", resolve::resolve_next(&self.app.app).await.map(|_| ())),
            9..=12 => ("deliver", self.courier.step(&self.app.app).await.map(|_| ())),
            13 => ("execute", executor::step(&self.app.app).await.map(|_| ())),
            14 => ("purge", purge::purge(&self.app.app).await.map(|_| ())),
            15 => ("export", export::export(&self.app.app, 3).await),
            16 => return self.import().await,
            _ => return self.on_a_link(which).await,
        };
        let (what, end) = what;
        end.unwrap_or_else(|stop| panic!("{what}: {stop}"));
        (what.to_owned(), May::Act)
    }

    async fn kirim(&mut self) -> (String, May) {
        let n = self.dice.throw(PEOPLE + 3);
        let user_id = if n < PEOPLE { format!("orang{n}") } else { STRANGERS[self.dice.throw(4)].to_owned() };
        let kind = ["penyedia", "non_penyedia"][usize::from(self.dice.one_in(6))];
        let browser = &mut self.browsers[n % 3];
        let resend = browser.page.forms().iter().any(|form| form.action == "/reset-totp/resend");
        if resend && self.dice.one_in(3) {
            let page = browser.send("/reset-totp/resend", &[]).await;
            return (format!("resend {}", page.status), May::Act);
        }
        let page = browser.kirim(&user_id, &format!("rina{n}@a.example"), kind).await;
        assert!(!page.status.is_server_error(), "{}", page.text());
        (format!("kirim {user_id} {kind} {}", page.status), May::Act)
    }

    async fn import(&mut self) -> (String, May) {
        self.imported += 1;
        let n = self.imported;
        self.app.import(&format!("BARU{n},penyedia,Baru,baru{n}@a.example,,,{SECRET},\n")).await;
        ("import".to_owned(), May::Act)
    }

    async fn on_a_link(&mut self, which: usize) -> (String, May) {
        let Some((id, reset, not_me)) = self.link().await else { return ("no link yet".to_owned(), May::Look) };
        if which >= 22 && reset.is_some() {
            return self.directly(id).await;
        }
        let who = self.dice.throw(3);
        let browser = &mut self.browsers[who];
        let Some(reset) = reset.filter(|_| which != 21) else {
            browser.open(&not_me).await;
            if self.dice.one_in(2) {
                return ("look at /not-me".to_owned(), May::Look);
            }
            browser.send("/not-me", &[]).await;
            let hold: &[_] = if self.dice.one_in(2) { &[("hold", "yes")] } else { &[] };
            let page = browser.send("/not-me/confirm", hold).await;
            return (format!("not me {}", page.status), May::Act);
        };
        browser.open(&reset).await;
        let ways = ["/reset-totp/open", "/reset-totp/confirm", "/reset-totp/reissue"];
        let shown: Vec<_> = browser.page.forms().into_iter().filter(|f| ways.contains(&f.action.as_str())).collect();
        let way = self.dice.pick(&shown).filter(|_| which != 17).map(|form| form.action.clone());
        let Some(way) = way else { return (format!("look at {}", browser.page.heading()), May::Look) };
        let page = browser.send(&way, &[]).await;
        assert!(!page.status.is_server_error(), "{}", page.text());
        (format!("{way} {} {}", page.status, page.heading()), May::Act)
    }

    /// An action on a link or a request that no page may have offered.
    async fn directly(&mut self, link: Uuid) -> (String, May) {
        let house = &self.app.app;
        let link = if self.dice.one_in(6) { Uuid::from_u128(7) } else { link };
        let (what, end) = match self.dice.throw(6) {
            0 => ("open", open::open(house, link).await),
            1 => ("confirm", press_ok(house, link, 9).await),
            2 => ("not me", cancel::not_me(house, link, self.dice.one_in(2)).await.map(|_| ())),
            3 => ("reissue", reissue::reissue(house, link).await),
            4 => ("expire", expire::expire(house, link).await.map(|_| ())),
            _ => {
                let query =
                    format!("select coalesce((select request_id from link where id = '{link}'), '{}')", Uuid::nil());
                ("help", help::ask_help(house, self.app.id(&query).await).await)
            }
        };
        match end {
            Ok(()) => (what.to_owned(), May::Act),
            Err(Stop::Refused(refusal)) => (format!("{what}: {}", refusal.code()), May::BeRefused),
            Err(stop) => panic!("{what}: {stop}"),
        }
    }
}

fn judge(what: &str, may: May, before: &Look, after: &Look) {
    let events = after.events - before.events;
    let changed = after.state != before.state;
    let newest = &after.newest;
    assert!((0..=1).contains(&events), "{what} left {events} events");
    assert_eq!(after.queued - before.queued, events, "{what} is not queued for its leaf number");
    match may {
        May::Look => {
            assert!(!changed && events == 0, "{what} only looks, but changed {changed}, events {events}: {newest}");
        }
        May::BeRefused => {
            assert!(!changed && events == 1 && newest.contains(" refused "), "{what} is one refused event: {newest}");
        }
        May::Act if events == 0 => assert!(!changed, "{what} changed the state and told nobody"),
        May::Act if newest.contains(" refused ") => {
            assert!(!changed, "{what} was refused and changed the state: {newest}");
        }
        // what leaves the house is told, though it changes nothing
        May::Act if newest.starts_with("accounts.exported ") => assert!(!changed),
        May::Act => assert!(changed, "{what} is told but changed nothing: {newest}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_done_one_event_says_so() {
    // each look at the whole state costs what has happened so far: many walks go further than a long one
    for seed in 0..rounds(1, 20) {
        walk(4 + seed, rounds(150, 500)).await;
    }
}

async fn walk(seed: usize, steps: usize) {
    let mut walk = Walk::begin(seed).await;
    let mut said = std::collections::BTreeMap::<String, usize>::new();
    for step in 0..steps {
        if step % 4 == 0 {
            walk.world().await;
        }
        let before = walk.watch.look().await;
        let (what, may) = walk.act().await;
        let after = walk.watch.look().await;
        judge(&format!("step {step}, {what}"), may, &before, &after);
        *said.entry(what).or_default() += 1;
        if step % 500 == 499 {
            Ledger::check(&walk.app, None).await;
        }
    }
    Ledger::check(&walk.app, None).await;
    judge_rows(&walk.app).await;
    let kinds = walk.app.value("select count(distinct kind) from event").await;
    assert!(kinds.parse::<usize>().unwrap() >= 10, "a walk that goes nowhere: {kinds} kinds, {said:#?}");
    walk.courier.close().await;
    walk.app.leave_letters();
    walk.app.end().await;
}

//! The weeks before the newcomer came: resets day by day, through the same actions as everything, with both clocks set back.
//! They are what the auditor's reports of the demo are counted from.

use chrono::TimeDelta;
use secrecy::SecretString;

use super::history::{ask_for, confirm, told};
use super::people::{Person, person};
use crate::app::App;
use crate::base::fault::Fault;
use crate::store::log::read;
use crate::store::{request, setup};
use crate::workers::courier::Courier;
use crate::workers::{resolver, sweeper};

/// So many days ago, so many asked.
const DAYS: [(i64, usize); 12] =
    [(18, 2), (17, 3), (16, 1), (13, 4), (12, 2), (11, 3), (10, 5), (9, 2), (6, 3), (5, 4), (4, 2), (3, 6)];
/// Number of the first of them: nobody whom the newcomer plays.
const FIRST: usize = 100;
/// Seconds until the relay takes a letter, and minutes until its link is opened.
const PACES: [(i64, i64); 6] = [(3, 1), (5, 4), (2, 9), (41, 2), (8, 55), (4, 190)];

/// Both clocks of the house, and how far they are set back.
struct Clocks<'a> {
    app: &'a App,
    admin: &'a SecretString,
    shift: TimeDelta,
}

impl Clocks<'_> {
    async fn set(&mut self, shift: TimeDelta) -> Result<(), Fault> {
        self.app.clock().shift(shift - self.shift);
        self.shift = shift;
        // no shift leaves the function as the migration made it
        let moved = match shift.num_microseconds() {
            Some(0) | None => String::new(),
            Some(us) => format!(" + interval ''{us} microseconds''"),
        };
        let function = "create or replace function pulih.now() returns timestamptz language sql volatile parallel safe";
        setup::run(self.admin, &format!("{function} as 'select clock_timestamp(){moved}'")).await
    }

    async fn pass(&mut self, by: TimeDelta) -> Result<(), Fault> {
        self.set(self.shift + by).await
    }
}

/// A time before all of it, which lasts until it is ended.
pub struct Begun<'a>(Option<Clocks<'a>>);

/// Sets both clocks to before the first of those days, where nothing has happened yet: no event is earlier than one that
/// stands before it in the log.
pub async fn begin<'a>(app: &'a App, admin: &'a SecretString) -> Result<Begun<'a>, Fault> {
    if read::latest(&mut app.read().await?).await?.is_some() {
        return Ok(Begun(None));
    }
    let first = DAYS.iter().map(|(ago, _)| *ago).max().unwrap_or_default();
    let mut clocks = Clocks { app, admin, shift: TimeDelta::zero() };
    clocks.set(-TimeDelta::days(first + 1)).await?;
    Ok(Begun(Some(clocks)))
}

impl Begun<'_> {
    /// It is today again.
    pub async fn end(self) -> Result<(), Fault> {
        match self.0 {
            Some(mut clocks) => clocks.set(TimeDelta::zero()).await,
            None => Ok(()),
        }
    }
}

/// Lets them happen, where the demo has so many people.
pub async fn happen(app: &App, admin: &SecretString, accounts: usize) -> Result<(), Fault> {
    let all: usize = DAYS.iter().map(|(_, asks)| asks).sum();
    if accounts < FIRST + all {
        return Ok(());
    }
    let courier = Courier::new(app)?;
    let mut clocks = Clocks { app, admin, shift: TimeDelta::zero() };
    let mut number = FIRST;
    for (ago, asks) in DAYS {
        clocks.set(-TimeDelta::days(ago)).await?;
        while sweeper::step(app).await.map_err(told)? {}
        for _ in 0..asks {
            one(&mut clocks, &courier, number).await?;
            number += 1;
        }
    }
    clocks.set(TimeDelta::zero()).await?;
    courier.close().await;
    Ok(())
}

/// One of them asks: some by a wrong address, and some never open their mail.
async fn one(clocks: &mut Clocks<'_>, courier: &Courier, number: usize) -> Result<(), Fault> {
    let app = clocks.app;
    let mut who: Person = person(number);
    if number % 9 == 4 {
        who.email = format!("lama@{}", who.email.rsplit_once('@').map_or("contoh.example", |(_, domain)| domain));
    }
    let (seconds, minutes) = PACES.get(number % PACES.len()).copied().unwrap_or((5, 5));
    let reference = ask_for(app, &who).await?;
    while resolver::step(app).await.map_err(told)? {}
    clocks.pass(TimeDelta::seconds(seconds)).await?;
    while courier.step(app).await.map_err(told)? {}
    if number % 9 != 4 && number % 7 != 3 {
        clocks.pass(TimeDelta::minutes(minutes)).await?;
        let link = request::newest_link(&mut app.read().await?, &reference).await?;
        confirm(app, link).await.map_err(told)?;
        while courier.step(app).await.map_err(told)? {}
    }
    clocks.pass(TimeDelta::minutes(20)).await
}

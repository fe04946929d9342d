//! An event that cannot be written stops its action: nothing changes that is not told.

use chrono::TimeDelta;
use pulih::actions::{cancel, expire, export, help, open, purge, reissue, reset, resolve};
use pulih::model::refusal::Stop;
use reqwest::StatusCode;
use uuid::Uuid;

use super::watch::{Watch, judge_rows};
use crate::support::acts::press_ok;
use crate::support::house::{SECRET, TestApp};
use crate::support::ledger::Ledger;

/// Something to do for every action.
struct Stage {
    opened: Uuid,
    late: Uuid,
    waiting: Uuid,
    request: Uuid,
}

async fn set(app: &TestApp) -> Stage {
    let line = |name: &str| format!("{name},penyedia,{name},{name}@a.example,,,{SECRET},\n");
    app.import(&["AMAN", "LAMA", "TUNGGU", "BARU", "KIRIM"].map(line).concat()).await;
    let ask = async |name: &str| app.ask(name, &format!("{name}@a.example")).await.map(|_| ()).unwrap();
    // all but what is scheduled
    let carry = async || {
        app.resolve().await;
        while app.deliver().await {}
    };
    ask("SIAPA").await;
    carry().await;
    app.advance(TimeDelta::days(31)).await;
    ask("TUNGGU").await;
    carry().await;
    app.sql("update account set address_changed_at = pulih.now() where user_id = 'TUNGGU'").await;
    press_ok(&app.app, app.opened_link("TUNGGU").await, 1).await.unwrap();
    carry().await;
    app.advance(TimeDelta::hours(18)).await;
    ask("LAMA").await;
    carry().await;
    app.advance(TimeDelta::hours(7)).await;
    ask("AMAN").await;
    carry().await;
    let opened = app.opened_link("AMAN").await;
    let late = app.id("select l.id from link l join account a on a.id = account_id where user_id = 'LAMA'").await;
    let waiting = app.id("select id from request where state = 'waiting'").await;
    let request = app.id(&format!("select request_id from link where id = '{opened}'")).await;
    ask("KIRIM").await;
    app.resolve().await;
    ask("BARU").await;
    Stage { opened, late, waiting, request }
}

#[allow(clippy::needless_pass_by_value, reason = "what an action gave back, and nobody else wants")]
fn told(end: Result<impl std::fmt::Debug, Stop>, what: &str) {
    assert!(matches!(end, Err(Stop::Fault(_))), "{what}: {end:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_told_is_not_done() {
    let mut app = TestApp::start().await;
    let stage = set(&app).await;
    let watch = Watch::new(&app).await;
    let mut rina = app.browser();
    rina.open("/reset-totp").await;
    app.sql("revoke insert on event from pulih_app").await;
    let (before, pairs) = (watch.look().await, app.value("select count(*) from pair_limit").await);
    let house = &app.app;

    let page = rina.kirim("BARU", "baru@a.example", "penyedia").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    told(resolve::resolve_next(house).await, "resolve");
    told(open::open(house, stage.opened).await, "open");
    told(press_ok(house, stage.opened, 1).await, "confirm");
    told(cancel::not_me(house, stage.opened, true).await, "cancel");
    told(reissue::reissue(house, stage.late).await, "reissue");
    told(help::ask_help(house, stage.request).await, "help");
    told(expire::expire(house, stage.late).await, "expire");
    told(reset::execute(house, stage.waiting).await, "execute");
    told(purge::purge(house).await, "purge");
    told(export::export(house, 1).await, "export");
    // a refusal, too, is told or it is a failure
    told(open::open(house, Uuid::nil()).await, "refused");
    let mails = app.sink.mails().len();
    told(pulih::workers::courier::Courier::new(house).unwrap().step(house).await, "deliver");
    assert_eq!(app.sink.mails().len(), mails + 1);
    assert_eq!(watch.look().await, before);
    assert_eq!(app.value("select count(*) from pair_limit").await, pairs);

    // the log can be written again, and everything is done as if nothing had been
    app.sql("grant insert on event to pulih_app").await;
    press_ok(house, stage.opened, 1).await.unwrap();
    reissue::reissue(house, stage.late).await.unwrap();
    assert!(purge::purge(house).await.unwrap());
    app.advance(TimeDelta::hours(1)).await;
    app.settle().await;
    Ledger::check(&app, None).await;
    judge_rows(&app).await;

    // a month without a place in the log
    let part = app.value("select 'event' || to_char(pulih.now() at time zone 'UTC', '_YYYY_MM')").await;
    app.sql(&format!("drop table {part}")).await;
    let before = watch.look().await;
    assert!(rina.kirim("BARU", "baru@a.example", "penyedia").await.status.is_server_error());
    told(help::ask_help(house, stage.request).await, "help");
    assert_eq!(watch.look().await, before);
    app.leave_letters();
    app.end().await;
}

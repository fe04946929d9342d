//! An erasure takes what it says, all of it, and nothing else; and it stays lawful.

use chrono::TimeDelta;
use pulih::actions::purge::purge;
use pulih::app::Outcome;
use pulih::model::account::UserType;
use pulih::model::event::{Actor, Audit, Event, LoginPassword};
use pulih::store::{erasure, setup};
use pulih::workers::sweeper;
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;

use super::ways::attempt;
use super::{desk, propose, say};
use crate::log::kit::{ASLEEP, codes, verified};
use crate::support::desk::Officer;
use crate::support::house::TestApp;
use crate::support::portal::Portal;

/// Both agree that AMANAH7 goes; the log is sealed.
async fn erased(app: &TestApp, admin: &mut Officer, auditor: &mut Officer) {
    let id = propose(app, admin, "AMANAH7").await;
    let page = say(app, auditor, id, "approve", "").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    app.seal().await;
}

/// What the verification finds.
async fn found(app: &TestApp) -> Vec<&'static str> {
    codes(&verified(app, vec![]).await)
}

/// Writes an event as the house does.
async fn tell(app: &TestApp, event: Event) {
    let told = app.app.transact(Actor::Operator, async |_| Ok(Outcome::Done((), event.clone())));
    told.await.unwrap();
}

/// What is past its retention goes.
async fn past_retention(app: &TestApp) {
    app.advance(TimeDelta::days(31)).await;
    while purge(&app.app).await.unwrap() {}
    assert_eq!(app.value("select count(*) from request").await, "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_said_to_be_erased_takes_nobodys_details_along() {
    let (app, mut admin, mut auditor) = desk().await;
    app.browser().kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
    app.settle().await;
    erased(&app, &mut admin, &mut auditor).await;
    let his = "event_personal where event_id in (select e.id from event e join request r on r.id = e.request_id
        where r.typed_user_id = 'BAHTERA8')";
    let count = format!("select count(*) from {his}");
    let before = app.value(&count).await;
    assert_ne!(before, "0");
    let say = "update request set erasure_id = (select id from erasure) where typed_user_id = 'BAHTERA8'";
    attempt(&app, setup::APP, say).await.unwrap();
    attempt(&app, setup::APP, "select pulih.erase_late()").await.unwrap();
    assert_eq!(app.value(&count).await, before);
    assert!(found(&app).await.is_empty());
    // nor does it hide what somebody else deletes
    app.sql(&format!("{ASLEEP} delete from {his}")).await;
    assert_eq!(found(&app).await, ["personal-gone"]);
    let asked = app.value("select id from event where kind = 'reset.asked'").await;
    let page = auditor.browser.open(&format!("/audit/events/{asked}")).await;
    assert!(page.text().contains("Hilang tanpa penghapusan yang tercatat"), "{}", page.text());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_stays_lawful_when_its_request_is_past_its_retention() {
    let (app, mut admin, mut auditor) = desk().await;
    app.browser().kirim("AMANAH7", "lain@contoh.example", "penyedia").await;
    app.settle().await;
    erased(&app, &mut admin, &mut auditor).await;
    assert!(found(&app).await.is_empty());
    // as it is made up for where it was erased before that was kept
    let kept = app.column("select event_id from erased_event order by 1").await;
    assert_eq!(kept.len(), 1);
    let up = include_str!("../../../../migrations/19_erased_exactly/up.sql");
    let (_, rest) = up.split_once("insert into erased_event").unwrap();
    let (fill, _) = rest.split_once(';').unwrap();
    app.sql(&format!("{ASLEEP} delete from erased_event; insert into erased_event {fill}")).await;
    assert_eq!(app.column("select event_id from erased_event order by 1").await, kept);
    past_retention(&app).await;
    app.seal().await;
    assert!(found(&app).await.is_empty());
    let asked = app.id("select id from event where kind = 'reset.asked'").await;
    let mut read = app.app.read().await.unwrap();
    assert!(erasure::of_event(&mut read, asked, None).await.unwrap().is_some());
    drop(read);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_log_alone_still_holds_goes_too() {
    let app = TestApp::start().await;
    // a portal asks before anybody has that User ID
    let portal = Portal::of(&app, "spse").await;
    for name in ["AMANAH7", "SIAPA"] {
        let answer = portal.post(&format!("/accounts/{name}/verify"), &json!({ "code": "123456" })).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    assert_eq!(app.value("select count(*) from stray_guess").await, "2");
    app.people_with_passwords().await;
    // both match nobody: one by her User ID, one by her address
    app.browser().kirim("AMANAH7", "lain@contoh.example", "penyedia").await;
    app.browser().kirim("SALAH1", "rina@amanah.example", "penyedia").await;
    app.browser().kirim("SIAPA", "siapa@contoh.example", "penyedia").await;
    app.settle().await;
    past_retention(&app).await;
    let (mut admin, mut auditor) = (app.officer("agus", &["admin"]).await, app.officer("tika", &["auditor"]).await);
    for query in ["-AMANAH7", "jenis:reset -\"AMANAH7\"", "-SIAPA"] {
        let searched = Audit::Searched { query: query.to_owned(), found: 1, further: false };
        tell(&app, Event::Audit(searched)).await;
        app.sql(&format!(
            "insert into export (id, asked_by, format, personal_too, query)
            values (gen_random_uuid(), '{}', 'csv', false, '{query}')",
            if query == "-AMANAH7" { admin.id } else { auditor.id }
        ))
        .await;
        app.sql("update export set state = 'failed', ended_at = pulih.now()").await;
    }
    erased(&app, &mut admin, &mut auditor).await;
    let dump = app.dump().await.to_lowercase();
    for her in ["amanah7", "lain@contoh.example", "salah1", "rina@amanah.example"] {
        let at = dump.find(her).map(|at| dump[at.saturating_sub(200)..].chars().take(300).collect::<String>());
        assert_eq!(at, None, "{her} is still there");
    }
    // and nobody else's
    let left = "select p.details ->> 'user_id' from event_personal p join event e on e.id = p.event_id
        where e.kind in ('code.verified', 'reset.asked')";
    assert_eq!(app.column(left).await, ["SIAPA", "SIAPA"]);
    assert_eq!(app.column("select query from export where query <> ''").await, ["-SIAPA"]);
    assert_eq!(app.value("select count(*) from stray_guess").await, "1");
    assert!(found(&app).await.is_empty());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_late_is_lawful_and_leaves_room_for_nothing() {
    let (app, mut admin, mut auditor) = desk().await;
    let rina = app.account("AMANAH7").await;
    app.browser().password(("SIAPA", "penyedia"), "salah").await;
    erased(&app, &mut admin, &mut auditor).await;
    let late = LoginPassword {
        account: Some(rina),
        user_type: UserType::Penyedia,
        user_id: "AMANAH7".to_owned(),
        network: "127.0.0.1/32".to_owned(),
        opened: None,
    };
    tell(&app, Event::LoginPassword(late)).await;
    sweeper::tidy(&app.app).await.unwrap();
    app.seal().await;
    assert!(!app.dump().await.contains("AMANAH7"));
    assert!(found(&app).await.is_empty());
    hide(&app, &app.id("select id from event where kind = 'login.password' and account_id is null").await).await;
    assert_eq!(found(&app).await, ["personal-gone"]);
    app.end().await;
}

/// A superuser deletes the details of an event and lays that upon the erasure.
async fn hide(app: &TestApp, event: &Uuid) {
    app.sql(&format!(
        "{ASLEEP} delete from event_personal where event_id = '{event}';
        insert into erased_event select '{event}', id from erasure"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_hides_nothing_else() {
    let (app, mut admin, mut auditor) = desk().await;
    // all of it within the hour: her own, what was typed for her, what a stranger typed, and his
    app.browser().password(("AMANAH7", "penyedia"), "salah").await;
    app.browser().kirim("AMANAH7", "lain@contoh.example", "penyedia").await;
    app.browser().password(("SIAPA", "penyedia"), "salah").await;
    app.browser().password(("BAHTERA8", "non_penyedia"), "salah").await;
    app.settle().await;
    erased(&app, &mut admin, &mut auditor).await;
    assert!(found(&app).await.is_empty());
    let budi = app.account("BAHTERA8").await;
    app.sql("create table aside as select * from event_personal; create table others as select * from erased_event")
        .await;
    for whose in ["is null".to_owned(), format!("= '{budi}'")] {
        let event = app.id(&format!("select id from event where kind = 'login.password' and account_id {whose}")).await;
        hide(&app, &event).await;
        assert_eq!(found(&app).await, ["personal-gone"], "{whose}");
        // in place of one that it took
        app.sql(&format!("{ASLEEP} delete from erased_event where event_id <> '{event}'")).await;
        assert_eq!(found(&app).await, ["personal-gone"], "{whose}");
        app.sql(&format!(
            "{ASLEEP} insert into event_personal select * from aside where event_id = '{event}';
            delete from erased_event; insert into erased_event select * from others"
        ))
        .await;
        assert!(found(&app).await.is_empty(), "{whose}");
    }
    for by in ["2 hours", "-2 hours"] {
        app.sql(&format!("{ASLEEP} update erasure set at = at + interval '{by}'")).await;
        assert_eq!(found(&app).await, ["personal-gone"], "{by}");
        app.sql(&format!("{ASLEEP} update erasure set at = at - interval '{by}'")).await;
    }
    app.sql("drop table aside, others").await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_changes_what_decides_of_an_erasure_is_found() {
    let (app, _, _) = desk().await;
    assert!(found(&app).await.is_empty());
    let other = |function: &str, part: &str| {
        format!(
            "do $do$ begin execute replace(pg_get_functiondef('{function}'::regprocedure), '{part}', '{part} and false'); end $do$"
        )
    };
    let sleep = "set session_replication_role = replica";
    for (sql, part) in [
        (
            "drop trigger account_stays_erased on account; create trigger account_stays_erased before update on account
                for each row when (false) execute function pulih.stay_erased()"
                .to_owned(),
            "trigger account_stays_erased on account",
        ),
        (other("pulih.erasure_of(uuid)", "where e.account_id = whose"), "function pulih.erasure_of is another"),
        (
            other("pulih.erasable(uuid, pulih.erasure_sets)", "where d.account_id = whose"),
            "function pulih.erasable is another",
        ),
        (
            other("pulih.erasure_hindered(uuid, pulih.erasure_sets)", "where p.account_id = whose"),
            "function pulih.erasure_hindered is another",
        ),
        ("alter function pulih.erase_late() security invoker".to_owned(), "function pulih.erase_late is another"),
        (
            "alter function pulih.erase_personal(uuid, uuid) set search_path = public".to_owned(),
            "function pulih.erase_personal is another",
        ),
        ("alter function pulih.stay_erased() owner to pulih".to_owned(), "role pulih owns function pulih.stay_erased"),
        (format!("alter role pulih in database {} {sleep}", app.database), "a setting of role pulih lets triggers"),
        (format!("alter database {} {sleep}", app.database), "a setting of the database lets triggers"),
    ] {
        app.sql(&sql).await;
        let report = verified(&app, vec![]).await;
        let words: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        assert!(words.iter().any(|words| words.contains(part)), "{part}: {words:?}");
    }
    app.sql(&format!(
        "alter role pulih in database {0} reset all; alter database {0} reset session_replication_role",
        app.database
    ))
    .await;
    app.end().await;
}

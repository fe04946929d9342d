//! The feed of events: in order, without holes, each once, and of nobody else's accounts.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use pulih::app::Outcome;
use pulih::audit::seal::Sealer;
use pulih::model::event::{Actor, Event, Upkeep};
use pulih::model::freeze::Scope;
use pulih::store::portal_feed::OF_A_PAGE;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::acts::press_ok;
use crate::support::desk::Officer;
use crate::support::house::TestApp;
use crate::support::portal::Portal;

/// Everything after a cursor, `limit` at a time; the cursor it ends at.
async fn follow(portal: &Portal, after: &str, limit: usize) -> (Vec<Value>, String) {
    let (mut all, mut after) = (Vec::new(), after.to_owned());
    loop {
        let page = portal.get(&format!("/events?after={after}&limit={limit}")).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        let events = page.body["events"].as_array().unwrap();
        assert!(events.len() <= limit);
        all.extend(events.iter().cloned());
        let next = page.body["next"].as_str().unwrap().to_owned();
        assert!(next.parse::<u64>().unwrap() >= after.parse::<u64>().unwrap());
        after = next;
        if page.body["more"] == false {
            return (all, after);
        }
    }
}

fn words(events: &[Value]) -> Vec<String> {
    let word =
        |event: &Value| format!("{} {}", event["type"].as_str().unwrap(), event["user_id"].as_str().unwrap_or("-"));
    events.iter().map(word).collect()
}

/// An event of an account, and nothing else.
async fn happens(app: &TestApp, event: Event) {
    app.app.transact(Actor::Operator, async |_| Ok(Outcome::Done((), event.clone()))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_and_what_follows_are_told_in_order() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = Portal::of(&app, "spse").await;
    app.seal().await;
    let start = spse.get("/events").await;
    assert_eq!((&start.body["events"], &start.body["more"]), (&json!([]), &json!(false)), "{start:?}");
    let start = start.body["next"].as_str().unwrap().to_owned();
    let reference = app.ask("AMANAH7", "rina@amanah.example").await.unwrap();
    app.settle().await;
    let link = app.opened_link("AMANAH7").await;
    press_ok(&app.app, link, 1).await.unwrap();
    app.sql("update account set password_changed_at = pulih.now() where user_id = 'BAHTERA8'").await;
    app.ask("BAHTERA8", "budi@bahtera.example").await.unwrap();
    app.sql("update request set typed_type = 'non_penyedia' where state = 'received'").await;
    app.settle().await;
    let link = app.opened_link("BAHTERA8").await;
    press_ok(&app.app, link, 2).await.unwrap();
    app.settle().await;
    app.advance(TimeDelta::hours(25)).await;
    app.settle().await;
    assert_eq!(spse.get(&format!("/events?after={start}")).await.body["events"], json!([]), "not sealed yet");
    app.seal().await;
    let (events, end) = follow(&spse, &start, 100).await;
    assert_eq!(words(&events), ["reset.done AMANAH7", "reset.waiting BAHTERA8", "reset.done BAHTERA8"]);
    assert_eq!(events[0]["reference"], reference);
    assert!(events[0]["at"].as_str().unwrap().ends_with('Z'), "{events:?}");
    // each page of one ends where the next begins
    assert_eq!(follow(&spse, &start, 1).await.0, events);
    assert_eq!(follow(&spse, events[1]["cursor"].as_str().unwrap(), 1).await.0, events[2..]);
    assert_eq!(follow(&spse, &end, 1).await.0, Vec::<Value>::new());
    assert_eq!(follow(&spse, "0", 7).await.0, events);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_desk_locks_and_freezes_is_told() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = Portal::of(&app, "spse").await;
    let mut wati: Officer = app.officer("wati", &["supervisor"]).await;
    let account = app.id("select id from account where user_id = 'AMANAH7'").await;
    for verb in ["lock", "unlock"] {
        wati.browser.open(&format!("/staff/accounts/{account}")).await;
        let code = wati.code(&app).await;
        let path = format!("/staff/accounts/{account}/status");
        let fields = [("act", verb), ("reason", "Diminta lewat telepon."), ("code", code.as_str())];
        wati.browser.send(&path, &fields).await;
    }
    let (scope, reason) = (Scope::Web, "Surat 12/2026".to_owned());
    happens(&app, Event::Upkeep(Upkeep::Frozen { scope, reason: reason.clone() })).await;
    happens(&app, Event::Upkeep(Upkeep::Thawed { scope, reason })).await;
    app.seal().await;
    let (events, _) = follow(&spse, "0", 100).await;
    let told = ["account.locked AMANAH7", "account.unlocked AMANAH7", "freeze.set -", "freeze.lifted -"];
    assert_eq!(words(&events), told);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_that_waited_and_ended_with_its_case_is_told() {
    for (verb, fields) in [("reject", vec![("text", "Bukan pemilik akun.")]), ("close", vec![("ending", "closed")])] {
        let app = TestApp::start().await;
        app.people().await;
        let spse = Portal::of(&app, "spse").await;
        let mut wati: Officer = app.officer("wati", &["helpdesk"]).await;
        for (confirmed, stands, told) in
            [(false, ["open", "open"], vec![]), (true, ["waiting", "ended"], vec!["reset.waiting", "reset.cancelled"])]
        {
            app.seal().await;
            let start = spse.get("/events").await.body["next"].as_str().unwrap().to_owned();
            app.sql("update account set password_changed_at = pulih.now()").await;
            let typed = json!({ "user_id": "AMANAH7", "email": "rina@amanah.example", "user_type": "penyedia" });
            let reference = spse.post("/resets", &typed).await.body["reference"].as_str().unwrap().to_owned();
            app.settle().await;
            let help = "update request set queue_reason = 'help', queued_at = pulih.now()";
            app.sql(&format!("{help} where reference = '{reference}'")).await;
            app.settle().await;
            if confirmed {
                let link = app.opened_link("AMANAH7").await;
                press_ok(&app.app, link, 1).await.unwrap();
            }
            let path = format!("/resets/{reference}");
            let before = spse.get(&path).await;
            let case = app.id(&format!("select case_id from request where reference = '{reference}'")).await;
            wati.case(case).await;
            wati.act(case, verb, &fields).await;
            assert_eq!(app.of_case(case, "state").await, "closed", "{}", wati.browser.page.text());
            let after = spse.get(&path).await;
            assert_eq!([&before.body["state"], &after.body["state"]], stands, "{verb}");
            app.settle().await;
            app.seal().await;
            let (events, _) = follow(&spse, &start, 100).await;
            assert_eq!(words(&events), told.iter().map(|word| format!("{word} AMANAH7")).collect::<Vec<_>>(), "{verb}");
            assert!(events.iter().all(|event| event["reference"] == reference.as_str()), "{events:?}");
            app.advance(TimeDelta::minutes(5)).await;
        }
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_told_of_others_accounts_of_refusals_and_of_the_erased() {
    let app = TestApp::start().await;
    app.people().await;
    let (spse, sirup) = (Portal::of(&app, "spse").await, Portal::of(&app, "sirup").await);
    app.sql("update account set portal_id = (select id from portal where slug = 'spse') where user_id = 'AMANAH7'")
        .await;
    let [rina, budi] = ["AMANAH7", "BAHTERA8"].map(|id| format!("select id from account where user_id = '{id}'"));
    let (rina, budi) = (app.id(&rina).await, app.id(&budi).await);
    for account in [rina, budi] {
        happens(&app, Event::TotpDisabled { account, effect: None }).await;
    }
    let refused = pulih::model::refusal::Refusal::CodeWrong;
    let event = Event::TotpDisabled { account: rina, effect: None };
    let end = app.app.transact(Actor::User, async |_| Ok(Outcome::<()>::Refused(refused, event.clone()))).await;
    assert!(end.is_err());
    app.seal().await;
    let told = async |portal: &Portal| words(&follow(portal, "0", 100).await.0);
    assert_eq!(told(&spse).await, ["totp.disabled AMANAH7", "totp.disabled BAHTERA8"]);
    assert_eq!(told(&sirup).await, ["totp.disabled BAHTERA8"]);
    app.sql("update account set status = 'locked', locked_reason = 'erased' where user_id = 'BAHTERA8'").await;
    assert_eq!(told(&sirup).await, Vec::<String>::new());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_wrongly_is_named() {
    let app = TestApp::start().await;
    let spse = Portal::of(&app, "spse").await;
    app.seal().await;
    for (query, at) in [
        ("since=1", "since"),
        ("after=", "after"),
        ("after=x", "after"),
        ("after=-1", "after"),
        ("after=999999999999999999", "after"),
        ("after=99999999999999999999", "after"),
        ("after=1&after=1", "after"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=%00", "limit"),
    ] {
        let answer = spse.get(&format!("/events?{query}")).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "form-invalid"), "{query}");
        assert_eq!(answer.body["errors"][0]["at"], at, "{query}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_walks_a_bounded_part_of_the_log() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = Portal::of(&app, "spse").await;
    let account = app.id("select id from account where user_id = 'AMANAH7'").await;
    // events that nobody is told of, and one at the end
    app.sql(
        "insert into event (id, at, kind, outcome, actor, body)
         select gen_random_uuid(), pulih.now(), 'log.heartbeat', 'done', 'worker', '{\"n\":' || n || '}' from generate_series(1, 9000) n",
    )
    .await;
    happens(&app, Event::TotpDisabled { account, effect: None }).await;
    app.seal().await;
    let first = spse.get("/events?after=0").await;
    assert_eq!(
        (&first.body["events"], &first.body["next"], &first.body["more"]),
        (&json!([]), &json!("4000"), &json!(true))
    );
    assert_eq!(words(&follow(&spse, "0", 100).await.0), ["totp.disabled AMANAH7"]);
    app.sql("analyze event; analyze leaf; analyze account").await;
    let portal = app.value("select quote_literal(id) from portal").await;
    let values = ["4000", "8000", &portal, "'{totp.disabled,account.locked}'", "'{freeze.set,freeze.lifted}'", "100"];
    let text = values.iter().fold(OF_A_PAGE.to_owned(), |text, value| text.replacen("{}", value, 1));
    let plan = app.column(&format!("explain {text}")).await.join("\n");
    assert!(plan.contains("leaf_pkey"), "{plan}");
    // partitions of months without events are empty, and walking an empty table is no walk
    let month = app.value("select tableoid::regclass from event limit 1").await;
    assert!(
        plan.contains(&format!("Index Scan using {month}_")) && !plan.contains(&format!("Seq Scan on {month}")),
        "{plan}"
    );
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_others_write_nothing_is_lost_doubled_or_out_of_order() {
    const EACH: usize = 40;
    let app = TestApp::start().await;
    let lines: Vec<String> =
        (0..4 * EACH).map(|n| format!("WRITER{n},penyedia,Rina,rina{n}@amanah.example,,,,\n")).collect();
    app.import(&lines.concat()).await;
    let spse = Portal::of(&app, "spse").await;
    app.seal().await;
    let mut at = spse.get("/events").await.body["next"].as_str().unwrap().to_owned();
    let ids = app.sql("select id from account order by user_id").await;
    let ids: Vec<Uuid> = ids.into_iter().map(|row| row[0].clone().unwrap().parse().unwrap()).collect();
    let mut writers = JoinSet::new();
    for (writer, mine) in ids.chunks(EACH).enumerate() {
        let (house, mine) = (app.app.clone(), mine.to_vec());
        writers.spawn(async move {
            for (n, account) in mine.into_iter().enumerate() {
                // who began first is not who commits first
                let pause = Duration::from_millis(((writer * 7 + n * 3) % 9) as u64);
                let event = Event::TotpDisabled { account, effect: None };
                let work = async |_: &mut pulih::store::Tx| {
                    tokio::time::sleep(pause).await;
                    Ok(Outcome::Done((), event.clone()))
                };
                house.transact(Actor::Operator, work).await.unwrap();
            }
        });
    }
    let house = app.app.clone();
    let sealer = tokio::spawn(async move {
        let sealer = Sealer::default();
        loop {
            sealer.step(&house).await.unwrap();
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    });
    let mut seen = Vec::new();
    for _ in 0..2_000 {
        let (events, next) = follow(&spse, &at, 3).await;
        seen.extend(events);
        at = next;
        if seen.len() >= ids.len() && writers.is_empty() {
            break;
        }
        while writers.try_join_next().is_some() {}
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    sealer.abort();
    assert_eq!(seen.len(), ids.len());
    let names: BTreeSet<&str> = seen.iter().map(|event| event["user_id"].as_str().unwrap()).collect();
    assert_eq!(names.len(), ids.len());
    let cursors: Vec<u64> = seen.iter().map(|event| event["cursor"].as_str().unwrap().parse().unwrap()).collect();
    assert!(cursors.is_sorted_by(|a, b| a < b), "{cursors:?}");
    let leaves = app
        .column(
            "select a.user_id from leaf l join event e on e.id = l.event_id join account a on a.id = e.account_id
             where e.kind = 'totp.disabled' order by l.index",
        )
        .await;
    assert_eq!(seen.iter().map(|event| event["user_id"].as_str().unwrap()).collect::<Vec<_>>(), leaves);
    app.end().await;
}

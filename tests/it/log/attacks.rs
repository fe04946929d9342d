//! A superuser of the database against the log: every attack is found, and its first bad leaf is named where it can be.

use pulih::app::App;
use pulih::audit::folder::Folder;
use pulih::audit::prove;
use pulih::audit::source::Source;
use pulih::audit::verify::{self, Options, Outside, Progress, What};
use pulih::base::keyring::Keyring;
use secrecy::SecretString;

use super::kit::{ASLEEP, codes, exported, kept, seal_anew, sealed, verified, written};
use crate::support::house::{TestApp, cluster};

const STEPS: &[usize] = &[300, 200, 130];

/// A log of 630 leaves under checkpoints of 300, 500 and 630, which is right.
async fn house() -> (TestApp, Outside) {
    let app = sealed(STEPS).await;
    let outside = kept(&app).await;
    let report = verified(&app, vec![outside.clone()]).await;
    assert!(report.is_right(), "{:?}", report.findings);
    assert_eq!((report.size, report.waiting, report.erased), (630, 0, 0));
    assert!(report.checkpoints >= 3 && report.outside == report.checkpoints, "{report:?}");
    (app, outside)
}

/// Does it as superuser; gives what is found without anything from outside.
async fn attacked(app: &TestApp, sql: &str) -> (Option<u64>, Vec<&'static str>) {
    app.sql(&format!("{ASLEEP} {sql}")).await;
    let report = verified(app, vec![]).await;
    (report.first_bad, codes(&report))
}

fn event_at(index: u64) -> String {
    format!("(select event_id from leaf where index = {index})")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_body_is_found_at_its_leaf() {
    let (app, _) = house().await;
    let edit = format!("update event set body = replace(body, '\"size\":', '\"size\":9') where id = {}", event_at(100));
    assert_eq!(attacked(&app, &edit).await, (Some(100), vec!["edited"]));
    // the leaf is made to fit: the tile does not
    let fit = "update leaf l set hash = sha256('\\x00'::bytea || convert_to(e.body, 'UTF8')) from event e
        where e.id = l.event_id and l.index = 100";
    let (first, found) = attacked(&app, fit).await;
    assert_eq!(first, Some(100));
    assert!(found.contains(&"tile-differs") && found.contains(&"root"), "{found:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_that_says_something_else_is_found_at_its_leaf() {
    let (app, _) = house().await;
    for (index, column, value) in [
        (41, "kind", "'reset.confirmed'"),
        (42, "outcome", "'refused'"),
        (43, "actor", "'user'"),
        (44, "account_id", "gen_random_uuid()"),
        (45, "request_id", "gen_random_uuid()"),
        (46, "staff_id", "gen_random_uuid()"),
    ] {
        let change = format!("update event set {column} = {value} where id = {}", event_at(index));
        app.sql(&format!("{ASLEEP} {change}")).await;
        let report = verified(&app, vec![]).await;
        let found = report.findings.iter().find(|f| f.index == Some(index)).unwrap();
        assert_eq!(found.what, What::ColumnDiffers(column));
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_event_is_found_at_its_leaf() {
    let (app, _) = house().await;
    let delete = format!("delete from event where id = {}", event_at(200));
    assert_eq!(attacked(&app, &delete).await, (Some(200), vec!["event-gone"]));
    let (first, found) = attacked(&app, "delete from leaf where index = 200").await;
    assert_eq!((first, found), (Some(200), vec!["leaf-gone"]));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_put_in_is_found() {
    let (app, _) = house().await;
    let put = "insert into event (id, at, kind, outcome, actor, body)
        select gen_random_uuid(), at, kind, outcome, actor, body from event limit 1";
    assert_eq!(attacked(&app, put).await, (None, vec!["no-leaf"]));
    // with a leaf of its own, between two others
    let shift = "update leaf set index = -index - 1 where index >= 400; update leaf set index = -index where index < 0;
        insert into leaf (index, event_id, event_at, hash)
        select 400, e.id, e.at, sha256('\\x00'::bytea || convert_to(e.body, 'UTF8')) from event e
        where not exists (select from leaf l where l.event_id = e.id)";
    let (first, found) = attacked(&app, &format!("alter table leaf drop constraint leaf_index_check; {shift}")).await;
    assert_eq!(first, Some(400), "{found:?}");
    assert!(found.contains(&"tile-differs") && found.contains(&"root") && found.contains(&"not-covered"), "{found:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_swapped_events_are_found_at_the_first_of_them() {
    let (app, _) = house().await;
    let swap = format!(
        "update event e set body = (select o.body from event o where o.id = case when e.id = {0} then {1} else {0} end)
        where e.id in ({0}, {1})",
        event_at(50),
        event_at(60)
    );
    let (first, found) = attacked(&app, &swap).await;
    assert_eq!((first, found), (Some(50), vec!["column-differs", "edited"]));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaves_in_another_order_are_found() {
    let (app, _) = house().await;
    let swap = |a: u64, b: u64| {
        format!(
            "alter table leaf drop constraint if exists leaf_index_check; update leaf set index = -1 where index = {a};
            update leaf set index = {a} where index = {b}; update leaf set index = {b} where index = -1"
        )
    };
    // beyond the last full tile only the checkpoint knows: between 500 and 630
    app.sql(&format!("{ASLEEP} {}", swap(600, 610))).await;
    let report = verified(&app, vec![]).await;
    let since = |f: &verify::Finding| matches!(f.what, What::Root { size: 630, since } if since >= 500);
    assert!(report.findings.iter().any(since), "{:?}", report.findings);
    let (first, found) = attacked(&app, &swap(70, 80)).await;
    assert_eq!(first, Some(70));
    assert!(found.contains(&"tile-differs"), "{found:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_back_dated_event_is_found_at_its_leaf() {
    let (app, _) = house().await;
    let column = format!("update event set at = at - interval '1 second' where id = {}", event_at(90));
    assert_eq!(attacked(&app, &column).await, (Some(90), vec!["time-moved"]));
    // its row, its leaf and its bytes agree on another time
    let whole = format!(
        "update leaf l set event_at = e.at from event e where e.id = l.event_id and l.index = 90;
        update event set body = regexp_replace(body, '\"at\":\"[^\"]*\"',
            format('\"at\":\"%s\"', to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'))) where id = {}",
        event_at(90)
    );
    assert_eq!(attacked(&app, &whole).await, (Some(90), vec!["edited"]));
    let ahead = "update leaf l set event_at = event_at + interval '1 day' where l.index = 95;
        update event e set at = l.event_at from leaf l where l.event_id = e.id and l.index = 95";
    let (first, found) = attacked(&app, ahead).await;
    assert_eq!(first, Some(90));
    assert!(found.contains(&"from-the-future") && found.contains(&"column-differs"), "{found:?}");
    app.end().await;
}

/// Everything from that leaf on, without a trace.
fn truncate(from: u64) -> String {
    format!(
        "delete from event e using leaf l where l.event_id = e.id and l.index >= {from};
        delete from leaf where index >= {from}; delete from checkpoint where size > {from};
        delete from tile where (index + 1) * 256 > {from} or level > 0"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_that_was_cut_off_is_found_by_whoever_kept_a_checkpoint() {
    let (app, outside) = house().await;
    // the open window: what no checkpoint outside covers leaves no trace inside
    assert_eq!(attacked(&app, &truncate(300)).await, (None, vec![]));
    let report = verified(&app, vec![outside]).await;
    assert_eq!((report.first_bad, codes(&report)), (Some(300), vec!["rewound"]));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_that_was_cut_off_by_halves_is_found_from_within() {
    let (app, _) = house().await;
    let leaves = "delete from event e using leaf l where l.event_id = e.id and l.index >= 560; delete from leaf where index >= 560";
    let (first, found) = attacked(&app, leaves).await;
    assert_eq!((first, found), (Some(560), vec!["short"]));
    let (_, found) = attacked(&app, "delete from checkpoint where size > 500").await;
    assert_eq!(found, ["not-covered"]);
    let (_, found) = attacked(&app, "delete from leaf where index >= 500; delete from tile where index = 0").await;
    assert!(found.contains(&"tile-gone") && found.contains(&"no-leaf"), "{found:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_that_was_rewritten_is_found_by_whoever_kept_a_checkpoint_alone() {
    let (app, outside) = house().await;
    app.sql(&format!("{ASLEEP} {}", truncate(300))).await;
    written(&app, 400).await;
    seal_anew(&app).await;
    // the open window, again
    let report = verified(&app, vec![]).await;
    assert!(report.is_right(), "{:?}", report.findings);
    let report = verified(&app, vec![outside]).await;
    let range = report.findings.iter().find_map(|f| match f.what {
        What::Rewritten { agrees, differs } => Some((agrees, differs)),
        _ => None,
    });
    let (agrees, differs) = range.unwrap();
    assert!(agrees >= 300 && differs > agrees && differs <= 500, "{:?}", report.findings);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_triggers_are_found_with_what_was_done_without_them() {
    let (app, _) = house().await;
    let partition = app.value("select tableoid::regclass from event limit 1").await;
    app.sql(&format!(
        "alter table {partition} disable trigger event_append_only; drop trigger leaf_not_truncated on leaf;
        grant delete on tile to pulih_app;
        update event set body = replace(body, '\"size\":', '\"size\":9') where id = {}",
        event_at(7)
    ))
    .await;
    let report = verified(&app, vec![]).await;
    assert_eq!((report.first_bad, codes(&report)), (Some(7), vec!["edited", "unprotected"]));
    let words: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    for part in
        [&format!("event_append_only on {partition}"), "leaf_not_truncated on leaf", "pulih_app may delete tile"]
    {
        assert!(words.iter().any(|words| words.contains(part)), "{part}: {words:?}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn protection_that_stands_and_protects_nothing_is_found() {
    let (app, _) = house().await;
    for (sql, part) in [
        (
            "drop trigger tile_append_only on tile; create trigger tile_append_only before update or delete on tile
                for each row when (false) execute function pulih.refuse_change()",
            "trigger tile_append_only on tile",
        ),
        (
            "create function public.nothing() returns trigger language plpgsql as 'begin return null; end';
            drop trigger leaf_append_only on leaf; create trigger leaf_append_only before update or delete on leaf
                for each row execute function public.nothing()",
            "trigger leaf_append_only on leaf",
        ),
        (
            "create trigger quiet before insert on event for each row execute function public.nothing()",
            "trigger quiet on event was added",
        ),
        (
            "create or replace function pulih.refuse_change() returns trigger language plpgsql as
                'begin if false then raise exception ''no''; end if; return coalesce(new, old); end'",
            "function pulih.refuse_change is another",
        ),
        ("create rule silent as on delete to checkpoint do instead nothing", "rule silent on checkpoint"),
        ("alter table event drop constraint event_body_fits", "event may hold any body"),
        ("grant update (hash) on leaf to pulih", "pulih may update leaf"),
        ("alter table checkpoint owner to pulih", "role pulih owns checkpoint"),
    ] {
        app.sql(sql).await;
        let report = verified(&app, vec![]).await;
        let words: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        assert!(words.iter().any(|words| words.contains(part)), "{part}: {words:?}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_put_into_the_queue_with_an_old_date_is_found_at_its_leaf() {
    let (app, _) = house().await;
    app.sql(
        r#"insert into event (id, at, kind, outcome, actor, body)
        select e.id, e.at, 'log.heartbeat', 'done', 'worker', format(
            '{"actor":{"kind":"worker","name":"sealer"},"at":"%s","facts":{"size":1},"id":"%s","kind":"log.heartbeat","outcome":"done","subject":{},"v":1}',
            to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.id)
        from (select gen_random_uuid() as id, pulih.now() - interval '2 hours' as at) e"#,
    )
    .await;
    app.seal().await;
    let report = verified(&app, vec![]).await;
    assert_eq!((report.first_bad, codes(&report)), (Some(630), vec!["back-dated"]));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_kept_from_being_sealed_is_found() {
    let (app, _) = house().await;
    written(&app, 1).await;
    let later = "update seal_queue set txid = '900000000000000000'";
    assert_eq!(attacked(&app, later).await, (None, vec!["passed-by"]));
    // of a transaction that is over, and later ones were sealed long ago
    app.sql(&format!("{ASLEEP} create table aside as select * from seal_queue; delete from seal_queue")).await;
    app.advance(chrono::TimeDelta::minutes(20)).await;
    written(&app, 1).await;
    app.seal().await;
    app.sql("insert into seal_queue select * from aside; update seal_queue set txid = '3'; drop table aside").await;
    let report = verified(&app, vec![]).await;
    assert_eq!(codes(&report), ["passed-by"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditors_role_that_may_only_read_verifies_all_but_personal_details() {
    let (app, outside) = house().await;
    let role = format!("{}_auditor", app.database);
    app.sql(&format!("create role {role} login in role pulih_auditor")).await;
    let mut config = app.app.config().clone();
    config.database.url = SecretString::from(cluster().url(&app.database, &role));
    let theirs = App::new(config, Keyring::ephemeral().unwrap(), app.app.clock().clone()).unwrap();
    let options = Options { trusted: prove::verifiers(&app.app).unwrap(), against: vec![outside], lanes: None };
    let report = verify::run(&Source::Database(theirs), &options, &Progress::default()).await.unwrap();
    assert!(report.is_right() && report.size == 630, "{:?}", report.findings);
    assert!(report.unread.len() == 1 && report.unread[0].contains("personal details"), "{:?}", report.unread);
    app.end().await;
}

/// Edits one event and works everything out anew with the server's own key, as it was the first time.
async fn rewrite(app: &TestApp, index: u64) {
    let sizes = app.column("select size from checkpoint order by size").await;
    app.sql(&format!(
        "{ASLEEP} update event set body = replace(body, '\"size\":', '\"size\":9') where id = {};
        create table was as select * from leaf; truncate leaf, tile, checkpoint",
        event_at(index)
    ))
    .await;
    let mut from = 0;
    for size in sizes {
        let to: u64 = size.parse().unwrap();
        app.sql(&format!(
            "insert into seal_queue (event_id, event_at, txid, system_identifier, hash)
            select e.id, e.at, (w.index + 3)::text::xid8, (select system_identifier from pg_control_system()),
                sha256('\\x00'::bytea || convert_to(e.body, 'UTF8'))
            from was w join event e on e.id = w.event_id where w.index >= {from} and w.index < {to}"
        ))
        .await;
        seal_anew(app).await;
        from = to;
    }
    app.sql("drop table was").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_rewritten_with_the_servers_own_key_is_found_by_whoever_kept_a_checkpoint_or_a_copy() {
    let (app, outside) = house().await;
    let home = tempfile::tempdir().unwrap();
    let copy = Folder::at(home.path().to_owned());
    assert_eq!(exported(&app, &copy).await, 630);
    rewrite(&app, 400).await;
    let report = verified(&app, vec![]).await;
    assert!(report.is_right(), "the server's own key signs whatever it is given: {:?}", report.findings);
    // checkpoints say between which two it was
    let report = verified(&app, vec![outside]).await;
    let range = |f: &verify::Finding| matches!(f.what, What::Rewritten { agrees: 300.., differs: 401..=500 });
    assert!(report.findings.iter().any(range), "{:?}", report.findings);
    // a copy says where exactly
    let report = verified(&app, vec![Outside::Folder(home.path().to_owned())]).await;
    assert_eq!((report.first_bad, codes(&report)), (Some(400), vec!["outside-differs", "rewritten"]));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_rewritten_with_another_key_is_found_by_the_auditors_own_copy_of_the_key() {
    let (app, outside) = house().await;
    let trusted = prove::verifiers(&app.app).unwrap();
    let mut app = app;
    app.rekey(Keyring::ephemeral().unwrap()).await;
    rewrite(&app, 400).await;
    let options = Options { trusted, against: vec![], lanes: None };
    let source = Source::Database(app.app.clone());
    let report = verify::run(&source, &options, &Progress::default()).await.unwrap();
    assert_eq!(codes(&report), ["signature"]);
    // and where the keys of the house were swapped, what was kept is no longer signed
    let report = verified(&app, vec![outside]).await;
    assert_eq!(codes(&report), ["outside-unsigned"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_waits_and_was_changed_or_removed_is_found() {
    let (app, _) = house().await;
    written(&app, 3).await;
    let report = verified(&app, vec![]).await;
    assert!(report.is_right() && report.waiting == 3, "{:?}", report.findings);
    let edit = "update event set body = replace(body, '\"size\":1,', '\"size\":9,') where id in (select event_id from seal_queue)";
    let edit = edit.replace("\"size\":1,", "\"size\":1}").replace("\"size\":9,", "\"size\":9}");
    assert_eq!(attacked(&app, &edit).await, (None, vec!["queue-differs"]));
    let (_, found) = attacked(&app, "delete from seal_queue").await;
    assert_eq!(found, ["no-leaf"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_details_that_are_altered_or_gone_without_an_erasure_are_found() {
    let app = TestApp::start().await;
    app.people().await;
    pulih::actions::tell_log::copied(&app.app, 1, false).await.unwrap();
    for query in ["kind:reset", "kind:link"] {
        let told = pulih::model::event::Audit::Searched { query: query.to_owned(), found: 1, further: false };
        let event = pulih::model::event::Event::Audit(told);
        let done = app
            .app
            .transact(pulih::model::event::Actor::Operator, async |_| Ok(pulih::app::Outcome::Done((), event.clone())));
        done.await.unwrap();
    }
    app.seal().await;
    let report = verified(&app, vec![]).await;
    assert!(report.is_right() && report.erased == 0, "{:?}", report.findings);
    let index = app.value("select min(index) from leaf where event_id in (select event_id from event_personal)").await;
    let event = event_at(index.parse().unwrap());
    let (first, found) =
        attacked(&app, &format!("update event_personal set details = '{{\"query\":\"x\"}}' where event_id = {event}"))
            .await;
    assert_eq!((first, found), (index.parse().ok(), vec!["personal-differs"]));
    let (first, found) = attacked(&app, &format!("delete from event_personal where event_id = {event}")).await;
    assert_eq!((first, found), (index.parse().ok(), vec!["personal-gone"]));
    // a row that says so is not enough: the log has to tell of it
    app.sql(&format!(
        "{ASLEEP} with p as (insert into erasure (id, account_id, proposal_id, counts)
            values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '{{}}') returning id)
        insert into erased_event select {event}, id from p"
    ))
    .await;
    let report = verified(&app, vec![]).await;
    assert_eq!((report.first_bad, codes(&report)), (index.parse().ok(), vec!["personal-gone"]));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn altered_tiles_and_checkpoints_are_found() {
    let (app, _) = house().await;
    for (sql, code) in [
        ("update tile set root = sha256('x') where index = 1", "nodes-differ"),
        ("update checkpoint set root = sha256('x') where size = 300", "checkpoint"),
        ("update checkpoint set note = 'x' where size = 300", "checkpoint"),
        ("insert into tile select 1, 0, hashes, root from tile limit 1", "tile-beyond"),
        ("delete from tile where level = 0 and index = 0", "tile-gone"),
    ] {
        let (_, found) = attacked(&app, sql).await;
        assert!(found.contains(&code), "{sql}: {found:?}");
    }
    app.end().await;
}

//! Reports: figures out of sealed events alone, each counted once, and shown to auditors with what stands out.

use chrono::TimeDelta;
use pulih::store::audit::figures::{BODIES, OF_A_PAGE};
use pulih::workers::tallier;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::acts::{at_once, press_ok};
use crate::support::desk::Officer;
use crate::support::house::TestApp;

const LINES: &str =
    "select measure || ' ' || a || ' ' || b || ' ' || sum(n) from figure group by measure, a, b order by 1";

/// Seals what was written and counts it.
async fn tally(app: &TestApp) {
    app.seal().await;
    while tallier::step(&app.app).await.unwrap() {}
}

/// Counts everything anew.
async fn again(app: &TestApp) {
    app.sql("truncate figure, figure_memory; update figure_place set next = 0, at = null").await;
    while tallier::step(&app.app).await.unwrap() {}
}

/// Proposes a manual reset for that account by the pages, and has it decided so.
pub async fn manual(app: &TestApp, wati: &mut Officer, sari: &mut Officer, user_id: &str, verdict: &str) {
    let account = app.id(&format!("select id from account where user_id = '{user_id}'")).await;
    let path = format!("/staff/accounts/{account}/reset");
    wati.browser.open(&path).await;
    let code = wati.code(app).await;
    let fields = [
        ("reason", "device-lost"),
        ("verified", "in-person"),
        ("evidence", "TIKET-2026-114"),
        ("note", "HP hilang di kereta."),
        ("user_id", user_id),
        ("code", code.as_str()),
    ];
    let page = wati.browser.send(&path, &fields).await.path.clone();
    assert!(page.starts_with("/staff/approvals/"), "{page}");
    sari.browser.open(&page).await;
    let code = sari.code(app).await;
    sari.browser.send(&page, &[("verdict", verdict), ("reason", "Sudah diperiksa."), ("code", &code)]).await;
}

/// A reset on the web, a request of nobody, one that is late, and two proposals.
async fn busy() -> (TestApp, Officer, Officer) {
    let app = TestApp::start().await;
    app.people().await;
    app.ask("AMANAH7", "rina@amanah.example").await.unwrap();
    app.ask("NOBODY1", "rina@amanah.example").await.unwrap();
    app.settle().await;
    let link = app.opened_link("AMANAH7").await;
    press_ok(&app.app, link, 1).await.unwrap();
    assert!(press_ok(&app.app, link, 2).await.is_err(), "spent");
    app.settle().await;
    let (mut wati, mut sari) = (app.officer("wati", &["helpdesk"]).await, app.officer("sari", &["supervisor"]).await);
    manual(&app, &mut wati, &mut sari, "BAHTERA8", "reject").await;
    manual(&app, &mut wati, &mut sari, "BAHTERA8", "approve").await;
    app.settle().await;
    (app, wati, sari)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happened_is_counted_and_survives_the_purge_of_its_rows() {
    let (app, wati, sari) = busy().await;
    tally(&app).await;
    let counted = app.column(LINES).await;
    for line in [
        "asked web penyedia 2".to_owned(),
        "matched own  1".to_owned(),
        "unmatched no-account  1".to_owned(),
        "reset web penyedia 1".to_owned(),
        "link mailed  1".to_owned(),
        "link opened  1".to_owned(),
        "refused reset.confirmed link-used 1".to_owned(),
        "rejected manual  1".to_owned(),
        format!("officer {} proposed 2", wati.id),
        format!("officer {} approved 1", sari.id),
        format!("officer {} rejected 1", sari.id),
        format!("pair {} {} 1", wati.id, sari.id),
        format!("quick {} {} 1", sari.id, wati.id),
    ] {
        assert!(counted.contains(&line), "{line} in\n{}", counted.join("\n"));
    }
    app.sql("truncate request cascade").await;
    again(&app).await;
    assert_eq!(app.column(LINES).await, counted);
    // a manual reset that takes effect after the requests were purged is one all the same
    assert!(!counted.iter().any(|line| line.starts_with("reset manual")));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manual_reset_is_counted_when_it_takes_effect() {
    let (app, ..) = busy().await;
    tally(&app).await;
    app.advance(TimeDelta::days(8)).await;
    app.settle().await;
    tally(&app).await;
    let counted = app.column(LINES).await;
    assert!(counted.contains(&"reset manual non_penyedia 1".to_owned()), "{counted:?}");
    app.end().await;
}

/// Requests and their letters, each pair far apart in the log: with one of another kind between them.
async fn history(app: &TestApp, count: usize) {
    let body = |kind: &str, facts: &str, more: &str| {
        format!(
            "json_build_object('v', 1, 'id', id, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
                'kind', '{kind}', 'outcome', 'done', 'actor', json_build_object('kind', 'user'),
                'subject', json_build_object('request', request), 'facts', '{facts}'::json {more})::text"
        )
    };
    let asked = body("reset.asked", r#"{"channel":"web","user_type":"penyedia"}"#, "");
    let sent = body("mail.accepted", r#"{"letter_kind":"link"}"#, "");
    let reset = body("reset.confirmed", r#"{"credential":"x"}"#, "");
    for (kind, body, minutes) in [("reset.asked", asked, 0), ("mail.accepted", sent, 7), ("reset.confirmed", reset, 9)]
    {
        app.sql(&format!(
            "insert into event (id, at, kind, outcome, actor, request_id, body)
             select id, at, '{kind}', 'done', 'user', request, {body} from (
                select gen_random_uuid() as id, pulih.now() + interval '{minutes} min' as at,
                    ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid as request
                from generate_series(1, {count}) n) q"
        ))
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_is_counted_once_however_many_servers_count() {
    let app = TestApp::start().await;
    history(&app, 3_000).await;
    app.seal().await;
    app.warm().await;
    at_once(6, |_| {
        let house = app.app.clone();
        async move {
            // a server that finds another at it comes again, as at its next tick
            for _ in 0..40 {
                while tallier::step(&house).await.unwrap() {}
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
    })
    .await;
    while tallier::step(&app.app).await.unwrap() {}
    let counted = app.column(LINES).await;
    assert_eq!(
        counted,
        [
            "asked web penyedia 3000",
            "handoff 34  3000",
            "letter accepted link 3000",
            "link mailed  3000",
            "reset web penyedia 3000"
        ]
    );
    assert_eq!(app.value("select next from figure_place").await, app.value("select count(*) from leaf").await);
    assert_eq!(app.value("select count(*) from figure_memory").await, "0");
    again(&app).await;
    assert_eq!(app.column(LINES).await, counted);
    // an event that no code of ours writes, and a leaf that somebody took out
    app.sql(
        r#"insert into event (id, at, kind, outcome, actor, body) select gen_random_uuid(), pulih.now(), 'a.b', 'refused', 'user',
            '{"v":1,"at":"2026-11-21T07:00:00Z","kind":"a.b\u0000","outcome":"refused","refusal":"' || repeat('x', 4000)
            || '","actor":{"kind":"user"},"subject":{"request":"00000000-0000-4000-8000-000000000001"},"facts":{}}'"#,
    )
    .await;
    app.seal().await;
    app.sql(
        "alter table leaf disable trigger all; delete from leaf where index = 100; alter table leaf enable trigger all",
    )
    .await;
    again(&app).await;
    let counted = app.column(LINES).await;
    assert!(counted.contains(&"asked web penyedia 2999".to_owned()), "{counted:?}");
    assert!(counted.contains(&format!("refused a.b {} 1", "x".repeat(64))), "{counted:?}");
    assert_eq!(app.value("select next from figure_place").await, app.value("select max(index) + 1 from leaf").await);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_read_by_auditors_alone_as_page_and_as_file_with_the_same_numbers() {
    let (app, wati, sari) = busy().await;
    let mut auditor = app.officer("ari", &["auditor"]).await;
    let page = auditor.browser.open("/audit/reports").await.clone();
    assert!(page.text().contains("Belum ada catatan tersegel"), "{}", page.text());
    tally(&app).await;
    let page = auditor.browser.open("/audit/reports").await.clone();
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Laporan"));
    for words in ["Wati → Sari", "User ID tidak ada", "Persetujuan kilat", "Petugas terlalu sedikit"] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    assert!(page.body.contains("<svg class=\"chart\" role=\"img\"") && !page.body.contains("style="), "{}", page.body);
    let day = app.value("select min(day) from figure").await;
    let path = format!("/audit/reports?from={day}&to={day}&format=json");
    let file = auditor.browser.answer(auditor.browser.request(Method::GET, &path)).await;
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"pulih-report-"));
    let json: Value = serde_json::from_str(&file.body).unwrap();
    assert_eq!(json["counts"]["reset"][0]["n"], 1);
    assert_eq!(json["counts"]["pair"][0]["approver"], sari.id.to_string());
    assert_eq!(json["staff"][wati.id.to_string()]["username"], "wati");
    assert_eq!(json["counted"]["behind"], 0);
    let read = app.events().await.into_iter().filter(|kind| kind == "audit.report-read").count();
    assert_eq!(read, 3);
    let last = app.value("select body::jsonb -> 'facts' ->> 'format' from event order by id desc limit 1").await;
    assert_eq!(last, "json");
    for (officer, role) in [(&wati, "helpdesk"), (&sari, "supervisor")] {
        let page = officer.browser.answer(officer.browser.request(Method::GET, "/audit/reports")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{role}");
    }
    let stranger = app.browser();
    let page = stranger.answer(stranger.request(Method::GET, "/audit/reports")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_that_are_no_range_are_told_with_what_was_typed() {
    let app = TestApp::start().await;
    let mut auditor = app.officer("ari", &["auditor"]).await;
    for (query, words) in [
        ("month=2026-13", "Tulis tanggal seperti"),
        ("from=2026-11-30&to=2026-11-01", "mendahului"),
        ("from=2025-01-01&to=2026-11-01", "400 hari"),
        ("from=2026-11-01", "Tulis tanggal seperti"),
    ] {
        let page = auditor.browser.open(&format!("/audit/reports?{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.title().starts_with("Kesalahan: ") && page.text().contains(words), "{query}: {}", page.text());
    }
    let page = auditor.browser.open("/audit/reports?month=2026-02").await;
    assert!(page.text().contains("1 Februari 2026 sampai 28 Februari 2026"), "{}", page.text());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_statement_of_a_report_reads_the_events_and_none_walks_a_whole_table() {
    let app = TestApp::start().await;
    history(&app, 500).await;
    tally(&app).await;
    app.sql(
        "insert into figure (day, measure, a, b, n)
         select date '2020-01-01' + d, m, 'word ' || w, 'other', 1
         from generate_series(0, 1200) d, unnest(array['reset', 'asked', 'letter', 'officer']) m, generate_series(1, 20) w;
         analyze figure; analyze leaf; analyze event",
    )
    .await;
    let plan = async |text: &str, values: [&str; 2]| {
        let text = values.iter().fold(text.to_owned(), |text, value| text.replacen("{}", value, 1));
        app.column(&format!("explain {text}")).await.join("\n")
    };
    for text in OF_A_PAGE {
        let plan = plan(text, ["'2022-01-01'", "'2022-01-31'"]).await;
        assert!(!plan.contains("on event"), "{plan}");
        let whole = plan.lines().any(|line| line.contains("Seq Scan on") && !line.contains("figure_place"));
        assert!(!whole, "{plan}");
    }
    // partitions of months without events are empty, and walking an empty table is no walk
    let month = app.value("select tableoid::regclass from event limit 1").await;
    let plan = plan(BODIES, ["100", "200"]).await;
    assert!(plan.contains("Index Scan using leaf_pkey"), "{plan}");
    assert!(
        plan.contains(&format!("Index Scan using {month}_")) && !plan.contains(&format!("Seq Scan on {month}")),
        "{plan}"
    );
    app.end().await;
}

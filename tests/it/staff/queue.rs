//! The queue: its views, their order and counts, and pages that go on.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::house::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_stands_in_the_views_it_belongs_to() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let reference = app.of_case(case, "reference").await;
    let mut seen = async |views: &[&str], at: &str| {
        for view in ["new", "mine", "approval", "check", "waiting", "overdue", "done"] {
            let page = rina.browser.open(&format!("/staff/requests?view={view}")).await;
            assert_eq!(page.body.contains(&reference), views.contains(&view), "{at}: {view}");
        }
    };
    seen(&["new"], "new").await;
    app.sql(&format!("update desk_case set due_at = pulih.now() - interval '1 h' where id = '{case}'")).await;
    seen(&["new", "overdue"], "overdue").await;
    app.sql("update account set protected = true where user_id = 'AMANAH7'").await;
    seen(&["new", "overdue", "check"], "protected").await;
    app.sql("update account set protected = false").await;
    let mine = "update desk_case set state = 'open', taken_by = (select id from staff where username = 'rina'), taken_at = pulih.now()";
    app.sql(mine).await;
    seen(&["mine", "overdue"], "taken").await;
    app.sql("update desk_case set state = 'waiting', waiting_since = pulih.now()").await;
    seen(&["mine", "waiting"], "waiting").await;
    app.sql(
        "insert into proposal (id, kind, account_id, state, expires_at)
        select gen_random_uuid(), 'reset', account_id, 'proposed', pulih.now() + interval '48 h' from desk_case",
    )
    .await;
    seen(&["mine", "waiting", "approval"], "proposed").await;
    app.sql(
        "update desk_case set state = 'closed', outcome = 'answered', waiting_since = null, closed_at = pulih.now()",
    )
    .await;
    seen(&["done"], "closed").await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn auditors_and_admins_find_no_queue_here() {
    let app = TestApp::start().await;
    for role in ["admin", "auditor"] {
        let mut officer = app.officer(role, &[role]).await;
        assert_eq!(officer.browser.open("/staff/requests").await.status, StatusCode::NOT_FOUND);
    }
    app.end().await;
}

/// So many cases, one in twenty of them open, spread over the last weeks.
const SEED: &str = "
    insert into account (id, user_id, user_id_folded, kind, name)
    select gen_random_uuid(), 'USER' || n, 'user' || n, 'penyedia', 'Nama ' || n from generate_series(1, {N}) n;
    insert into request (id, reference, channel, state, form, typed_user_id, typed_address, typed_type, language, asked_at,
        account_id, queue_reason, queued_at)
    select gen_random_uuid(), 'R-' || translate(upper(lpad(to_hex(n / 65536), 4, '0')), '', '') || '-' || upper(lpad(to_hex(n % 65536), 4, '0')),
        'web', 'mailed', gen_random_uuid(), a.user_id, 'x@contoh.example', 'penyedia', 'id',
        pulih.now() - make_interval(mins => n), a.id, 'help', pulih.now()
    from generate_series(1, {N}) n join account a on a.user_id = 'USER' || n;
    insert into desk_case (id, reference, account_id, request_id, reason, state, outcome, opened_at, due_at, closed_at)
    select gen_random_uuid(), r.reference, r.account_id, r.id, 'help', case when m.open then 'new' else 'closed' end,
        case when m.open then null else 'answered' end, r.asked_at, r.asked_at + interval '8 h',
        case when m.open then null else r.asked_at + interval '1 h' end
    from request r cross join lateral (select substr(r.typed_user_id, 5)::int % 20 = 0 as open) m;
    update request r set case_id = c.id from desk_case c where c.request_id = r.id;
    analyze account, request, desk_case;";

/// Requests of the queue that is measured.
fn many() -> usize {
    crate::support::rounds(20_000, 100_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_queue_is_quick_and_each_case_is_on_one_page() {
    let app = TestApp::start().await;
    for part in SEED.replace("{N}", &many().to_string()).split(';').filter(|part| !part.trim().is_empty()) {
        app.sql(part).await;
    }
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let mut times = Vec::new();
    let mut next = Some("/staff/requests".to_owned());
    let mut seen = std::collections::BTreeSet::new();
    let mut pages = 0;
    while let Some(path) = next.take().filter(|_| pages < 20) {
        let began = pulih::base::clock::instant();
        let page = rina.browser.open(&path).await;
        times.push(began.elapsed());
        assert!(page.status.is_success(), "{path}: {}", page.text());
        assert!(page.body.contains("999+") || many() < 20_000, "counts are capped");
        for piece in page.body.split("data-case=\"").skip(1) {
            assert!(seen.insert(piece.split('"').next().unwrap().to_owned()), "a case on two pages");
        }
        let link = page.body.split("<a class=\"second\" href=\"/staff/requests?view=new&amp;after=").nth(1);
        next = link.map(|rest| format!("/staff/requests?view=new&after={}", rest.split('"').next().unwrap()));
        pages += 1;
    }
    assert_eq!(seen.len(), pages * 50);
    for query in [
        "q=status:terlambat",
        "view=overdue",
        "view=check",
        "view=done",
        "q=user:USER1",
        "q=R-0001-00AA",
        "view=approval",
    ] {
        let began = pulih::base::clock::instant();
        assert!(rina.browser.open(&format!("/staff/requests?{query}")).await.status.is_success(), "{query}");
        println!("{query}: {:?}", began.elapsed());
        if query.starts_with("view=") {
            times.push(began.elapsed());
        }
    }
    times.sort();
    let p95 = times[times.len() * 95 / 100];
    println!("{} cases: p50 {:?}, p95 {p95:?}", many(), times[times.len() / 2]);
    // a debug build on a busy machine; the figure itself is measured in release
    assert!(p95.as_millis() < 1_000, "{p95:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_least_time_left_comes_first() {
    let app = TestApp::start().await;
    let cases = app.strangers(3).await;
    app.sql(&format!("update desk_case set due_at = pulih.now() - interval '3 h' where id = '{}'", cases[2])).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let body = rina.browser.open("/staff/requests").await.body.clone();
    let at = |case: uuid::Uuid| body.find(&case.to_string()).unwrap();
    assert!(at(cases[2]) < at(cases[0]) && at(cases[0]) < at(cases[1]));
    assert!(rina.browser.page.text().contains("Lewat"));
    app.advance(TimeDelta::minutes(1)).await;
    app.end().await;
}

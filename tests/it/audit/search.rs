//! The history is searched: each operator finds what it says, page by page, and each look is told.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::browser::Page;
use crate::support::desk::Officer;
use crate::support::house::TestApp;

/// The events that a page lists, in its order.
pub fn listed(page: &Page) -> Vec<String> {
    let rows = page.body.split("<th scope=\"row\"><a href=\"/audit/events/").skip(1);
    rows.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// Where a link of a page with these words leads.
fn way(page: &Page, words: &str) -> Option<String> {
    let (before, _) = page.body.split_once(&format!(">{words}</a>"))?;
    let href = before.rsplit("href=\"").next()?.split('"').next()?;
    Some(href.replace("&amp;", "&"))
}

fn encoded(query: &str) -> String {
    format!("/audit?q={}", pulih::views::parts::percent(query))
}

/// A house in which something of everything happened.
async fn lived(app: &TestApp) -> Officer {
    app.people_with_passwords().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let link = app.link_to("rina@amanah.example", "/r/");
    rina.reset(&link).await;
    app.settle().await;
    let mut stranger = app.browser();
    stranger.kirim("NOBODY", "rina@amanah.example", "penyedia").await;
    stranger.password(("AMANAH7", "penyedia"), "salah-salah-1").await;
    let case = app.helped("BAHTERA8", "budi@bahtera.example").await;
    let mut budi = app.officer("budi", &["helpdesk"]).await;
    budi.case(case).await;
    budi.act(case, "take", &[]).await;
    app.seal().await;
    app.advance(TimeDelta::days(2)).await;
    app.sql(
        "insert into event (id, at, kind, outcome, actor, body)
        select gen_random_uuid(), pulih.now(), 'log.heartbeat', 'done', 'worker', '{}' from generate_series(1, 3)",
    )
    .await;
    app.officer("sari", &["auditor"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_operator_finds_what_it_says_and_nothing_else() {
    let mut app = TestApp::start().await;
    app.leave_letters();
    let mut sari = lived(&app).await;
    let id = |query: &str| {
        let query = query.to_owned();
        let app = &app;
        async move { app.value(&query).await }
    };
    let reference = id("select reference from request where typed_user_id = 'AMANAH7' limit 1").await;
    let request = id(&format!("select id from request where reference = '{reference}'")).await;
    let case = id("select id from desk_case").await;
    let case_reference = id("select reference from desk_case").await;
    let link = id("select id from link where request_id in (select id from request where typed_user_id = 'AMANAH7') order by id limit 1").await;
    let staff = id("select id from staff where username = 'budi'").await;
    let account = "account_id = (select id from account where user_id = 'AMANAH7')
        or request_id in (select id from request where account_id = (select id from account where user_id = 'AMANAH7'))";
    let today = id("select (at at time zone 'Asia/Jakarta')::date from event order by at limit 1").await;
    let of_day = format!("(at at time zone 'Asia/Jakarta')::date = '{today}'");
    let of_case = "request_id in (select id from request where case_id is not null)";
    let mut newest = String::new();
    for (query, holds) in [
        ("", "true".to_owned()),
        ("kind:reset.confirmed", "kind = 'reset.confirmed'".to_owned()),
        ("jenis:reset,link.opened", "kind like 'reset.%' or kind = 'link.opened'".to_owned()),
        ("kind:readings", "kind like 'log.%' or kind like 'audit.%'".to_owned()),
        ("-kind:log,audit", "kind not like 'log.%' and kind not like 'audit.%'".to_owned()),
        ("actor:worker", "actor = 'worker'".to_owned()),
        ("pelaku:petugas", "actor = 'staff'".to_owned()),
        ("actor:operator", "actor = 'operator'".to_owned()),
        ("-actor:user", "actor <> 'user'".to_owned()),
        ("staff:budi", format!("staff_id = '{staff}'")),
        ("BUDI", format!("staff_id = '{staff}'")),
        ("user:amanah7", account.to_owned()),
        ("AMANAH7", account.to_owned()),
        ("user:nobody", "request_id = (select id from request where typed_user_id = 'NOBODY')".to_owned()),
        ("user:noone", "false".to_owned()),
        ("-user:noone kind:reset.asked", "kind = 'reset.asked'".to_owned()),
        (&reference, format!("request_id = '{request}'")),
        (&format!("request:{request}"), format!("request_id = '{request}'")),
        (&format!("case:{case}"), of_case.to_owned()),
        (&format!("kasus:{case_reference}"), of_case.to_owned()),
        (&case, format!("body like '%{case}%'")),
        (&request, format!("body like '%{request}%'")),
        (&link, format!("body like '%{link}%'")),
        (&staff, format!("body like '%{staff}%'")),
        ("outcome:refused", "outcome = 'refused'".to_owned()),
        ("hasil:dilakukan -kind:mail", "outcome = 'done' and kind not like 'mail.%'".to_owned()),
        ("refusal:login-wrong", "body like '%\"refusal\":\"login-wrong\"%'".to_owned()),
        ("refusal:never-heard-of", "false".to_owned()),
        ("#0", "id = (select event_id from leaf where index = 0)".to_owned()),
        ("leaf:2..5", "id in (select event_id from leaf where index between 2 and 5)".to_owned()),
        ("-leaf:0..", "id not in (select event_id from leaf)".to_owned()),
        ("leaf:0.. kind:mail", "kind like 'mail.%' and id in (select event_id from leaf)".to_owned()),
        (&format!("at:{today}"), of_day.clone()),
        (&format!("-tanggal:..{today}"), format!("not {of_day}")),
        (&format!("dibuat:{today}.. staff:budi kind:case"), format!("staff_id = '{staff}' and kind like 'case.%'")),
        ("user:AMANAH7 staff:budi", "false".to_owned()),
    ] {
        let mut wanted =
            app.column(&format!("select id from event where {holds} order by at desc, id desc limit 50")).await;
        let page = sari.browser.open(&encoded(query)).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        let mut found = listed(page);
        if query.contains("leaf") {
            // that order is the leaves' own
            wanted.sort();
            found.sort();
        }
        assert_eq!(found, wanted, "{query}");
        newest = app.value("select id from event order by at desc, id desc limit 1").await;
    }
    assert_eq!(listed(sari.browser.open(&encoded(&newest)).await), [newest]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_about_a_row_that_is_gone_is_found_by_its_id() {
    let mut app = TestApp::start().await;
    app.leave_letters();
    app.people().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    rina.open(&app.link_to("rina@amanah.example", "/r/")).await;
    rina.send("/reset-totp/open", &[]).await;
    let mut sari = app.officer("sari", &["auditor"]).await;
    let link = app.value("select body::jsonb -> 'subject' ->> 'link' from event where kind = 'link.opened'").await;
    app.sql("set session_replication_role = replica; delete from link").await;
    let wanted =
        app.column(&format!("select id from event where body like '%{link}%' order by at desc, id desc")).await;
    assert_eq!(wanted.len(), 2, "matched and opened");
    assert_eq!(listed(sari.browser.open(&encoded(&link)).await), wanted);
    app.end().await;
}

/// So many events, seven of each moment.
async fn many(app: &TestApp, count: usize, kind: &str) {
    app.sql(&format!(
        "insert into event (id, at, kind, outcome, actor, body)
        select gen_random_uuid(), pulih.now() - make_interval(secs => n / 7), '{kind}', 'done', 'worker', '{{}}'
        from generate_series(1, {count}) n"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_lead_to_the_oldest_and_back_with_each_event_once() {
    let app = TestApp::start().await;
    many(&app, 173, "log.heartbeat").await;
    many(&app, 173, "mail.parked").await;
    let mut sari = app.officer("sari", &["auditor"]).await;
    for query in ["kind:log.heartbeat", "kind:log.heartbeat,mail.parked -user:x", "actor:worker"] {
        let mut wanted = app.column("select id from event where actor = 'worker' order by at desc, id desc").await;
        if query == "kind:log.heartbeat" {
            wanted = app.column("select id from event where kind = 'log.heartbeat' order by at desc, id desc").await;
        }
        let (mut down, mut path) = (Vec::new(), encoded(query));
        loop {
            let page = sari.browser.open(&path).await;
            down.push(listed(page));
            match way(page, "Lebih lama") {
                Some(older) => path = older,
                None => break,
            }
        }
        assert_eq!(down.concat(), wanted, "{query}");
        assert!(down[..down.len() - 1].iter().all(|page| page.len() == 50));
        let mut up = vec![down[down.len() - 1].clone()];
        while let Some(newer) = way(&sari.browser.page, "Lebih baru") {
            let page = sari.browser.open(&newer).await;
            up.insert(0, listed(page));
        }
        assert_eq!(up.concat(), wanted, "{query}, back");
        let first = way(sari.browser.open(&path).await, "Terbaru").unwrap();
        assert_eq!(listed(sari.browser.open(&first).await), down[0]);
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_that_finds_little_looks_through_the_log_piece_by_piece() {
    let app = TestApp::start().await;
    many(&app, 9_000, "log.heartbeat").await;
    app.sql("update pulih.test_clock set shift = shift - interval '1 day'").await;
    many(&app, 1, "mail.parked").await;
    app.sql("update pulih.test_clock set shift = shift + interval '1 day'").await;
    let mut sari = app.officer("sari", &["auditor"]).await;
    let wanted = app.column("select id from event where kind = 'mail.parked'").await;
    let mut path = encoded("actor:worker -kind:log");
    let mut found = Vec::new();
    for pages in 0.. {
        let page = sari.browser.open(&path).await;
        found.extend(listed(page));
        let Some(older) = way(page, "Lebih lama") else {
            assert_eq!(pages, 2, "4,000 are looked at for one page");
            break;
        };
        assert!(page.text().contains("riwayat sudah dilihat sampai"), "page {pages}");
        path = older;
    }
    assert_eq!(found, wanted);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_of_the_form_narrow_what_was_typed_and_stay() {
    let mut app = TestApp::start().await;
    app.leave_letters();
    let mut sari = lived(&app).await;
    let wanted =
        app.column("select id from event where kind like 'login.%' and outcome = 'refused' order by at desc").await;
    assert_eq!(wanted.len(), 1);
    for (typed, found) in [("", &wanted), ("AMANAH7", &wanted), ("BAHTERA8", &Vec::new())] {
        let path = format!("/audit?q={typed}&group=sign-ins&outcome=refused&from=2020-01-01&to=");
        assert_eq!(listed(sari.browser.open(&path).await), *found, "{typed}");
    }
    let page = sari.browser.open("/audit?q=&group=sign-ins&outcome=refused&from=2020-01-01&to=").await.clone();
    assert!(page.body.contains("<option value=\"sign-ins\" selected>") && page.body.contains("value=\"2020-01-01\""));
    let told = app.value("select details ->> 'query' from event_personal order by at desc limit 1").await;
    assert_eq!(told, "kind:sign-ins outcome:refused at:2020-01-01..");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_look_is_told_and_a_search_that_cannot_be_read_shows_its_bad_part() {
    let app = TestApp::start().await;
    many(&app, 60, "log.heartbeat").await;
    let mut sari = app.officer("sari", &["auditor"]).await;
    let older = way(sari.browser.open(&encoded("jenis:log")).await, "Lebih lama").unwrap();
    sari.browser.open(&older).await;
    let told = app
        .column(
            "select concat_ws(' ', actor, staff_id = (select id from staff), body::jsonb -> 'facts', p.details)
            from event e join event_personal p on p.event_id = e.id where kind = 'audit.searched' order by e.id",
        )
        .await;
    assert_eq!(
        told,
        [
            r#"staff t {"found": 50, "further": false} {"query": "jenis:log"}"#,
            r#"staff t {"found": 10, "further": true} {"query": "jenis:log"}"#,
        ]
    );
    let page = sari.browser.open(&encoded("rina jenisnya:log")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("<mark>jenisnya:log</mark>") && page.body.contains("value=\"rina jenisnya:log\""));
    for junk in ["older=1", "older=x.y", "older=99999999999999999.0189", "newer=", "older=-5.0189&newer=2", "q=%00%ff"]
    {
        assert_eq!(sari.browser.open(&format!("/audit?{junk}")).await.status, StatusCode::OK, "{junk}");
    }
    assert_eq!(app.value("select count(*) from event where kind = 'audit.searched'").await, "8");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_who_signs_in_begins_with_the_history() {
    let app = TestApp::start().await;
    let sari = app.officer("sari", &["auditor"]).await;
    let mut browser = app.browser();
    browser.staff_sign_in(&app, "sari", &sari.phone).await.assert_at("/audit");
    assert!(browser.page.text().contains("Login dengan kode") || listed(&browser.page).len() >= 2);
    app.end().await;
}

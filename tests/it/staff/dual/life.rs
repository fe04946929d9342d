//! A manual reset from its proposal to its end, and everything that stops it on the way.

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::{BUDI, OFFICE, RINA, again, both, desk, nothing_was_reset, propose, resets, say, sent, state};
use crate::support::house::TestApp;
use crate::support::ledger::Ledger;
use crate::support::letters::list;

const SCHEDULED: &str = "Reset TOTP oleh Helpdesk Dijadwalkan";
const CANCELLED: &str = "Reset TOTP oleh Helpdesk Dibatalkan";
const NEW: &str = "budi.baru@bahtera.example";
const LOST: [(&str, &str); 3] = [("reason", "mailbox-lost"), ("mailbox_lost", "yes"), ("address", NEW)];

/// Follows a cancel link to its end; what the last page says.
async fn cancel(app: &TestApp, address: &str) -> String {
    let mut browser = app.browser();
    browser.open(&app.link_to(address, "/cancel/")).await.assert_at("/cancel");
    browser.send("/cancel", &[]).await;
    browser.send("/cancel/confirm", &[]).await.text()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proposed_by_one_agreed_by_another_executed_by_the_worker() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "BAHTERA8", "reset", &[]).await;
    assert_eq!(state(&app, id).await, both("proposed", "proposed"));
    assert_eq!(app.value("select channel || queue_reason || typed_user_id from request").await, "staffmanualBAHTERA8");
    assert!(sari.browser.open("/staff/approvals").await.text().contains("Reset manual"));
    let page = say(&app, &mut sari, id, "approve").await;
    assert!(page.text().contains("Disetujui, menunggu waktunya"), "{}", page.text());
    assert_eq!(state(&app, id).await, both("waiting", "waiting"));
    app.settle().await;
    for to in [BUDI, OFFICE] {
        assert_eq!(app.letter_to(to).subject, SCHEDULED);
    }
    app.advance(TimeDelta::hours(23)).await;
    app.settle().await;
    assert_eq!(resets(&app).await, "0");
    app.advance(TimeDelta::hours(1)).await;
    app.settle().await;
    assert_eq!((resets(&app).await.as_str(), state(&app, id).await), ("1", both("done", "done")));
    let (first, second) = (app.letter_to(BUDI), app.letter_to(OFFICE));
    assert_eq!(first.subject, "TOTP Berhasil di Reset");
    assert!(first.text.contains("/activate/") && !second.text.contains("/activate/"), "the grant goes to one address");
    let events = app.events().await;
    for kind in ["manual.proposed", "manual.approved", "reset.executed"] {
        assert_eq!(events.iter().filter(|event| *event == kind).count(), 1, "{kind}: {events:?}");
    }
    Ledger::check(&app, None).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_form_is_one_proposal_and_one_account_has_one() {
    let (app, mut wati, _) = desk().await;
    let account = app.id("select id from account where user_id = 'AMANAH7'").await;
    let path = format!("/staff/accounts/{account}/reset");
    wati.browser.open(&path).await;
    let code = wati.code(&app).await;
    let fields = [
        ("reason", "device-lost"),
        ("verified", "letter"),
        ("evidence", "SURAT-7"),
        ("user_id", "amanah7"),
        ("code", code.as_str()),
    ];
    let fields = wati.browser.page.form(&path).filled(&fields);
    let first = wati.browser.press(&path, &fields).await;
    let again = wati.browser.press(&path, &fields).await;
    assert_eq!((first.status, first.header("location")), (again.status, again.header("location")));
    assert_eq!(app.value("select count(*) from request").await, "1");
    assert!(wati.browser.open(&path).await.text().contains("masih terbuka"));
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_not_whole_proposes_nothing_and_keeps_what_was_typed() {
    let (app, mut wati, _) = desk().await;
    for more in [
        vec![("user_id", "BAHTERA8x")],
        vec![("evidence", "")],
        vec![("verified", "public-data")],
        vec![("reason", "")],
        vec![("mailbox_lost", "yes")],
        vec![("urgent", "yes")],
        vec![("verified", "call-back")],
    ] {
        let page = sent(&app, &mut wati, "AMANAH7", "reset", &more).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{more:?}");
        assert!(page.body.contains("HP hilang di kereta."), "{more:?}");
    }
    let wrong = wati.phone.wrong(&app);
    let page = sent(&app, &mut wati, "AMANAH7", "reset", &[("code", &wrong)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.value("select count(*) from proposal").await, "0");
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_reset_is_not_proposed() {
    let (app, mut wati, _) = desk().await;
    for (what, words) in [
        ("update account set status = 'locked', locked_reason = 'disputed' where user_id = 'AMANAH7'", "dikunci"),
        ("insert into frozen (scope, reason) values ('manual', 'uji')", "dihentikan sementara"),
    ] {
        app.sql(what).await;
        let account = app.id("select id from account where user_id = 'AMANAH7'").await;
        let page = wati.browser.open(&format!("/staff/accounts/{account}/reset")).await;
        assert!(page.text().contains(words) && !page.body.contains("name=\"evidence\""), "{}", page.text());
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_got_the_letter_can_cancel() {
    for address in [BUDI, OFFICE] {
        let (app, mut wati, mut sari) = desk().await;
        let id = propose(&app, &mut wati, "BAHTERA8", "reset", &[]).await;
        say(&app, &mut sari, id, "approve").await;
        app.settle().await;
        let words = cancel(&app, address).await;
        assert!(words.contains("sudah dibatalkan"), "{words}");
        assert_eq!(state(&app, id).await, both("cancelled", "cancelled"));
        app.settle().await;
        for to in [BUDI, OFFICE] {
            assert_eq!(app.letter_to(to).subject, CANCELLED, "{:?}", list(&app.letters()));
        }
        // once more: it stays as it is
        assert_eq!(app.browser().open("/cancel").await.status, StatusCode::GONE);
        assert!(app.events().await.contains(&"manual.cancelled".to_owned()));
        nothing_was_reset(app).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_proposer_and_a_supervisor_can_stop_what_waits() {
    for supervisor in [false, true] {
        let (app, mut wati, mut sari) = desk().await;
        let mut tono = app.officer("tono", &["supervisor"]).await;
        let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
        say(&app, &mut sari, id, "approve").await;
        app.settle().await;
        let who = if supervisor { &mut tono } else { &mut wati };
        say(&app, who, id, "withdraw").await;
        assert_eq!(state(&app, id).await, both("cancelled", "cancelled"));
        assert!(app.events().await.contains(&"manual.cancelled".to_owned()));
        app.settle().await;
        assert_eq!(app.letter_to(RINA).subject, CANCELLED);
        nothing_was_reset(app).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_one_ends_there() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    say(&app, &mut sari, id, "reject").await;
    assert_eq!(state(&app, id).await, both("rejected", "rejected"));
    nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_urgent_one_needs_two_and_waits_an_hour() {
    let (app, mut wati, mut sari) = desk().await;
    let mut tono = app.officer("tono", &["supervisor"]).await;
    let called = [("urgent", "yes"), ("called_number", "021 555 0101"), ("called_at", "2026-01-05T09:30")];
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &called).await;
    say(&app, &mut sari, id, "approve").await;
    assert_eq!(state(&app, id).await, both("proposed", "proposed"));
    say(&app, &mut tono, id, "approve").await;
    assert_eq!(state(&app, id).await, both("waiting", "waiting"));
    app.advance(TimeDelta::minutes(59)).await;
    app.settle().await;
    assert_eq!(resets(&app).await, "0");
    app.advance(TimeDelta::minutes(2)).await;
    app.settle().await;
    assert_eq!(resets(&app).await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_mailbox_waits_a_week_and_its_reset_goes_to_the_new_one() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "BAHTERA8", "reset", &LOST).await;
    say(&app, &mut sari, id, "approve").await;
    app.settle().await;
    for to in [BUDI, OFFICE, NEW] {
        assert_eq!(app.letter_to(to).subject, SCHEDULED, "{:?}", list(&app.letters()));
    }
    assert_eq!(app.value("select address from address where position = 1 and folded like 'budi%'").await, BUDI);
    app.advance(TimeDelta::days(6)).await;
    app.settle().await;
    assert_eq!(resets(&app).await, "0");
    app.advance(TimeDelta::days(1)).await;
    app.settle().await;
    assert_eq!((resets(&app).await.as_str(), state(&app, id).await), ("1", both("done", "done")));
    for to in [BUDI, OFFICE, NEW] {
        let letter = app.letter_to(to);
        assert_eq!(letter.subject, "TOTP Berhasil di Reset", "{to}");
        assert_eq!(letter.text.contains("/activate/"), to == NEW, "{to}");
    }
    let account =
        "from account a join address d on d.account_id = a.id and d.position = 1 where a.user_id = 'BAHTERA8'";
    assert_eq!(app.value(&format!("select d.address {account}")).await, NEW);
    assert_eq!(app.value(&format!("select address_changed_by {account}")).await, wati.id.to_string());
    assert_eq!(app.value(&format!("select address_changed_at > pulih.now() - interval '1 min' {account}")).await, "t");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_from_the_lost_mailbox_contests_and_a_third_person_decides() {
    for verdict in ["uphold", "dismiss"] {
        let (app, mut wati, mut sari) = desk().await;
        let mut tono = app.officer("tono", &["supervisor"]).await;
        let id = propose(&app, &mut wati, "BAHTERA8", "reset", &LOST).await;
        say(&app, &mut sari, id, "approve").await;
        app.settle().await;
        let words = cancel(&app, BUDI).await;
        assert!(words.contains("dihentikan sampai penyetuju memeriksanya"), "{words}");
        assert_eq!(state(&app, id).await, both("contested", "contested"));
        app.advance(TimeDelta::days(8)).await;
        app.settle().await;
        assert_eq!(resets(&app).await, "0", "what is contested waits");
        for who in [&mut sari, &mut tono] {
            again(&app, who).await;
        }
        // who agreed to it does not uphold it
        let page = sari.browser.open(&format!("/staff/approvals/{id}")).await;
        assert!(!page.body.contains("verdict-uphold"), "{}", page.text());
        say(&app, &mut tono, id, verdict).await;
        app.settle().await;
        if verdict == "uphold" {
            assert_eq!((resets(&app).await.as_str(), state(&app, id).await), ("1", both("done", "done")));
            Ledger::check(&app, None).await;
            app.end().await;
        } else {
            assert_eq!(state(&app, id).await, both("cancelled", "cancelled"));
            assert_eq!(app.letter_to(NEW).subject, CANCELLED);
            nothing_was_reset(app).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_while_it_waited_stops_it() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    say(&app, &mut sari, id, "approve").await;
    app.settle().await;
    app.sql("insert into frozen (scope, reason) values ('manual', 'uji')").await;
    app.advance(TimeDelta::hours(25)).await;
    app.settle().await;
    assert_eq!(state(&app, id).await, both("waiting", "waiting"), "frozen");
    app.sql("delete from frozen; update account set status = 'locked', locked_reason = 'disputed'").await;
    app.settle().await;
    assert_eq!(state(&app, id).await, both("cancelled", "cancelled"), "locked");
    assert_eq!(resets(&app).await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_by_the_web_while_it_waits_is_told_so() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    say(&app, &mut sari, id, "approve").await;
    app.settle().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    app.settle().await;
    assert_eq!(app.value("select hint from letter order by queued_at desc limit 1").await, "delayed");
    app.advance(TimeDelta::hours(24)).await;
    app.settle().await;
    assert_eq!((resets(&app).await.as_str(), state(&app, id).await), ("1", both("done", "done")));
    app.end().await;
}

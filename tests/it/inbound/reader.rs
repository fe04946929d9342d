//! What the reader makes of mail: cases, threads, reports, and what is set apart.

use chrono::TimeDelta;
use pulih::base::name_server::Reply;
use pulih::i18n::Lang;
use pulih::inbound::sample::{Draft, Hand, report};
use pulih::model::inbound::Envelope;
use pulih::model::permission;
use pulih::workers::sweeper;

use crate::support::house::TestApp;
use crate::support::post_office::draft;

const SUBJECT: &str = "Mohon reset TOTP";
const TEXT: &str = "Yth. Helpdesk,\nNama: Rina Wijaya\nUser ID: AMANAH7\nHP saya hilang.";

async fn house() -> TestApp {
    let app = TestApp::start().await;
    app.people().await;
    app
}

fn rina(app: &TestApp) -> Draft {
    draft(&app.app, "rina@amanah.example", SUBJECT, TEXT)
}

/// Kind, place and verdict of every mail, oldest first.
async fn mails(app: &TestApp) -> Vec<String> {
    app.column("select coalesce(kind, '-') || ' ' || coalesce(place, '-') || ' ' || coalesce(verdict, park_reason) from inbound
        order by id")
        .await
}

/// Nothing of an account was touched by mail alone.
async fn nothing_reset(app: &TestApp) {
    assert_eq!(app.value("select count(*) from credential where revoked_at is not null").await, "0");
    assert_eq!(app.value("select count(*) from link where kind = 'reset'").await, "0");
    assert_eq!(app.value("select count(*) from event where kind like 'reset.%'").await, "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_mail_of_a_registered_person_stands_in_the_queue_with_its_account() {
    let app = house().await;
    app.signed_mail(&rina(&app)).await;
    assert_eq!(mails(&app).await, ["request queue verified"]);
    let case = app
        .value(
            "select r.channel || ' ' || r.state || ' ' || r.typed_user_id || ' ' || r.typed_type || ' ' || a.user_id || ' '
                || c.reason || ' ' || c.state
            from desk_case c join request r on r.case_id = c.id join account a on a.id = c.account_id and a.id = r.account_id",
        )
        .await;
    assert_eq!(case, "mail received AMANAH7 penyedia AMANAH7 mail new");
    let hows = app.column("select how from inbound_match order by how").await;
    assert_eq!(hows, ["address", "name", "user-id"]);
    let kinds =
        app.column("select kind from event where kind like 'inbound.%' or kind like 'case.%' order by id").await;
    assert_eq!(kinds, ["inbound.taken", "inbound.read", "case.opened"]);
    nothing_reset(&app).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_domain_calls_forged_is_set_apart_and_belongs_to_nobody() {
    let app = house().await;
    let policy = Reply::Txt("v=DMARC1; p=reject".to_owned());
    app.post.names.lock().unwrap().insert("_dmarc.amanah.example".to_owned(), policy);
    let elsewhere = Envelope { client: Some([198, 51, 100, 7].into()), ..Envelope::default() };
    app.handed_in(rina(&app).written().as_bytes(), elsewhere).await;
    assert_eq!(mails(&app).await, ["request quarantine failed"]);
    assert_eq!(app.value("select count(*) from request").await, "0");
    assert_eq!(app.value("select count(*) from desk_case").await, "0");
    nothing_reset(&app).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_judged_is_a_case_of_its_own_with_what_it_may_be_about() {
    let app = house().await;
    app.signed_mail(&rina(&app)).await;
    app.forged_mail(&rina(&app)).await;
    assert_eq!(mails(&app).await, ["request queue verified", "request queue unknown"]);
    let accounts = app.column("select (account_id is not null)::text from desk_case order by opened_at").await;
    assert_eq!(accounts, ["true", "false"], "the second stands apart from the account's case");
    assert_eq!(app.value("select count(*) from inbound_match").await, "6");
    nothing_reset(&app).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_bytes_twice_are_one_mail() {
    let app = house().await;
    let raw = app.post.signer.sign(&rina(&app)).unwrap();
    let first = app.handed_in(&raw, Envelope::default()).await;
    let again = app.handed_in(&raw, Envelope::default()).await;
    assert!(first.new && !again.new && first.id == again.id);
    assert_eq!(mails(&app).await.len(), 1);
    assert_eq!(app.value("select count(*) from desk_case").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_set_aside_and_the_next_is_read() {
    let app = house().await;
    let mut bomb = String::from("From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n");
    bomb.push_str(&"--b\r\n\r\nx\r\n".repeat(5_000));
    app.handed_in(bomb.as_bytes(), Envelope::default()).await;
    app.handed_in(b"\0\0\0", Envelope::default()).await;
    app.signed_mail(&rina(&app)).await;
    let found = mails(&app).await;
    assert_eq!(found[0], "- - too-many-parts");
    assert_eq!(found[2], "request queue verified");
    let parked = app.column("select kind from event where kind = 'inbound.parked'").await;
    assert_eq!(parked.len(), found.iter().filter(|mail| mail.starts_with("- -")).count());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_ends_its_reader_again_and_again_is_set_aside() {
    let app = house().await;
    app.signed_mail(&rina(&app)).await;
    app.sql("update inbound set stage = 'taken', read_at = null, attempts = 4, next_attempt_at = pulih.now()").await;
    app.settle().await;
    assert_eq!(app.value("select stage || ' ' || park_reason from inbound").await, "parked too-costly");
    app.end().await;
}

/// A case with a letter of ours: Message-ID and case.
async fn letter_in_a_case(app: &TestApp) -> String {
    let mut browser = app.browser();
    browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let sent = app.sink.mails().last().unwrap().message_id();
    app.sql("update request set queue_reason = 'help', queued_at = pulih.now()").await;
    app.settle().await;
    assert_eq!(app.value("select count(*) from desk_case").await, "1");
    sent.trim_matches(['<', '>']).to_owned()
}

fn answering(draft: &Draft, id: &str) -> String {
    draft.written().replacen("Subject:", &format!("In-Reply-To: <{id}>\r\nSubject:"), 1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_joins_its_thread_only_by_a_name_of_ours_and_from_who_belongs_to_it() {
    let app = house().await;
    let id = letter_in_a_case(&app).await;
    app.sql("update desk_case set state = 'waiting', waiting_since = pulih.now()").await;
    let rina = rina(&app);
    app.handed_in(answering(&rina, &id).as_bytes(), Envelope::default()).await;
    assert_eq!(mails(&app).await, ["reply queue unknown"]);
    assert_eq!(app.value("select (case_id is not null)::text from inbound").await, "true");
    assert_eq!(app.value("select state from desk_case").await, "new", "its time goes on");

    // a stranger who knows the name, and the right person with a name made up
    let stranger = draft(&app.app, "eve@other.example", SUBJECT, TEXT);
    let made_up = id.replacen(|c: char| c.is_ascii_hexdigit(), "0", 1).replace('.', ".0").replace("00", "01");
    app.handed_in(answering(&stranger, &id).as_bytes(), Envelope::default()).await;
    app.handed_in(answering(&rina, &made_up).as_bytes(), Envelope::default()).await;
    assert_eq!(mails(&app).await[1..], ["request queue unknown", "request queue unknown"]);
    assert_eq!(app.value("select count(*) from inbound where case_id is not null").await, "1");
    assert_eq!(app.value("select count(*) from desk_case").await, "3");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_in_the_subject_is_a_hint_and_no_key() {
    let app = house().await;
    letter_in_a_case(&app).await;
    let reference = app.value("select reference from desk_case").await;
    app.forged_mail(&draft(&app.app, "rina@amanah.example", &format!("Re: [{reference}] reset"), TEXT)).await;
    let found = app.value("select (maybe_case_id is not null)::text || (case_id is null)::text from inbound").await;
    assert_eq!(found, "truetrue");
    assert_eq!(app.value("select count(*) from desk_case").await, "2");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_marks_its_letter_and_nothing_else_changes_by_itself() {
    let app = house().await;
    let mut browser = app.browser();
    browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let id = app.sink.mails().last().unwrap().message_id();
    let raw =
        report(id.trim_matches(['<', '>']), "rina@amanah.example", "no-reply@lpse.example", app.app.clock().now());
    // with a name that is not ours it tells nothing
    app.handed_in(raw.replace(id.trim_matches(['<', '>']), "a.b@lpse.example").as_bytes(), Envelope::default()).await;
    assert_eq!(mails(&app).await, ["automatic quarantine unknown"]);
    app.handed_in(raw.as_bytes(), Envelope::default()).await;
    assert_eq!(mails(&app).await[1], "bounce done unknown");
    let letter = app.value("select state || ' ' || bounce_status from letter where bounced_at is not null").await;
    assert_eq!(letter, "sent 5.1.1");
    assert_eq!(app.value("select suspect::text from address where address like 'rina%'").await, "true");
    assert_eq!(app.value("select reason from desk_case").await, "undeliverable");
    assert_eq!(app.value("select state from request").await, "mailed", "the request goes on");
    assert_eq!(app.value("select count(*) from link where kind = 'reset' and ended_at is null").await, "1");
    // once more says nothing new
    app.handed_in(raw.replacen("Undelivered", "Again undelivered", 1).as_bytes(), Envelope::default()).await;
    assert_eq!(app.value("select count(*) from desk_case").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_known_by_the_address_it_comes_to() {
    let app = TestApp::with(|plan| plan.config.smtp.bounce_address = Some("bounce@lpse.example".to_owned())).await;
    app.people().await;
    let mut browser = app.browser();
    browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let sender = app.sink.mails().last().unwrap().from.clone();
    assert!(sender.starts_with("bounce+") && sender.ends_with("@lpse.example"), "{sender}");
    let raw = report("lost@elsewhere.example", "rina@amanah.example", &sender, app.app.clock().now());
    app.handed_in(raw.as_bytes(), Envelope { recipient: Some(sender), ..Envelope::default() }).await;
    assert_eq!(app.value("select count(*) from letter where bounced_at is not null").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_are_filed_apart_and_answered_by_nobody() {
    let app = house().await;
    let before = app.sink.mails().len();
    app.signed_mail(&Draft { hand: Hand::Autoresponder, ..rina(&app) }).await;
    let from_ourselves = draft(&app.app, "helpdesk@lpse.example", SUBJECT, TEXT);
    app.signed_mail(&from_ourselves).await;
    let null = Envelope { sender: Some(String::new()), ..Envelope::default() };
    app.handed_in(rina(&app).written().as_bytes(), null).await;
    for mail in mails(&app).await {
        assert!(mail.starts_with("automatic quarantine"), "{mail}");
    }
    assert_eq!(app.sink.mails().len(), before);
    assert_eq!(app.value("select count(*) from letter").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_permission_is_taken_and_one_that_is_unsigned_stands_in_the_queue() {
    let app = house().await;
    let mut browser = app.browser();
    browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let request = app.id("select id from request").await;
    let subject = permission::subject(Lang::Id, &app.app.permission_code(request), "AMANAH7");
    let mail = draft(&app.app, "rina@amanah.example", &subject, TEXT);
    app.forged_mail(&mail).await;
    assert_eq!(mails(&app).await, ["request queue unknown"]);
    app.signed_mail(&mail).await;
    assert_eq!(mails(&app).await[1], "permission done verified");
    let kinds = app.column("select kind from event where kind like 'permission.%' order by id").await;
    assert_eq!(kinds, ["permission.refused", "permission.granted"]);
    assert_eq!(app.value("select count(*) from credential where revoked_at is not null").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_signature_holds_can_be_kept() {
    let app = house().await;
    let raw = "DKIM-Signature: v=1; a=rsa-sha256; d=a\0b.example; s=x\0y; h=from; bh=AA==; b=AA==\r\n".to_owned()
        + &rina(&app).written();
    app.handed_in(raw.as_bytes(), Envelope::default()).await;
    assert_eq!(app.value("select stage from inbound").await, "read");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_one_sender_is_set_apart() {
    let app = house().await;
    for n in 0..22 {
        app.forged_mail(&draft(&app.app, "eve@other.example", &format!("Mohon {n}"), TEXT)).await;
    }
    assert_eq!(app.value("select count(*) from inbound where place = 'queue'").await, "20");
    assert_eq!(app.value("select count(*) from inbound where place = 'quarantine'").await, "2");
    assert_eq!(app.value("select count(*) from desk_case").await, "20");
    app.signed_mail(&rina(&app)).await;
    assert_eq!(
        app.value("select place from inbound order by id desc limit 1").await,
        "queue",
        "others are still heard"
    );
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_is_forgotten_in_time_and_its_letters_go_before_it() {
    let app = house().await;
    let mut browser = app.browser();
    browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let id = app.sink.mails().last().unwrap().message_id();
    let raw =
        report(id.trim_matches(['<', '>']), "rina@amanah.example", "no-reply@lpse.example", app.app.clock().now());
    app.handed_in(raw.as_bytes(), Envelope::default()).await;
    app.signed_mail(&rina(&app)).await;
    app.advance(TimeDelta::days(40)).await;
    app.sweep().await;
    while sweeper::tidy(&app.app).await.unwrap() {}
    assert_eq!(app.value("select count(*) from inbound where sealed_raw is null").await, "0");
    app.advance(TimeDelta::days(330)).await;
    while sweeper::tidy(&app.app).await.unwrap() {}
    let kept = "select count(*) from inbound where sealed_raw is not null or sealed_message is not null or judgement is not null
        or from_address is not null or subject is not null or message_id is not null";
    assert_eq!(app.value(kept).await, "0");
    assert_eq!(app.value("select count(*) from inbound_match").await, "0");
    assert_eq!(app.value("select count(*) from inbound where verdict is not null").await, "2");
    assert_eq!(app.value("select count(*) from event where kind = 'inbound.purged'").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_ends_what_was_asked_by_mail() {
    let app = house().await;
    app.signed_mail(&rina(&app)).await;
    let mut browser = app.browser();
    browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let link = app.link_to("rina@amanah.example", "/not-me/");
    browser.open(&link).await;
    browser.send("/not-me", &[]).await;
    browser.send("/not-me/confirm", &[]).await;
    let states = app.column("select state from request order by id").await;
    assert!(states.iter().all(|state| state == "cancelled"), "{states:?}");
    app.settle().await;
    app.end().await;
}

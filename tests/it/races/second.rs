//! Two people at once (quality C3): agreeing, cancelling, being disabled; one outcome, and the log tells which.

use pulih::actions::decide::{Decide, decide};
use pulih::actions::propose::{Propose, propose};
use pulih::app::staff::{Anybody, Helpdesk, Proof};
use pulih::base::{random, secret_hash};
use pulih::model::proposal::{Kind, Reason, Verdict, Verified};
use pulih::model::refusal::Stop;
use pulih::store::proposal::{self, subject};
use pulih::store::staff::session;
use uuid::Uuid;

use crate::support::desk;
use crate::support::house::TestApp;
use crate::support::rounds;

async fn proof<P: Proof>(app: &TestApp, officer: &desk::Officer) -> P {
    let bytes = |name: &str| {
        let text = officer.browser.cookie(name).unwrap();
        data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
    };
    let (token, browser) = (secret_hash(&bytes("pulih_staff")), secret_hash(&bytes("pulih")));
    let mut read = app.app.read().await.unwrap();
    let session = session::find(&mut read, &token, &browser, app.app.lives()).await.unwrap().unwrap();
    app.app.prove(&session).unwrap().unwrap()
}

/// A proposal for an account of its own.
async fn proposed(app: &TestApp, wati: &desk::Officer, round: usize, urgent: bool) -> Uuid {
    let secret = crate::support::house::SECRET;
    app.import(&format!("DUA{round},penyedia,Rina,dua{round}@a.example,,,{secret},\n")).await;
    let account = app.id(&format!("select id from account where user_id = 'DUA{round}'")).await;
    let wanted = Propose {
        id: random::id(),
        kind: Kind::Reset,
        account,
        reason: Some(Reason::DeviceLost),
        verified: Some(Verified::InPerson),
        evidence: "TIKET-1".to_owned(),
        note: String::new(),
        called: urgent.then(|| ("021".to_owned(), app.app.clock().now())),
        address: None,
        urgent,
        code: wati.code(app).await,
    };
    propose(&app.app, proof::<Helpdesk>(app, wati).await, &wanted).await.unwrap()
}

async fn says(app: &TestApp, who: &desk::Officer, id: Uuid, verdict: Verdict) -> (Anybody, Decide) {
    let mut read = app.app.read().await.unwrap();
    let found = proposal::find(&mut read, id).await.unwrap().unwrap();
    let account = subject::find(&mut read, found.account_id.unwrap()).await.unwrap().unwrap();
    let shown = found.shown_sha256(&account, None).unwrap();
    drop(read);
    let decide = Decide { proposal: id, verdict, reason: String::new(), shown, code: who.code(app).await };
    (proof(app, who).await, decide)
}

fn won(end: &Result<pulih::model::proposal::State, Stop>) -> bool {
    assert!(matches!(end, Ok(_) | Err(Stop::Refused(_))), "{end:?}");
    end.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_decide_at_once_one_does() {
    let app = TestApp::start().await;
    let wati = app.officer("wati", &["helpdesk"]).await;
    let (sari, tono) = (app.officer("sari", &["supervisor"]).await, app.officer("tono", &["supervisor"]).await);
    for round in 0..rounds(6, 200) {
        let id = proposed(&app, &wati, round, false).await;
        let other = [Verdict::Approve, Verdict::Reject][round % 2];
        let (first, second) = (says(&app, &sari, id, Verdict::Approve).await, says(&app, &tono, id, other).await);
        // codes of the first are a step older by now, and still right
        let (one, two) = tokio::join!(decide(&app.app, first.0, &first.1), decide(&app.app, second.0, &second.1));
        assert_eq!(usize::from(won(&one)) + usize::from(won(&two)), 1, "round {round}: {one:?} {two:?}");
        let decisions = app.value(&format!("select count(*) from decision where proposal_id = '{id}'")).await;
        assert_eq!(decisions, "1", "round {round}");
    }
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_halves_at_once_are_two_people() {
    let app = TestApp::start().await;
    let wati = app.officer("wati", &["helpdesk"]).await;
    let (sari, tono) = (app.officer("sari", &["supervisor"]).await, app.officer("tono", &["supervisor"]).await);
    for round in 0..rounds(4, 100) {
        let id = proposed(&app, &wati, round, true).await;
        let (first, second) =
            (says(&app, &sari, id, Verdict::Approve).await, says(&app, &tono, id, Verdict::Approve).await);
        let (one, two) = tokio::join!(decide(&app.app, first.0, &first.1), decide(&app.app, second.0, &second.1));
        assert!(won(&one) && won(&two), "round {round}: {one:?} {two:?}");
        assert_eq!(app.value(&format!("select state from proposal where id = '{id}'")).await, "waiting");
        let letters = app.value(&format!("select count(*) from letter where proposal_id = '{id}'")).await;
        assert_eq!(letters, "1", "round {round}");
    }
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_agrees_while_another_withdraws_or_disables_them() {
    let app = TestApp::start().await;
    let wati = app.officer("wati", &["helpdesk"]).await;
    for round in 0..rounds(6, 200) {
        let sari = app.officer(&format!("sari{round}"), &["supervisor"]).await;
        let id = proposed(&app, &wati, round, false).await;
        let (yes, back) =
            (says(&app, &sari, id, Verdict::Approve).await, says(&app, &wati, id, Verdict::Withdraw).await);
        let disable =
            format!("update staff set status = 'disabled', disabled_at = pulih.now() where id = '{}'", sari.id);
        let state = if round % 2 == 0 {
            let (yes, back) = tokio::join!(decide(&app.app, yes.0, &yes.1), decide(&app.app, back.0, &back.1));
            // agreed first, it can still be cancelled: whoever was first, it ends cancelled
            assert!(won(&back), "round {round}: {back:?}");
            won(&yes);
            "cancelled"
        } else {
            let (yes, _) = tokio::join!(decide(&app.app, yes.0, &yes.1), app.sql(&disable));
            if won(&yes) { "waiting" } else { "proposed" }
        };
        assert_eq!(app.value(&format!("select state from proposal where id = '{id}'")).await, state, "round {round}");
    }
    app.settle().await;
    app.end().await;
}

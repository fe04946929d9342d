//! Proofs of role: read again where they decide, with a code that is right once.

use pulih::app::Outcome;
use pulih::app::staff::{Helpdesk, Proof, Supervisor};
use pulih::base::fault::Fault;
use pulih::base::secret_hash;
use pulih::model::event::Actor;
use pulih::model::refusal::{Refusal, Stop};
use pulih::store::staff::session;

use crate::support::desk::Officer;
use crate::support::house::TestApp;

async fn proof<P: Proof>(app: &TestApp, officer: &Officer) -> Option<P> {
    let bytes = |name: &str| {
        let text = officer.browser.cookie(name).unwrap();
        data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
    };
    let (token, browser) = (secret_hash(&bytes("pulih_staff")), secret_hash(&bytes("pulih")));
    let mut read = app.app.read().await.unwrap();
    let session = session::find(&mut read, &token, &browser, app.app.lives()).await.unwrap()?;
    app.app.prove(&session).unwrap()
}

/// What a step-up answers, inside a transaction that counts.
async fn step_up<P: Proof>(app: &TestApp, proof: P, code: &str) -> Result<(), Refusal> {
    let mut answer = Ok(());
    let done: Result<(), Stop> = app
        .app
        .transact(Actor::Operator, async |tx| {
            let stepped: Result<_, Fault> = app.app.step_up(tx, proof, code).await;
            answer = stepped?.map(drop);
            let event = pulih::model::event::Event::AccountsExported { rows: 0 };
            Ok(match answer {
                Ok(()) => Outcome::Done((), event),
                Err(refusal) => Outcome::Refused(refusal, event),
            })
        })
        .await;
    assert!(matches!(done, Ok(()) | Err(Stop::Refused(_))));
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_of_a_role_and_ends_with_its_person() {
    let app = TestApp::start().await;
    let rina = app.officer("rina", &["helpdesk"]).await;
    assert!(proof::<Supervisor>(&app, &rina).await.is_none());
    let helpdesk = proof::<Helpdesk>(&app, &rina).await.unwrap();
    let code = rina.code(&app).await;
    assert_eq!(step_up(&app, helpdesk, &code).await, Ok(()));
    assert_eq!(step_up(&app, helpdesk, &code).await, Err(Refusal::CodeReplayed));
    assert_eq!(step_up(&app, helpdesk, &rina.phone.wrong(&app)).await, Err(Refusal::CodeWrong));
    let code = rina.code(&app).await;
    app.sql(&format!("update staff set status = 'disabled', disabled_at = pulih.now() where id = '{}'", rina.id)).await;
    assert_eq!(step_up(&app, helpdesk, &code).await, Err(Refusal::StaffSignInFirst));
    assert!(proof::<Helpdesk>(&app, &rina).await.is_none());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_wrong_codes_hold_whoever_types_them() {
    let app = TestApp::start().await;
    let rina = app.officer("rina", &["supervisor"]).await;
    let supervisor = proof::<Supervisor>(&app, &rina).await.unwrap();
    for _ in 0..10 {
        assert_eq!(step_up(&app, supervisor, "000").await, Err(Refusal::CodeWrong));
    }
    let code = rina.code(&app).await;
    assert!(matches!(step_up(&app, supervisor, &code).await, Err(Refusal::CodesHeld(_))));
    app.end().await;
}

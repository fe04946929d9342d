//! The desk of the demo: one person for each role, and a second supervisor.

use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::people::PASSWORD;
use crate::actions::propose::{self, Propose};
use crate::actions::staff::end_session::{self, Which};
use crate::actions::staff::give_code::{self, Code};
use crate::actions::staff::sign_in::{self, SignIn};
use crate::actions::staff::{join, operate};
use crate::app::staff::Helpdesk;
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::{password, random, seal, secret_hash, totp};
use crate::i18n::Lang;
use crate::model::event::{Actor, Event, People};
use crate::model::proposal::{Kind, Reason, Verified};
use crate::model::refusal::Stop;
use crate::model::staff::{Role, Roles};
use crate::store::factor::Enrolment;
use crate::store::staff::people::{self, New};
use crate::store::staff::{factor, session};
use crate::views::demo::Officer;

/// User name, name and role; those who are told of others come last.
const STAFF: [(&str, &str, Role); 6] = [
    ("petugas", "Rina Wijaya", Role::Helpdesk),
    (COLLEAGUE, "Joko Susilo", Role::Helpdesk),
    ("admin", "Agus Pratama", Role::Admin),
    ("penyetuju", "Budi Santoso", Role::Supervisor),
    ("penyetuju2", "Dewi Anggraini", Role::Supervisor),
    ("auditor", "Sari Lestari", Role::Auditor),
];

/// Whose work lies there already when the newcomer comes.
const COLLEAGUE: &str = "petugas2";

fn secret(username: &str) -> [u8; 20] {
    let mut secret = [0; 20];
    secret.copy_from_slice(&Sha256::digest(format!("demo staff {username}"))[..20]);
    secret
}

/// Who can be played, for the demo's pages.
pub fn shown() -> Vec<Officer> {
    let officer = |(username, name, role): (&str, &str, Role)| Officer {
        username: username.to_owned(),
        name: name.to_owned(),
        role,
        password: PASSWORD.to_owned(),
    };
    STAFF.into_iter().map(officer).collect()
}

/// The same as a list in JSON, with secrets.
pub fn json() -> Vec<Value> {
    let one = |(username, _, role): (&str, &str, Role)| {
        let secret = BASE32_NOPAD.encode(&secret(username));
        json!({ "username": username, "password": PASSWORD, "totp_secret": secret, "role": role.code() })
    };
    STAFF.into_iter().map(one).collect()
}

/// The same as lines of a table.
pub fn table() -> Vec<String> {
    let mut lines = vec![format!("{:<14} {:<36} {:<31} {}", "User name", "Sign-in", "Password", "TOTP secret")];
    lines.extend(STAFF.into_iter().map(|(username, _, role)| {
        let (way, secret) = (format!("/staff ({})", role.code()), BASE32_NOPAD.encode(&secret(username)));
        format!("{username:<14} {way:<36} {PASSWORD:<31} {secret}")
    }));
    lines
}

/// Adds them as an operator would, and lets each accept the invitation; a kept demo has them already.
pub async fn seed(app: &App) -> Result<(), Fault> {
    let hash = password::hash(PASSWORD)?;
    for (username, name, role) in STAFF {
        if people::named(&mut app.read().await?, username).await?.is_some() {
            continue;
        }
        one(app, username, name, role, &hash).await.map_err(|stop| Fault::bug("seeding the demo's desk", stop))?;
    }
    Ok(())
}

async fn one(app: &App, username: &str, name: &str, role: Role, hash: &str) -> Result<(), Stop> {
    let new = New {
        username: username.to_owned(),
        employee_number: format!("DEMO-{username}"),
        name: name.to_owned(),
        address: format!("{username}@lpse.example"),
        language: Lang::Id,
        roles: Roles::of(&[role]).map_err(|_| Fault::broken("a role of the demo is none"))?,
    };
    let (staff, posted) = operate::add(app, &new).await?;
    join::join(app, posted.link, staff, hash).await?;
    enrol(app, staff, &secret(username)).await
}

/// The colleague proposes a manual reset for that account, which then waits for a second person.
pub async fn propose(app: &App, account: Uuid) -> Result<(), Stop> {
    let (browser_hash, network) = (random::bytes::<32>()?, "127.0.0.1/32".to_owned());
    let params = app.config().totp.params();
    let code = |ahead| totp::code(&secret(COLLEAGUE), &params, totp::step(app.clock().now(), &params) + ahead);
    let typed = SignIn {
        username: COLLEAGUE.to_owned(),
        password: PASSWORD.to_owned(),
        browser_hash,
        browser_name: None,
        network: network.clone(),
    };
    let (token, _) = sign_in::sign_in(app, typed).await?;
    let held = session::find(&mut app.read().await?, &secret_hash(&token), &browser_hash, app.lives()).await?;
    let held = held.ok_or_else(|| Fault::broken("the demo's colleague is not signed in"))?;
    let (staff, token_hash) = (held.staff_id, secret_hash(&token));
    let typed = Code { staff, token_hash, browser_hash, browser_name: None, network, typed: code(0)? };
    let token = give_code::give_code(app, typed).await?;
    let held = session::find(&mut app.read().await?, &secret_hash(&token), &browser_hash, app.lives()).await?;
    let proof = held.map(|held| app.prove::<Helpdesk>(&held)).transpose()?.flatten();
    let proof = proof.ok_or_else(|| Fault::broken("the demo's colleague is no helpdesk"))?;
    let propose = Propose {
        id: random::id(),
        kind: Kind::Reset,
        account,
        reason: Some(Reason::ALL[0]),
        verified: Some(Verified::ALL[0]),
        evidence: "SURAT/17/XI/2026".to_owned(),
        note: "Direktur menelepon dari nomor yang tercatat.".to_owned(),
        called: None,
        address: None,
        urgent: false,
        code: code(1)?,
    };
    propose::propose(app, proof, &propose).await?;
    end_session::end(app, staff, &secret_hash(&token), &browser_hash, Which::This).await
}

/// A phone that everybody knows.
async fn enrol(app: &App, staff: Uuid, secret: &[u8]) -> Result<(), Stop> {
    let (id, params) = (random::id(), app.config().totp.params());
    let enrolment = Enrolment {
        id,
        browser_hash: vec![0; 32],
        grant_id: None,
        sealed_secret: seal::seal(app.keys().of(Purpose::Seal), id, secret)?,
        algorithm: params.algorithm.code().to_owned(),
        digits: i16::from(params.digits),
        period: i16::try_from(params.period).map_err(|e| Fault::bug("the period is too long", e))?,
        burned: Vec::new(),
    };
    app.transact(Actor::Staff(staff), async |tx| {
        factor::enrol(tx, staff, &enrolment).await?;
        factor::prove(tx, id, 0).await?;
        Ok(Outcome::Done((), Event::People(People::Enrolled { staff, factor: id, rose_to: None })))
    })
    .await
}

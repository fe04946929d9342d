//! The password step of the desk: all that is wrong is told alike, and takes alike.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::event::{Actor, Event, People};
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Level;
use crate::model::staff::fold_username;
use crate::store::staff::factor;
use crate::store::staff::login::{self, Held};
use crate::store::staff::session::{self, NewSession};
use crate::store::{Tx, login as counter};

/// What the keys of its counts begin with, so that none is that of a User ID.
const PURPOSE: &[u8] = b"staff password";

/// User name and password, as typed.
pub struct SignIn {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: String,
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<String>,
    /// The client network.
    pub network: String,
}

/// What comes after a right password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The code.
    Code,
    /// A first TOTP.
    Enrol,
}

/// Opens a session for a right password; returns its token.
pub async fn sign_in(app: &App, typed: SignIn) -> Result<([u8; 32], Next), Stop> {
    let (budget, folded) = (app.staff_password_budget(), fold_username(&typed.username));
    let key = key(&folded, &typed.network);
    let before = login::before(&mut app.read().await?, &folded, &key).await?;
    if let Some(until) = budget.as_ref().and_then(|b| b.held_until(&before.wrong, before.now)) {
        return Err(Refusal::TooMany(until).into());
    }
    let fits = app.passwords().verify(typed.password.clone(), before.password_hash.clone()).await?;
    let right = before.staff.filter(|_| fits);
    let begun = app
        .transact(Actor::User, async |tx| {
            let event = |opened| {
                let (username, network) = (typed.username.clone(), typed.network.clone());
                Event::People(People::Password { staff: before.staff, username, network, opened })
            };
            if let Some(budget) = &budget {
                // counted before it is known to be wrong: guesses made at once are guesses in a row
                let wrong = counter::count(tx, &key, budget.remembered()).await?;
                if let Some(until) = budget.held_until(&wrong, before.now) {
                    return Ok(Outcome::Nothing(Err(Refusal::TooMany(until))));
                }
            }
            let held = match right {
                Some(id) => login::hold(tx, id).await?,
                None => None,
            };
            let Some(held) = held.filter(|held| held.active && held.password_hash == before.password_hash) else {
                return Ok(Outcome::Refused(Refusal::StaffLoginWrong, event(None)));
            };
            if budget.is_some() {
                counter::forgive(tx, &key).await?;
            }
            let (token, opened) = begin(app, tx, &typed, &held).await?;
            let next = if held.has_factor { Next::Code } else { Next::Enrol };
            Ok(Outcome::Done(Ok((token, next)), event(Some(opened))))
        })
        .await;
    match begun {
        Ok(begun) => Ok(begun?),
        Err(stop) => {
            if matches!(stop, Stop::Refused(Refusal::StaffLoginWrong)) {
                app.count_wrong_password(&typed.network);
            }
            Err(stop)
        }
    }
}

/// The session; who has no TOTP finds a secret for this browser on the next page.
async fn begin(app: &App, tx: &mut Tx, typed: &SignIn, held: &Held) -> Result<([u8; 32], (Uuid, Option<Uuid>)), Fault> {
    let new = NewSession {
        staff: held.id,
        browser_hash: &typed.browser_hash,
        browser_name: typed.browser_name.as_deref(),
        network: &typed.network,
        level: Level::Password,
    };
    let (session, token) = session::begin(tx, &new, app.lives()).await?;
    let factor = if held.has_factor {
        None
    } else {
        let new = app.new_enrolment(&typed.browser_hash, None)?;
        factor::enrol(tx, held.id, &new).await?;
        Some(new.id)
    };
    Ok((token, (session, factor)))
}

fn key(username_folded: &str, network: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [PURPOSE, username_folded.as_bytes(), network.as_bytes()] {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().into()
}

//! What somebody of the desk sets for themselves: a new password, and keys of the keyboard.

use crate::app::staff::{Anybody, Proof};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, People};
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Level;
use crate::store::staff::login;
use crate::store::staff::session::{self, NewSession};

/// What somebody types to change their password.
pub struct Change {
    /// A fresh code.
    pub code: String,
    /// The hash their present password was compared with, where it fits.
    pub fitting: Option<String>,
    /// The hash of the new one; none where the present one did not fit.
    pub new_hash: Option<String>,
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<String>,
    /// The client network.
    pub network: String,
}

/// Changes the password: every session ends, and a new one begins. Returns its token.
pub async fn change_password(app: &App, proof: Anybody, change: &Change) -> Result<[u8; 32], Stop> {
    let staff = proof.by().staff();
    let changed = app
        .transact(Actor::Staff(staff), async |tx| {
            let event = |sessions| Event::People(People::PasswordChanged { staff, sessions });
            // first, and held against itself: the person's row before anything else
            let held = login::hold(tx, staff).await?;
            match app.step_up(tx, proof, &change.code).await? {
                Err(refusal @ (Refusal::CodesHeld(_) | Refusal::StaffSignInFirst)) => {
                    return Ok(Outcome::Nothing(Err(refusal)));
                }
                Err(refusal) => return Ok(Outcome::Refused(refusal, event(0))),
                Ok(_) => {}
            }
            let fits = held.is_some_and(|held| change.fitting.is_some() && held.password_hash == change.fitting);
            let Some(new_hash) = change.new_hash.as_deref().filter(|_| fits) else {
                return Ok(Outcome::Refused(Refusal::PasswordWrong, event(0)));
            };
            login::set_password(tx, staff, new_hash).await?;
            // this one too: who may have stolen it knew the old password
            let sessions = session::end_others(tx, staff, None).await?;
            let new = NewSession {
                staff,
                browser_hash: &change.browser_hash,
                browser_name: change.browser_name.as_deref(),
                network: &change.network,
                level: Level::Full,
            };
            let (_, token) = session::begin(tx, &new, app.lives()).await?;
            Ok(Outcome::Done(Ok(token), event(sessions)))
        })
        .await?;
    Ok(changed?)
}

/// Turns keys of the keyboard on or off.
pub async fn set_shortcuts(app: &App, proof: Anybody, on: bool) -> Result<(), Stop> {
    let staff = proof.by().staff();
    let set = app
        .transact(Actor::Staff(staff), async |tx| {
            let held = login::hold(tx, staff).await?;
            if held.is_none() || app.still(tx, proof).await?.is_none() {
                return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
            }
            login::set_shortcuts(tx, staff, on).await?;
            Ok(Outcome::Done(Ok(()), Event::People(People::ShortcutsSet { staff, on })))
        })
        .await?;
    Ok(set?)
}

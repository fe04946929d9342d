//! The code step of the desk: the session that had shown the password ends, and a new one is signed in.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, People};
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Level;
use crate::store::staff::session::{self, NewSession};

/// A code as typed, by the holder of a session that has shown the password.
pub struct Code {
    /// Whose session it is.
    pub staff: Uuid,
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<String>,
    /// The client network.
    pub network: String,
    /// The code.
    pub typed: String,
}

/// Gives the code; returns the token of the session that is signed in.
pub async fn give_code(app: &App, code: Code) -> Result<[u8; 32], Stop> {
    let risen = app
        .transact(Actor::Staff(code.staff), async |tx| {
            let held = session::hold(tx, &code.token_hash, &code.browser_hash, app.lives()).await?;
            let Some(held) = held.filter(|s| s.staff_id == code.staff && s.has_factor) else {
                return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
            };
            if held.level()? == Level::Full {
                return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
            }
            let event = |clock_seconds, rose_to| {
                let (staff, session, network) = (held.staff_id, held.id, code.network.clone());
                Event::People(People::Code { staff, session, clock_seconds, rose_to, network })
            };
            match app.staff_code(tx, held.staff_id, &code.typed).await? {
                Err(refusal @ Refusal::CodesHeld(_)) => Ok(Outcome::Nothing(Err(refusal))),
                Err(refusal) => {
                    let off = if let Refusal::CodeElsewhere(seconds) = refusal { Some(seconds) } else { None };
                    Ok(Outcome::Refused(refusal, event(off, None)))
                }
                Ok(_) => {
                    let new = NewSession {
                        staff: held.staff_id,
                        browser_hash: &code.browser_hash,
                        browser_name: code.browser_name.as_deref(),
                        network: &code.network,
                        level: Level::Full,
                    };
                    let (rose_to, token) = session::begin(tx, &new, app.lives()).await?;
                    Ok(Outcome::Done(Ok(token), event(None, Some(rose_to))))
                }
            }
        })
        .await?;
    Ok(risen?)
}

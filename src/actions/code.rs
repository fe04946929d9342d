//! The code step of a sign-in: a code of the authenticator app, or a recovery code.

use uuid::Uuid;

use crate::app::guess::Guess;
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::event::{Actor, Event, LoginCode};
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::{Level, Method};
use crate::store::Tx;
use crate::store::session::{self, NewSession, Session};

/// A code as typed, by the holder of a session that has shown the password.
pub struct Code {
    /// SHA-256 of the session's token.
    pub token_hash: [u8; 32],
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<String>,
    /// The client network.
    pub network: String,
    /// By what.
    pub method: Method,
    /// The code.
    pub typed: String,
}

/// Gives the code: the session that had shown the password ends, and a new one is signed in. Returns its token.
pub async fn code(app: &App, code: Code) -> Result<[u8; 32], Stop> {
    let risen = app
        .transact(Actor::User, async |tx| {
            let held = session::hold(tx, &code.token_hash, &code.browser_hash, app.lives()).await?;
            let Some(held) = held.filter(|s| s.level == Level::Password.code()) else {
                return Ok(Outcome::Nothing(Err(Refusal::SignInFirst)));
            };
            let mut event = LoginCode {
                account: held.account_id,
                session: held.id,
                method: code.method.code(),
                clock_seconds: None,
                known_browser: held.guard.known_browser,
                in_row: held.guard.in_row,
                rose_to: None,
                network: code.network.clone(),
            };
            match app.guess(tx, &held.guard, code.method, &code.typed).await? {
                None => Ok(Outcome::Nothing(Err(Refusal::SignInFirst))),
                Some(Guess::Held(refusal)) => Ok(Outcome::Nothing(Err(refusal))),
                Some(Guess::Wrong { refusal, in_row }) => {
                    app.warn_owner(tx, held.account_id, in_row, code.browser_name.as_deref()).await?;
                    event.in_row = in_row;
                    event.clock_seconds =
                        if let Refusal::CodeElsewhere(seconds) = refusal { Some(seconds) } else { None };
                    Ok(Outcome::Refused(refusal, Event::LoginCode(event)))
                }
                Some(Guess::Right(right)) => {
                    right.use_up(tx, &held.guard).await?;
                    let (rose_to, token) = rise(app, tx, &held, &code).await?;
                    event.rose_to = Some(rose_to);
                    Ok(Outcome::Done(Ok(token), Event::LoginCode(event)))
                }
            }
        })
        .await;
    Ok(risen??)
}

/// A session of another id and token begins in place of the one that had shown the password.
async fn rise(app: &App, tx: &mut Tx, held: &Session, code: &Code) -> Result<(Uuid, [u8; 32]), Fault> {
    let new = NewSession {
        account: held.account_id,
        browser_hash: &code.browser_hash,
        browser_name: code.browser_name.as_deref(),
        network: &code.network,
        level: Level::Full,
        // codes that were shown in this browser and not said to be kept are shown again
        activated: held.unkept,
    };
    session::begin(tx, &new, app.lives()).await
}

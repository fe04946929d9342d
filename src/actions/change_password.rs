//! Change of one's own password: every other session ends, and resets wait for some days.

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event};
use crate::model::letter::LetterKind;
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Level;
use crate::store::factor::WrongGuess;
use crate::store::session::{self, NewSession};
use crate::store::{factor, login};

/// What somebody signed in types to change their password.
pub struct Change {
    /// SHA-256 of the session's token.
    pub token_hash: [u8; 32],
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<String>,
    /// The client network.
    pub network: String,
    /// The hash their present password was compared with, where it fits.
    pub fitting: Option<String>,
    /// The hash of the new one; none where the present one did not fit.
    pub new_hash: Option<String>,
}

/// Changes it; returns the token of the session that goes on.
pub async fn change(app: &App, change: Change) -> Result<[u8; 32], Stop> {
    let risen = app
        .transact(Actor::User, async |tx| {
            let held = session::hold(tx, &change.token_hash, &change.browser_hash, app.lives()).await?;
            let Some(held) = held.filter(|s| s.level == Level::Full.code()) else {
                return Ok(Outcome::Nothing(Err(Refusal::SignInFirst)));
            };
            let account = held.account_id;
            if let Some(refusal) = app.held(&held.guard) {
                return Ok(Outcome::Nothing(Err(refusal)));
            }
            let fits = change.fitting.is_some() && change.fitting == held.password_hash;
            let Some(new_hash) = change.new_hash.as_deref().filter(|_| fits) else {
                factor::count_wrong(tx, &held.guard, app.kept_guesses(), WrongGuess::Password).await?;
                return Ok(Outcome::Refused(Refusal::PasswordWrong, Event::PasswordChanged { account, sessions: 0 }));
            };
            factor::forgive(tx, &held.guard).await?;
            login::change_password(tx, account, new_hash).await?;
            // this one too: who may have stolen it knew the old password
            let sessions = session::end_others(tx, account, None).await?;
            let new = NewSession {
                account,
                browser_hash: &change.browser_hash,
                browser_name: change.browser_name.as_deref(),
                network: &change.network,
                level: Level::Full,
                activated: held.activated,
            };
            let (_, token) = session::begin(tx, &new, app.lives()).await?;
            app.tell(tx, &held, LetterKind::PasswordChanged, change.browser_name.as_deref()).await?;
            Ok(Outcome::Done(Ok(token), Event::PasswordChanged { account, sessions }))
        })
        .await??;
    Ok(risen)
}

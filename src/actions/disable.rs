//! *Disable TOTP*: password and code, and the next sign-in enrols anew with the grant it leaves.

use crate::app::activation::Whose;
use crate::app::guess::Guess;
use crate::app::{App, Outcome};
use crate::base::secret_hash;
use crate::model::event::{Actor, Event};
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::{Level, Method};
use crate::store::factor::{Holder, WrongGuess};
use crate::store::{factor, session};

/// What somebody signed in types to disable their TOTP.
pub struct Disable {
    /// SHA-256 of the session's token.
    pub token_hash: [u8; 32],
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<String>,
    /// The hash their password was compared with, where it fits.
    pub fitting: Option<String>,
    /// By what the second factor is proved.
    pub method: Method,
    /// The code.
    pub typed: String,
    /// The secret this browser will hold as its activation grant.
    pub grant_secret: [u8; 32],
}

/// Revokes the TOTP with its recovery codes and ends every session of the account.
pub async fn disable(app: &App, disable: Disable) -> Result<(), Stop> {
    let disabled = app
        .transact(Actor::User, async |tx| {
            let held = session::hold(tx, &disable.token_hash, &disable.browser_hash, app.lives()).await?;
            let Some(held) = held.filter(|s| s.level == Level::Full.code() && s.guard.credential_id.is_some()) else {
                return Ok(Outcome::Nothing(Err(Refusal::SignInFirst)));
            };
            let account = held.account_id;
            let refused = |refusal| Ok(Outcome::Refused(refusal, Event::TotpDisabled { account, effect: None }));
            if let Some(refusal) = app.held(&held.guard) {
                return Ok(Outcome::Nothing(Err(refusal)));
            }
            if disable.fitting.is_none() || disable.fitting != held.password_hash {
                factor::count_wrong(tx, &held.guard, app.kept_guesses(), WrongGuess::Password).await?;
                return refused(Refusal::PasswordWrong);
            }
            match app.guess(tx, &held.guard, disable.method, &disable.typed).await? {
                Some(Guess::Right(right)) => right.use_up(tx, &held.guard).await?,
                Some(Guess::Wrong { refusal, in_row }) => {
                    app.warn_owner(tx, account, in_row, disable.browser_name.as_deref()).await?;
                    return refused(refusal);
                }
                Some(Guess::Held(refusal)) => return Ok(Outcome::Nothing(Err(refusal))),
                None => return Ok(Outcome::Nothing(Err(Refusal::SignInFirst))),
            }
            let place = disable.browser_name.as_deref();
            let whose = Whose { account, language: held.language()?, addresses: held.addresses, place };
            let holder = Holder::Browser(&secret_hash(&disable.grant_secret));
            let effect = app.disable(tx, whose, holder).await?.effect;
            Ok(Outcome::Done(Ok(()), Event::TotpDisabled { account, effect: Some(effect) }))
        })
        .await;
    Ok(disabled??)
}

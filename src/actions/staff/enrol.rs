//! The first TOTP of somebody of the desk: a secret is shown to one browser, and a first code proves it.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::totp::Verdict;
use crate::model::event::{Actor, Event, People};
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Level;
use crate::store::Tx;
use crate::store::staff::factor;
use crate::store::staff::session::{self, NewSession, Session};

/// Who enrols: the holder of a session that has shown the password.
pub struct Holder {
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
}

/// Begins anew: a secret that was shown before and not proved is never active.
pub async fn begin(app: &App, holder: &Holder) -> Result<(), Stop> {
    let begun = app
        .transact(Actor::Staff(holder.staff), async |tx| {
            let Some(held) = hold(app, tx, holder).await? else {
                return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
            };
            let event = |factor| Event::People(People::Enrolling { staff: held.staff_id, factor });
            if held.has_factor {
                return Ok(Outcome::Refused(Refusal::AlreadyActive, event(None)));
            }
            let new = app.new_enrolment(&holder.browser_hash, None)?;
            factor::enrol(tx, held.staff_id, &new).await?;
            Ok(Outcome::Done(Ok(()), event(Some(new.id))))
        })
        .await?;
    Ok(begun?)
}

/// The first code: the secret is their TOTP from now on, every session ends, and a new one is signed in. Returns its token.
pub async fn confirm(app: &App, holder: &Holder, shown: Uuid, typed: &str) -> Result<[u8; 32], Stop> {
    let risen = app
        .transact(Actor::Staff(holder.staff), async |tx| {
            let Some(held) = hold(app, tx, holder).await? else {
                return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
            };
            let staff = held.staff_id;
            let event = |rose_to| Event::People(People::Enrolled { staff, factor: shown, rose_to });
            let refused = |refusal| Ok(Outcome::Refused(refusal, event(None)));
            if held.has_factor {
                return refused(Refusal::AlreadyActive);
            }
            let there = factor::hold(tx, staff).await?;
            let ours = there.filter(|f| f.id == shown && f.browser_hash.as_deref() == Some(&holder.browser_hash[..]));
            let Some(there) = ours else { return refused(Refusal::EnrolmentGone) };
            match app.judge_staff(&there, typed)? {
                Verdict::Wrong => refused(Refusal::CodeWrong),
                Verdict::Elsewhere { step, seconds } => {
                    if seconds > 0 {
                        factor::burn(tx, there.id, step).await?;
                    }
                    refused(Refusal::CodeElsewhere(seconds))
                }
                Verdict::Right { step } if there.burned.contains(&step) => refused(Refusal::CodeReplayed),
                Verdict::Right { step } => {
                    factor::prove(tx, there.id, step).await?;
                    let sessions = session::end_others(tx, staff, None).await?;
                    let (rose_to, token) = rise(app, tx, holder, staff).await?;
                    Ok(Outcome::Done(Ok(token), event(Some((rose_to, sessions)))))
                }
            }
        })
        .await?;
    Ok(risen?)
}

async fn hold(app: &App, tx: &mut Tx, holder: &Holder) -> Result<Option<Session>, Fault> {
    let held = session::hold(tx, &holder.token_hash, &holder.browser_hash, app.lives()).await?;
    Ok(held.filter(|held| held.staff_id == holder.staff))
}

async fn rise(app: &App, tx: &mut Tx, holder: &Holder, staff: Uuid) -> Result<(Uuid, [u8; 32]), Fault> {
    let new = NewSession {
        staff,
        browser_hash: &holder.browser_hash,
        browser_name: holder.browser_name.as_deref(),
        network: &holder.network,
        level: Level::Full,
    };
    session::begin(tx, &new, app.lives()).await
}

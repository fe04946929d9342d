//! A mail with the form of a permission: it lets the browser that asked go on, or it permits nothing.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::random;
use crate::model::event::{Actor, Event, Inbound, MailRef};
use crate::model::permission::{Claim, Why, fold_claimed};
use crate::model::refusal::Stop;
use crate::model::request::Step;
use crate::store::Tx;
use crate::store::inbound::permission::{self, Grant, Permissible};

/// Grants what a mail claims, or notes why it is nothing. Gives the mail with its request and account where it was granted; where
/// it was not, somebody of the desk should see it. The same mail read again gives the same answer.
pub async fn permit(app: &App, mail: Uuid, claim: Result<Claim, Why>) -> Result<Option<MailRef>, Stop> {
    app.transact(Actor::Worker("reader"), async |tx| {
        let of = MailRef { mail, ..MailRef::default() };
        if let Some((request, account)) = permission::granted_by(tx, mail).await? {
            return Ok(Outcome::Nothing(Some(MailRef { request: Some(request), account: Some(account), ..of })));
        }
        let decided = match &claim {
            Ok(_) if !app.config().inbound.permission => Err(Why::Off),
            Ok(claim) => decide(app, tx, claim).await?.map(|found| (found, claim)),
            Err(why) => Err(*why),
        };
        let (found, claim) = match decided {
            Ok(decided) => decided,
            Err(why) => {
                let event = Inbound::PermissionRefused { of, why: why.code() };
                return Ok(Outcome::Done(None, Event::Inbound(event)));
            }
        };
        let of = MailRef { request: Some(found.request_id), account: Some(found.account_id), ..of };
        let id = random::id();
        let grant = Grant {
            id,
            mail,
            request: found.request_id,
            account: found.account_id,
            message_id: &claim.message_id,
            browser_hash: found.browser_hash.as_deref().unwrap_or_default(),
        };
        permission::grant(tx, &grant).await?;
        Ok(Outcome::Done(Some(of), Event::Inbound(Inbound::PermissionGranted { of, permission: id })))
    })
    .await
}

/// The request that is permitted, held; or why none is.
async fn decide(app: &App, tx: &mut Tx, claim: &Claim) -> Result<Result<Permissible, Why>, Fault> {
    let asked = permission::asked_by(tx, &claim.from).await?;
    let Some(request) = asked.into_iter().find(|id| app.permission_code(*id) == claim.code) else {
        return Ok(Err(Why::NoRequest));
    };
    let Some(found) = permission::hold(tx, request).await? else { return Ok(Err(Why::NoRequest)) };
    // asked only now: whoever holds the account was there before us
    if permission::is_known(tx, &claim.message_id).await? {
        return Ok(Err(Why::Repeated));
    }
    let named = found.folded == claim.from && fold_claimed(&found.user_id) == claim.user_id;
    let open = found.state()?.step(Step::Open).is_ok() && found.browser_hash.is_some();
    Ok(match () {
        () if found.permitted => Err(Why::Again),
        () if !named || !open => Err(Why::NoRequest),
        () if !found.possible => Err(Why::Account),
        () => Ok(found),
    })
}

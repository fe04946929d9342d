//! The browser that asked goes on with a permission by mail.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, Inbound, MailRef};
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::Step;
use crate::store::inbound::permission;

/// Makes the link that opens the confirm page to this browser alone; none where no mail permits it. It may be repeated: there is
/// one link, with one count of wrong passwords.
pub async fn go_on(app: &App, request: Uuid, browser_hash: &[u8; 32]) -> Result<Option<Uuid>, Stop> {
    app.transact(Actor::User, async |tx| {
        let Some(live) = permission::hold_live(tx, request, browser_hash).await? else {
            return Ok(Outcome::Nothing(None));
        };
        let of = MailRef {
            mail: live.inbound_id,
            request: Some(live.request_id),
            account: Some(live.account_id),
            ..MailRef::default()
        };
        if live.link.is_some() {
            return Ok(Outcome::Nothing(live.link));
        }
        let possible = match permission::hold(tx, request).await? {
            Some(found) => found.possible && found.state()?.step(Step::Open).is_ok(),
            None => false,
        };
        if !possible {
            let event = Event::Inbound(Inbound::PermissionUsed { of, link: None });
            return Ok(Outcome::Refused(Refusal::NotPossibleNow, event));
        }
        let link = permission::link(tx, &live, app.link_key_id()).await?;
        Ok(Outcome::Done(Some(link), Event::Inbound(Inbound::PermissionUsed { of, link: Some(link) })))
    })
    .await
}

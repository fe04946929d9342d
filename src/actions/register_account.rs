//! A portal states an account: it is made, or what differs of it is changed, and whoever could know better is told.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::app::once::Answer;
use crate::app::portal::{Scoped as _, WritesAccounts};
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::random;
use crate::model::account::{fold_address, fold_user_id, mask_address};
use crate::model::event::{Actor, Event, Portal as Told};
use crate::model::letter::LetterKind;
use crate::model::portal_account::{Change, Standing, Stated, There};
use crate::model::refusal::{Refusal, Stop};
use crate::store::answer::Once;
use crate::store::letter::Post;
use crate::store::portal::notices::{self, Due};
use crate::store::proposal::settle;
use crate::store::{Tx, portal as portals, portal_account as accounts, session};

/// Notices of changes about one account, and to one address, in a day at most: a stolen key is no way to fill a mailbox.
const NOTICES_A_DAY: i64 = 30;

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Registered {
    /// The account.
    pub account: Uuid,
    /// Whether it was made just now.
    pub made: bool,
    /// How it stands.
    pub standing: Standing,
}

impl Answer for Registered {
    fn account(&self) -> Option<Uuid> {
        Some(self.account)
    }
}

type Ended = Result<Outcome<Result<Registered, Refusal>>, Fault>;

/// Makes the account of that User ID for the portal, or changes what differs; where nothing does, nothing is done.
pub async fn register(
    app: &App,
    by: WritesAccounts,
    once: Option<&Once>,
    user_id: &str,
    stated: &Stated,
) -> Result<Registered, Stop> {
    let portal = by.caller().portal();
    app.transact_once(Actor::Portal(portal), once, async |tx| {
        let folded = fold_user_id(user_id);
        let mut there = accounts::hold(tx, &folded).await?;
        if there.is_none() {
            accounts::wait_for(tx, &folded).await?;
            there = accounts::hold(tx, &folded).await?;
        }
        if there.is_none() {
            if let Some(made) = make(tx, portal, user_id, stated).await? {
                return Ok(made);
            }
            // an import, which waits for nobody here, made it meanwhile
            there = accounts::hold(tx, &folded).await?;
        }
        let there = there.ok_or_else(|| Fault::broken("an account that was there is gone"))?;
        change(app, tx, portal, &there, &folded, stated).await
    })
    .await
}

/// Makes it; nothing where somebody else did.
async fn make(
    tx: &mut Tx,
    portal: Uuid,
    user_id: &str,
    stated: &Stated,
) -> Result<Option<Outcome<Result<Registered, Refusal>>>, Fault> {
    let account = random::id();
    if !accounts::make(tx, account, user_id, stated, portal).await? {
        return Ok(None);
    }
    let standing = accounts::seen(tx, &fold_user_id(user_id), portal).await?;
    let addresses = 1 + i64::from(stated.email_2.is_some());
    let event = Told::AccountRegistered { account, user_type: stated.user_type, addresses };
    Ok(Some(Outcome::Done(Ok(Registered { account, made: true, standing }), Event::Portal(event))))
}

async fn change(app: &App, tx: &mut Tx, portal: Uuid, there: &There, folded: &str, stated: &Stated) -> Ended {
    let account = there.id;
    if there.portal.is_some_and(|own| own != portal) {
        return Ok(Outcome::Nothing(Err(Refusal::UserIdTaken)));
    }
    let changes = there.changes(stated, portal);
    if changes.is_empty() {
        let standing = accounts::seen(tx, folded, portal).await?;
        return Ok(Outcome::Nothing(Ok(Registered { account, made: false, standing })));
    }
    let moves = changes.contains(&Change::Email);
    let event = |letters| {
        let changed = changes.iter().map(|change| change.code()).collect();
        let (former, address) = (moves.then(|| there.email.clone()), moves.then(|| stated.email.clone()));
        Event::Portal(Told::AccountChanged { account, changed, letters, former, address })
    };
    if let Some(refusal) = there.hindrance(stated, &changes) {
        return Ok(Outcome::Refused(refusal, event(0)));
    }
    if let Some(until) = too_many(app, tx, account, portal, &there.told(stated, &changes)).await? {
        return Ok(Outcome::Nothing(Err(Refusal::TooMany(until))));
    }
    let password = stated.password_changed_at.filter(|_| changes.contains(&Change::Password));
    accounts::change(tx, account, stated, portal, password).await?;
    let letters = tell(app, tx, portal, there, stated, &changes).await?;
    let standing = accounts::seen(tx, folded, portal).await?;
    Ok(Outcome::Done(Ok(Registered { account, made: false, standing }), event(letters)))
}

/// Until when nothing is told any more: of that account, to one of those addresses (one for each letter), or by that portal.
async fn too_many(
    app: &App,
    tx: &mut Tx,
    account: Uuid,
    portal: Uuid,
    told: &[String],
) -> Result<Option<DateTime<Utc>>, Fault> {
    if told.is_empty() || !app.has_limits() {
        return Ok(None);
    }
    let notices = accounts::notices(tx, account).await?;
    if let Some(until) = notices.until.filter(|_| notices.count >= NOTICES_A_DAY) {
        return Ok(Some(until));
    }
    // accounts are invented at will, so each address is counted whoever's it is called
    let mut each: BTreeMap<&str, i64> = BTreeMap::new();
    for address in told {
        *each.entry(address).or_default() += 1;
    }
    let key =
        |what: &[u8], of: &[u8]| Sha256::new().chain_update(what).chain_update([0]).chain_update(of).finalize().into();
    let address = |(address, letters): (&str, i64)| Due {
        key: key(b"address", address.as_bytes()),
        letters,
        most: NOTICES_A_DAY,
    };
    let portals = Due {
        key: key(b"portal", portal.as_bytes()),
        letters: each.values().sum(),
        most: app.config().limits.portal_notices_per_day.into(),
    };
    let due: Vec<Due> = each.into_iter().map(address).chain([portals]).collect();
    let full = notices::count(tx, &due).await?;
    if full.as_ref().is_some_and(|full| full.key == portals.key) {
        tracing::warn!(%portal, "a portal caused as many notices as it may in a day");
    }
    Ok(full.map(|full| full.until))
}

/// Moves addresses, ends what the changes put in doubt, and tells every address that is on file or was; returns how many
/// letters those are.
async fn tell(
    app: &App,
    tx: &mut Tx,
    portal: Uuid,
    there: &There,
    stated: &Stated,
    changes: &[Change],
) -> Result<i64, Fault> {
    let account = there.id;
    let count = 1 + i64::from(there.email_2.is_some() || stated.email_2.is_some());
    let language = stated.language.unwrap_or(there.language);
    let first = Some(stated.email.as_str()).filter(|_| changes.contains(&Change::Email));
    let second = stated.email_2.as_deref().filter(|_| changes.contains(&Change::Email2));
    let moved = [(1, first, Some(there.email.as_str())), (2, second, there.email_2.as_deref())];
    if first.is_some() {
        settle::end_links(tx, account).await?;
    }
    for (position, address, _) in moved {
        if let Some(address) = address {
            settle::change_address(tx, account, position, address, None).await?;
        }
    }
    // one that only changed its place is told there
    let stays = |former: &str| {
        let still = [Some(stated.email.as_str()), stated.email_2.as_deref().or(there.email_2.as_deref())];
        still.into_iter().flatten().any(|address| fold_address(address) == fold_address(former))
    };
    let mut letters = 0;
    for (_, address, former) in moved {
        let Some(address) = address else { continue };
        let masked = mask_address(address);
        let letter = app.letter(account, LetterKind::AddressChanged, language);
        let former = former.filter(|former| !stays(former));
        letters += app.tell_all(tx, Post { place: Some(&masked), ..letter }, count, former).await?;
    }
    if changes.contains(&Change::Password) {
        session::end_others(tx, account, None).await?;
        let letter = app.letter(account, LetterKind::PasswordChanged, language);
        letters += app.tell_all(tx, letter, count, None).await?;
    }
    if changes.contains(&Change::Portal) {
        let name = portals::name(tx, portal).await?;
        let letter = app.letter(account, LetterKind::PortalClaimed, language);
        letters += app.tell_all(tx, Post { place: Some(&name), ..letter }, count, None).await?;
    }
    Ok(letters)
}

//! Keys of portals, made and revoked inside the transaction of whoever may: an operator, or an admin.

use uuid::Uuid;

use crate::base::fault::Fault;
use crate::base::{random, secret_hash};
use crate::model::access;
use crate::model::event::{Event, Known, Portal as Told};
use crate::model::letter::LetterKind;
use crate::model::portal::{LIVE_KEYS, Scope};
use crate::store::portal::Portal;
use crate::store::portal::key::{self, New};
use crate::store::staff::people;
use crate::store::{Tx, letter};

/// A key that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its id.
    pub id: Uuid,
    /// Its token, which nobody can show again.
    pub token: String,
}

/// What a new key is like.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Where it may come from; empty for anywhere.
    pub networks: Vec<String>,
    /// Days it lives; until it is revoked where none is said.
    pub days: Option<i32>,
}

impl Wanted {
    /// What the log says of such a key.
    pub fn event(&self, portal: Uuid, key: Uuid) -> Event {
        let Self { scopes, networks, days } = self.clone();
        Event::Portal(Told::KeyMade { portal, key, scopes, networks, days: days.unwrap_or(0) })
    }
}

/// What the log says of a portal.
pub fn known(portal: &Portal) -> Known {
    let Portal { id, slug, name, return_url } = portal.clone();
    Known { portal: id, slug, name, return_url }
}

/// Whether a portal that is held has no place for another key.
pub async fn is_full(tx: &mut Tx, portal: &Portal) -> Result<bool, Fault> {
    Ok(key::live(tx, portal.id).await? >= LIVE_KEYS)
}

/// Makes a key of that id for a portal that is held and not full; all supervisors and auditors are told. Nothing where
/// a key of that id is there.
pub async fn make(tx: &mut Tx, id: Uuid, portal: &Portal, wanted: &Wanted) -> Result<Option<Made>, Fault> {
    let token = random::bytes::<32>()?;
    let token_hash = &secret_hash(&token);
    let (scopes, networks, days) = (wanted.scopes.as_slice(), wanted.networks.as_slice(), wanted.days.unwrap_or(0));
    if !key::make(tx, &New { id, portal, token_hash, scopes, networks, days }).await? {
        return Ok(None);
    }
    let told = people::overseers(tx).await?;
    let place = format!("portal-key:{}", portal.slug);
    letter::post_staff(tx, LetterKind::StaffNotice, &told, Some(&place), None).await?;
    Ok(Some(Made { id, token: access::write(access::Purpose::Portal, &token) }))
}

/// Revokes a key: a second later it opens nothing anywhere. What the log says of it; nothing where it opened nothing.
pub async fn end(tx: &mut Tx, id: Uuid) -> Result<Option<Event>, Fault> {
    let portal = key::revoke(tx, id).await?;
    Ok(portal.map(|portal| Event::Portal(Told::KeyRevoked { portal, key: id })))
}

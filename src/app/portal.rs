//! Proofs of a portal's key: which portal acts, by which key, and what that key may do.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::App;
use super::activation::Whose;
use super::staff::Looked;
use crate::base::fault::Fault;
use crate::model::account::fold_user_id;
use crate::model::portal::Scope;
use crate::model::refusal::Refusal;
use crate::store::Tx;
use crate::store::portal::held::{self, Held};

/// Which portal acts, and by which key. Only `app` makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    portal: Uuid,
    key: Uuid,
}

impl Caller {
    /// The portal.
    pub fn portal(self) -> Uuid {
        self.portal
    }

    /// The key.
    pub fn key(self) -> Uuid {
        self.key
    }
}

/// A proof that a key of a portal has a scope.
pub trait Scoped: Copy + Sized {
    /// The scope; none where any key will do.
    const SCOPE: Option<Scope>;
    /// Out of who acts, once the scopes were looked at.
    fn new(caller: Caller, looked: Looked) -> Self;
    /// Who acts.
    fn caller(self) -> Caller;
}

macro_rules! scoped {
    ($($(#[$doc:meta])* $name:ident: $scope:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(Caller);

        impl Scoped for $name {
            const SCOPE: Option<Scope> = $scope;
            fn new(caller: Caller, _: Looked) -> Self {
                Self(caller)
            }
            fn caller(self) -> Caller {
                self.0
            }
        }
    )*};
}

scoped! {
    /// Any portal.
    AnyPortal: None;
    /// Reads accounts.
    ReadsAccounts: Some(Scope::AccountsRead);
    /// Makes and changes accounts.
    WritesAccounts: Some(Scope::AccountsWrite);
    /// Enrols TOTP.
    Enrols: Some(Scope::Enrol);
    /// Asks whether codes are right.
    Verifies: Some(Scope::Verify);
    /// Disables TOTP.
    Disables: Some(Scope::Disable);
    /// Asks for resets.
    AsksResets: Some(Scope::Resets);
    /// Reads what happened.
    ReadsEvents: Some(Scope::Events);
}

/// An account that a portal changes: its letters name the portal as the place.
pub fn whose(held: &Held) -> Result<Whose<'_>, Fault> {
    Ok(Whose {
        account: held.guard.account_id,
        language: held.language()?,
        addresses: held.addresses,
        place: Some(&held.portal_name),
    })
}

/// SHA-256 of a name that a portal gives: two portals' names never meet.
pub fn name_hash(portal: Uuid, name: &str) -> [u8; 32] {
    Sha256::new().chain_update(portal.as_bytes()).chain_update([0]).chain_update(name).finalize().into()
}

impl App {
    /// Holds an account by its User ID for a portal: one that is locked, or another portal's, is refused.
    pub async fn hold_for_portal(
        &self,
        tx: &mut Tx,
        by: impl Scoped,
        user_id: &str,
        device: Option<&[u8; 32]>,
    ) -> Result<Result<Held, Refusal>, Fault> {
        let held = held::hold(tx, by.caller().portal(), &fold_user_id(user_id), device).await?;
        Ok(match held {
            Some(held) if held.locked => Err(Refusal::Locked),
            Some(held) => Ok(held),
            None => Err(Refusal::NotFound),
        })
    }

    /// The proof, where a key that opens something now has the scope.
    pub fn prove_key<P: Scoped>(&self, portal: Uuid, key: Uuid, scopes: &[Scope]) -> Option<P> {
        let has = P::SCOPE.is_none_or(|scope| scopes.contains(&scope));
        has.then(|| P::new(Caller { portal, key }, Looked::now()))
    }
}

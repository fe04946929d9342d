//! Who may enrol a new TOTP: the password alone is enough for nobody who had one.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::refusal::Refusal;

/// Hours a grant lives.
pub const GRANT_HOURS: i32 = 72;
/// Recovery codes made with each TOTP.
pub const RECOVERY_CODES: usize = 10;

/// A grant that was neither used nor revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Row id.
    pub id: Uuid,
    /// SHA-256 of the secret of the browser it was given to; none where it goes by mail alone.
    pub secret_hash: Option<Vec<u8>>,
    /// The portal it was handed to, and the SHA-256 of the text that portal holds.
    pub handed: Option<(Uuid, Vec<u8>)>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Whether an address of its account was changed after it was issued.
    pub moved: bool,
}

/// What a browser, or a portal, can show besides the password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// SHA-256 of its grant secret.
    pub secret_hash: Option<[u8; 32]>,
    /// The grant that its mailed activation link carries.
    pub mailed: Option<Uuid>,
    /// The portal that shows a grant it was handed, and the SHA-256 of that.
    pub handed: Option<(Uuid, [u8; 32])>,
}

/// What somebody who knows the password may do about TOTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entitled {
    /// Enrol, by that grant.
    ByGrant(Uuid),
    /// Enrol, by the password alone: the account never had TOTP, and the settings allow it.
    ByPassword,
    /// Nothing before a link is opened that only the registered address gets.
    No,
}

impl Entitled {
    /// The grant that the enrolment rests on; none where the password alone enrols.
    pub fn grant(self) -> Result<Option<Uuid>, Refusal> {
        match self {
            Self::ByGrant(grant) => Ok(Some(grant)),
            Self::ByPassword => Ok(None),
            Self::No => Err(Refusal::GrantRequired),
        }
    }
}

/// What `shown` entitles to at `now`.
pub fn entitled(
    grants: &[Grant],
    shown: &Shown,
    had_factor: bool,
    password_enrols_first: bool,
    now: DateTime<Utc>,
) -> Entitled {
    let holds = |grant: &&Grant| {
        let by_browser = shown.secret_hash.is_some_and(|hash| grant.secret_hash.as_deref() == Some(hash.as_slice()));
        let by_portal = shown.handed.is_some_and(|(portal, hash)| {
            grant.handed.as_ref().is_some_and(|(to, kept)| *to == portal && kept.as_slice() == hash.as_slice())
        });
        grant.expires_at > now && (by_browser || by_portal || shown.mailed == Some(grant.id))
    };
    match grants.iter().find(holds) {
        Some(grant) => Entitled::ByGrant(grant.id),
        None if !had_factor && password_enrols_first => Entitled::ByPassword,
        None => Entitled::No,
    }
}

/// The grant that a letter to the registered address may carry: one that is good at `now`, and was issued when that
/// address was on file. Whoever had the address changed would get an older one without any waiting.
pub fn mailable(grants: &[Grant], now: DateTime<Utc>) -> Option<Uuid> {
    grants.iter().find(|grant| grant.expires_at > now && !grant.moved).map(|grant| grant.id)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_grant_is_for_its_browser_or_its_mailed_link_and_for_a_time() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let id = Uuid::from_u128(7);
        let grant = |hash: Option<[u8; 32]>| Grant {
            id,
            secret_hash: hash.map(Vec::from),
            handed: None,
            expires_at: now + TimeDelta::hours(1),
            moved: false,
        };
        let browser = Shown { secret_hash: Some([1; 32]), ..Shown::default() };
        let stranger = Shown { secret_hash: Some([2; 32]), ..Shown::default() };
        let mailed = Shown { mailed: Some(id), ..Shown::default() };
        let later = now + TimeDelta::hours(1);
        for (grants, shown, at, expected) in [
            (vec![grant(Some([1; 32]))], browser, now, Entitled::ByGrant(id)),
            (vec![grant(Some([1; 32]))], browser, later, Entitled::No),
            (vec![grant(Some([1; 32]))], stranger, now, Entitled::No),
            (vec![grant(Some([1; 32]))], mailed, now, Entitled::ByGrant(id)),
            (vec![grant(None)], browser, now, Entitled::No),
            (vec![grant(None)], Shown::default(), now, Entitled::No),
            (vec![grant(None)], mailed, now, Entitled::ByGrant(id)),
            (vec![], mailed, now, Entitled::No),
        ] {
            assert_eq!(entitled(&grants, &shown, true, true, at), expected, "{grants:?} {shown:?}");
        }
    }

    #[test]
    fn a_grant_that_was_handed_on_is_for_that_portal() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let [id, portal, other] = [7, 8, 9].map(Uuid::from_u128);
        let handed = |to, hash: [u8; 32]| Grant {
            id,
            secret_hash: Some(vec![1; 32]),
            handed: Some((to, hash.to_vec())),
            expires_at: now + TimeDelta::hours(1),
            moved: false,
        };
        let shown = Shown { handed: Some((portal, [2; 32])), ..Shown::default() };
        let browsers = Shown { handed: Some((portal, [1; 32])), ..Shown::default() };
        for (grant, shown, expected) in [
            (handed(portal, [2; 32]), shown, Entitled::ByGrant(id)),
            (handed(other, [2; 32]), shown, Entitled::No),
            (handed(portal, [3; 32]), shown, Entitled::No),
            // what the browser holds is nothing in a portal's hands, nor the other way round
            (handed(portal, [2; 32]), browsers, Entitled::No),
            (Grant { handed: None, ..handed(portal, [2; 32]) }, browsers, Entitled::No),
            (handed(portal, [2; 32]), Shown { secret_hash: Some([2; 32]), ..Shown::default() }, Entitled::No),
        ] {
            assert_eq!(
                entitled(std::slice::from_ref(&grant), &shown, true, true, now),
                expected,
                "{grant:?} {shown:?}"
            );
        }
    }

    #[test]
    fn a_letter_carries_no_grant_that_is_older_than_its_address() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let grant = |id, hours, moved| Grant {
            id: Uuid::from_u128(id),
            secret_hash: None,
            handed: None,
            expires_at: now + TimeDelta::hours(hours),
            moved,
        };
        for (grants, expected) in [
            (vec![], None),
            (vec![grant(1, 1, false)], Some(1)),
            (vec![grant(1, 0, false)], None),
            (vec![grant(1, 1, true)], None),
            (vec![grant(1, 1, true), grant(2, 1, false)], Some(2)),
        ] {
            assert_eq!(mailable(&grants, now), expected.map(Uuid::from_u128), "{grants:?}");
        }
    }

    #[test]
    fn only_the_first_enrolment_may_need_the_password_alone() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let asks = |had, first| entitled(&[], &Shown::default(), had, first, now);
        assert_eq!(asks(false, true), Entitled::ByPassword);
        assert_eq!(asks(false, false), Entitled::No);
        assert_eq!(asks(true, true), Entitled::No);
    }
}

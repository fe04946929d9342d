//! The resolver's decision: what a request that was asked becomes, once somebody looks.

use chrono::{DateTime, Utc};

use super::account::UserType;
use super::letter::Hint;

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When.
    pub at: DateTime<Utc>,
    /// The address as it is compared.
    pub address: String,
    /// The Tipe User chosen.
    pub user_type: UserType,
}

/// What is known of the account with the typed User ID.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "a row of facts, each looked at once")]
pub struct Known {
    /// Its registered address as it is compared.
    pub address: String,
    /// Its Tipe User.
    pub user_type: UserType,
    /// Locked.
    pub locked: bool,
    /// Has an active TOTP.
    pub has_factor: bool,
    /// Resets are held until then, after *Ini bukan saya*.
    pub held_until: Option<DateTime<Utc>>,
    /// The last reset or cancel.
    pub last_ended_at: Option<DateTime<Utc>>,
    /// Self-service is frozen for it.
    pub frozen: bool,
    /// A reset of it is confirmed and waits for its time.
    pub waiting: bool,
    /// Letters asked for in the last hour.
    pub letters_last_hour: u32,
    /// A letter was asked for within the last 60 s.
    pub letter_just_now: bool,
    /// A request of it is under way that still has a living link.
    pub under_way: bool,
}

/// What becomes of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Mail a link.
    Mail,
    /// It shares the letter that is already under way.
    Join,
    /// Nothing, for that reason; the address on file is told what stands in the way where there is a hint.
    Miss(Miss, Option<Hint>),
}

/// Why a request matched nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// No such User ID.
    NoAccount,
    /// Not the registered address.
    WrongAddress,
    /// Asked before the last reset or cancel.
    Superseded,
    /// Enough letters for this hour, and none alive to share.
    Letters,
    /// Something the hint names.
    Hinted(Hint),
}

impl Miss {
    /// The word in the database and in events.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoAccount => "no-account",
            Self::WrongAddress => "wrong-address",
            Self::Superseded => "superseded",
            Self::Letters => "letters",
            Self::Hinted(hint) => hint.code(),
        }
    }
}

/// Decides. `letters_per_hour` is the limit for one stored address.
pub fn resolve(asked: &Asked, known: Option<&Known>, letters_per_hour: u32) -> Resolution {
    let Some(known) = known else { return Resolution::Miss(Miss::NoAccount, None) };
    if known.address != asked.address {
        return Resolution::Miss(Miss::WrongAddress, None);
    }
    if known.last_ended_at.is_some_and(|ended| asked.at <= ended) {
        return Resolution::Miss(Miss::Superseded, None);
    }
    let crowded = known.letter_just_now || known.letters_last_hour >= letters_per_hour;
    match obstacle(asked, known) {
        Some(hint) => Resolution::Miss(Miss::Hinted(hint), (!crowded).then_some(hint)),
        None if !crowded => Resolution::Mail,
        None if known.under_way => Resolution::Join,
        None => Resolution::Miss(Miss::Letters, None),
    }
}

fn obstacle(asked: &Asked, known: &Known) -> Option<Hint> {
    if known.user_type != asked.user_type {
        Some(Hint::WrongType)
    } else if known.locked {
        Some(Hint::Locked)
    } else if known.frozen {
        Some(Hint::Frozen)
    } else if known.held_until.is_some_and(|until| asked.at < until) {
        Some(Hint::Held)
    } else if known.waiting {
        Some(Hint::Delayed)
    } else if !known.has_factor {
        Some(Hint::NoFactor)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH
    }

    fn asked() -> Asked {
        Asked { at: now(), address: "rina@maju.example".into(), user_type: UserType::Penyedia }
    }

    fn known() -> Known {
        Known {
            address: "rina@maju.example".into(),
            user_type: UserType::Penyedia,
            locked: false,
            has_factor: true,
            held_until: None,
            last_ended_at: None,
            frozen: false,
            waiting: false,
            letters_last_hour: 0,
            letter_just_now: false,
            under_way: false,
        }
    }

    #[test]
    fn the_right_person_gets_a_letter() {
        assert_eq!(resolve(&asked(), Some(&known()), 3), Resolution::Mail);
    }

    #[test]
    fn a_stranger_gets_none_and_the_owner_no_hint() {
        let other = Asked { address: "eve@evil.example".into(), ..asked() };
        let locked = Known { locked: true, ..known() };
        assert_eq!(resolve(&other, Some(&locked), 3), Resolution::Miss(Miss::WrongAddress, None));
        assert_eq!(resolve(&asked(), None, 3), Resolution::Miss(Miss::NoAccount, None));
    }

    #[test]
    fn what_stands_in_the_way_is_hinted() {
        for (known, hint) in [
            (Known { user_type: UserType::NonPenyedia, ..known() }, Hint::WrongType),
            (Known { locked: true, ..known() }, Hint::Locked),
            (Known { frozen: true, ..known() }, Hint::Frozen),
            (Known { held_until: Some(now() + TimeDelta::days(1)), ..known() }, Hint::Held),
            (Known { waiting: true, ..known() }, Hint::Delayed),
            (Known { has_factor: false, ..known() }, Hint::NoFactor),
        ] {
            assert_eq!(resolve(&asked(), Some(&known), 3), Resolution::Miss(Miss::Hinted(hint), Some(hint)));
            let crowded = Known { letters_last_hour: 3, ..known };
            assert_eq!(resolve(&asked(), Some(&crowded), 3), Resolution::Miss(Miss::Hinted(hint), None));
        }
    }

    #[test]
    fn beyond_the_limit_it_joins_what_is_under_way() {
        let crowded = Known { letters_last_hour: 3, under_way: true, ..known() };
        assert_eq!(resolve(&asked(), Some(&crowded), 3), Resolution::Join);
        let just_now = Known { letter_just_now: true, under_way: true, ..known() };
        assert_eq!(resolve(&asked(), Some(&just_now), 3), Resolution::Join);
        let nothing_alive = Known { letters_last_hour: 3, ..known() };
        assert_eq!(resolve(&asked(), Some(&nothing_alive), 3), Resolution::Miss(Miss::Letters, None));
    }

    #[test]
    fn what_is_older_than_the_last_reset_resolves_to_nothing() {
        let reset = Known { last_ended_at: Some(now()), ..known() };
        assert_eq!(resolve(&asked(), Some(&reset), 3), Resolution::Miss(Miss::Superseded, None));
    }
}

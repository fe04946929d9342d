//! How long a reset waits before it takes effect.

use chrono::{DateTime, TimeDelta, Utc};

/// The rules of waiting.
#[derive(Clone, Copy, Debug)]
pub struct DelayRules {
    /// Every reset waits so long.
    pub always: TimeDelta,
    /// It waits so long where the address or the password changed lately.
    pub care: TimeDelta,
    /// How long a change counts as late.
    pub care_for: TimeDelta,
    /// A protected account's reset waits so long.
    pub protected: TimeDelta,
}

impl DelayRules {
    /// The delay of a reset at `now`, of an account that is protected or not and whose address or password changed last
    /// at `changed_at`.
    pub fn of_reset(&self, protected: bool, changed_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> TimeDelta {
        let care = changed_at.is_some_and(|at| now < at + self.care_for);
        let always = if protected { self.always.max(self.protected) } else { self.always };
        if care { always.max(self.care) } else { always }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_change_delays_the_reset() {
        let rules = DelayRules {
            always: TimeDelta::zero(),
            care: TimeDelta::hours(24),
            care_for: TimeDelta::days(7),
            protected: TimeDelta::hours(30),
        };
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(100);
        assert_eq!(rules.of_reset(false, None, now), TimeDelta::zero());
        assert_eq!(rules.of_reset(false, Some(now - TimeDelta::days(6)), now), TimeDelta::hours(24));
        assert_eq!(rules.of_reset(false, Some(now - TimeDelta::days(7)), now), TimeDelta::zero());
        assert_eq!(rules.of_reset(true, None, now), TimeDelta::hours(30));
        let slow = DelayRules { always: TimeDelta::hours(48), ..rules };
        assert_eq!(slow.of_reset(false, Some(now), now), TimeDelta::hours(48));
    }
}

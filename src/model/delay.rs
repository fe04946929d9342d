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
}

impl DelayRules {
    /// The delay of a reset at `now`, of an account whose address or password changed last at `changed_at`.
    pub fn of_reset(&self, changed_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> TimeDelta {
        let care = changed_at.is_some_and(|at| now < at + self.care_for);
        if care { self.always.max(self.care) } else { self.always }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_change_delays_the_reset() {
        let rules = DelayRules { always: TimeDelta::zero(), care: TimeDelta::hours(24), care_for: TimeDelta::days(7) };
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(100);
        assert_eq!(rules.of_reset(None, now), TimeDelta::zero());
        assert_eq!(rules.of_reset(Some(now - TimeDelta::days(6)), now), TimeDelta::hours(24));
        assert_eq!(rules.of_reset(Some(now - TimeDelta::days(7)), now), TimeDelta::zero());
        let slow = DelayRules { always: TimeDelta::hours(48), ..rules };
        assert_eq!(slow.of_reset(Some(now), now), TimeDelta::hours(48));
    }
}

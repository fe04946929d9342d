//! How many wrong guesses are allowed, and when the next one is.

use chrono::{DateTime, TimeDelta, Utc};

/// A window of time and the guesses allowed within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How long it is.
    pub span: TimeDelta,
    /// Wrong guesses after which it is full.
    pub most: u32,
}

/// A budget of wrong guesses: every window has to have room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget<const N: usize> {
    /// Its windows.
    pub windows: [Window; N],
}

impl<const N: usize> Budget<N> {
    /// When the next guess is allowed, if not at `now`; `wrong` holds the wrong guesses so far, newest first.
    pub fn held_until(&self, wrong: &[DateTime<Utc>], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let opens = |w: &Window| {
            let oldest_that_counts = usize::try_from(w.most).ok()?.checked_sub(1)?;
            wrong.get(oldest_that_counts).map(|at| *at + w.span)
        };
        self.windows.iter().filter_map(opens).max().filter(|opens| *opens > now)
    }

    /// How many guesses may still be wrong at `now` before the next one is held.
    pub fn left(&self, wrong: &[DateTime<Utc>], now: DateTime<Utc>) -> u32 {
        let room = |w: &Window| {
            let counted = wrong.iter().filter(|at| **at + w.span > now).count();
            w.most.saturating_sub(u32::try_from(counted).unwrap_or(u32::MAX))
        };
        self.windows.iter().map(room).min().unwrap_or(u32::MAX)
    }

    /// How many wrong guesses have to be remembered.
    pub fn remembered(&self) -> i32 {
        self.windows.iter().map(|w| w.most).max().and_then(|most| i32::try_from(most).ok()).unwrap_or(i32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    const BUDGET: Budget<2> = Budget {
        windows: [Window { span: TimeDelta::minutes(5), most: 2 }, Window { span: TimeDelta::hours(1), most: 3 }],
    };

    #[test]
    fn a_full_window_opens_when_its_oldest_guess_leaves_it() {
        assert_eq!(BUDGET.held_until(&[], at(0)), None);
        assert_eq!(BUDGET.held_until(&[at(10)], at(10)), None);
        assert_eq!(BUDGET.held_until(&[at(10), at(0)], at(10)), Some(at(300)));
        assert_eq!(BUDGET.held_until(&[at(10), at(0)], at(300)), None);
    }

    #[test]
    fn the_window_that_opens_last_decides() {
        let wrong = [at(400), at(10), at(0)];
        assert_eq!(BUDGET.held_until(&wrong, at(400)), Some(at(3_600)));
        assert_eq!(BUDGET.held_until(&wrong, at(3_600)), None);
        assert_eq!(BUDGET.remembered(), 3);
    }

    #[test]
    fn the_tightest_window_says_how_many_are_left() {
        assert_eq!(BUDGET.left(&[], at(0)), 2);
        assert_eq!(BUDGET.left(&[at(0)], at(10)), 1);
        assert_eq!(BUDGET.left(&[at(10), at(0)], at(10)), 0);
        assert_eq!(BUDGET.left(&[at(10), at(0)], at(310)), 1);
        for now in [0, 299, 300, 310, 3_600, 4_000] {
            let wrong = [at(400), at(10), at(0)];
            assert_eq!(BUDGET.left(&wrong, at(now)) == 0, BUDGET.held_until(&wrong, at(now)).is_some(), "{now}");
        }
    }
}

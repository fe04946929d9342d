//! When a letter that was not taken is tried again.

use chrono::TimeDelta;

use super::words::words;

words! {
    /// How an attempt to hand a letter to the relay failed.
    SendClass {
        /// The relay refuses this letter for good (5xx): it is not tried again.
        Permanent = "permanent",
        /// The relay asks for patience (4xx), broke off, or refused us for a reason that is not the letter's.
        Temporary = "temporary",
        /// No relay answers.
        Unreachable = "unreachable",
        /// No trustworthy TLS: nothing was sent, and nothing is ever sent in plain instead.
        Tls = "tls",
    }
}

/// Seconds before the second, third … attempt; the last one repeats.
const TEMPORARY: &[i64] = &[30, 60, 120, 300, 600, 900];
/// A relay that comes back finds every letter waiting no longer than a minute.
const UNREACHABLE: &[i64] = &[5, 10, 20, 30, 60];
/// Certificates are mended by people.
const TLS: &[i64] = &[120, 300, 600, 900];

/// A letter is given up once its waits add up to this.
pub const PATIENCE: TimeDelta = TimeDelta::hours(48);

/// How long to wait before the next attempt, after `attempts` in a row (1 or more) that failed with `class`; nothing
/// where the letter is given up.
pub fn retry_after(class: SendClass, attempts: u32) -> Option<TimeDelta> {
    let waits = match class {
        SendClass::Permanent => return None,
        SendClass::Temporary => TEMPORARY,
        SendClass::Unreachable => UNREACHABLE,
        SendClass::Tls => TLS,
    };
    let made = usize::try_from(attempts.max(1)).ok()? - 1;
    let last = *waits.last()?;
    let beyond = i64::try_from(made.saturating_sub(waits.len())).ok()?;
    let waited = waits.iter().take(made).sum::<i64>() + last.checked_mul(beyond)?;
    (waited < PATIENCE.num_seconds()).then(|| TimeDelta::seconds(waits.get(made).copied().unwrap_or(last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(class: SendClass) -> Vec<i64> {
        (1..).map_while(|n| retry_after(class, n)).map(|wait| wait.num_seconds()).collect()
    }

    #[test]
    fn each_class_has_its_pace() {
        assert_eq!(waits(SendClass::Permanent), Vec::<i64>::new());
        assert_eq!(waits(SendClass::Temporary)[..8], [30, 60, 120, 300, 600, 900, 900, 900]);
        assert_eq!(waits(SendClass::Unreachable)[..7], [5, 10, 20, 30, 60, 60, 60]);
        assert_eq!(waits(SendClass::Tls)[..5], [120, 300, 600, 900, 900]);
    }

    #[test]
    fn letters_are_given_up_after_two_days() {
        for class in [SendClass::Temporary, SendClass::Unreachable, SendClass::Tls] {
            let total: i64 = waits(class).iter().sum();
            let patience = PATIENCE.num_seconds();
            assert!((patience..patience + 900).contains(&total), "{class:?}: {total} s");
        }
    }

    #[test]
    fn a_relay_that_is_back_gets_every_letter_within_a_minute() {
        assert!(waits(SendClass::Unreachable).iter().all(|wait| *wait <= 60));
    }

    #[test]
    fn odd_counts_are_harmless() {
        assert_eq!(retry_after(SendClass::Temporary, 0), retry_after(SendClass::Temporary, 1));
        assert_eq!(retry_after(SendClass::Temporary, u32::MAX), None);
        for &class in SendClass::ALL {
            assert_eq!(SendClass::from_code(class.code()), Some(class));
        }
    }
}

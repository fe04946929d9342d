//! Samples that auditors draw and what they say of each event: the rule is the same everywhere and for ever.
//!
//! Each event of the period and the class gets the SHA-256 of `<seed>:<event id>` (the id as it stands in its bytes, in
//! UTF-8); those with the least make up the sample. So anybody who has the events can draw it again, an event that is
//! written outside the period changes nothing, and one inside it takes the place of one other at most.

use chrono::{Datelike as _, NaiveDate};

use super::event::kinds;
use super::history::Group;
use super::search::{date, days};
use super::words::words;

/// Events of a sample at most.
pub const SIZE_MAX: i64 = 100;
/// Events of a sample where nothing is said.
pub const SIZE: i64 = 25;
/// Days of a period at most.
const DAYS_MAX: i64 = 400;
/// The same for a class that holds much of everything.
const DAYS_MAX_OF_MUCH: i64 = 31;
/// Characters of a seed at most.
pub const SEED_MAX: usize = 64;
/// Characters of a note at most.
pub const NOTE_MAX: usize = 1000;

words! {
    /// Of what a sample is drawn; message keys `review-class-<code>`.
    Class {
        /// Everything.
        All = "all",
        /// Resets that were confirmed, scheduled or carried out.
        Resets = "resets",
        /// What two people decided.
        Decisions = "decisions",
        /// Links that the desk sent.
        Links = "links",
        /// Changes of the desk's people.
        People = "people",
        /// Whatever somebody of the desk did.
        Desk = "desk",
        /// What was refused.
        Refused = "refused",
    }
}

/// A class in the terms of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// All events.
    All,
    /// Those of these kinds.
    Kinds(Vec<&'static str>),
    /// Those that were refused.
    Refused,
    /// Those by somebody of the desk.
    Staff,
}

impl Class {
    /// Whether a sample can be drawn of so many days at once: each event of them is looked at.
    pub fn draws(self, from: NaiveDate, to: NaiveDate) -> bool {
        (to - from).num_days() < if matches!(self, Self::All | Self::Desk) { DAYS_MAX_OF_MUCH } else { DAYS_MAX }
    }

    /// Which events belong to it.
    pub fn drawn(self) -> Drawn {
        match self {
            Self::All => Drawn::All,
            Self::Resets => Drawn::Kinds(vec!["reset.confirmed", "reset.scheduled", "reset.executed"]),
            Self::Decisions => Drawn::Kinds(Group::Decisions.kinds()),
            Self::Links => Drawn::Kinds(vec!["case.link-sent", "inbound.linked", "links.renewed"]),
            Self::People => Drawn::Kinds(kinds().filter(|kind| PEOPLE.contains(kind)).collect()),
            Self::Desk => Drawn::Staff,
            Self::Refused => Drawn::Refused,
        }
    }
}

/// What changes who belongs to the desk, and with what rights.
const PEOPLE: [&str; 9] = [
    "staff.proposed",
    "staff.confirmed",
    "staff.rejected",
    "staff.withdrawn",
    "staff.disabled",
    "staff.added",
    "staff.invited",
    "staff.joined",
    "staff.mfa-reset",
];

words! {
    /// What an auditor says of an event; message keys `review-mark-<code>`.
    Mark {
        /// Nothing is wrong with it.
        Ok = "ok",
        /// Somebody has to answer for it.
        Question = "question",
        /// Something is wrong.
        Finding = "finding",
    }
}

/// A period of whole days, both included: a month as `2026-11`, or days as `a..b`, or one day.
pub fn period(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    if let Some(first) = date(&format!("{text}-01")).filter(|_| text.len() == 7) {
        let next = if first.month() == 12 {
            NaiveDate::from_ymd_opt(first.year() + 1, 1, 1)
        } else {
            NaiveDate::from_ymd_opt(first.year(), first.month() + 1, 1)
        };
        return Some((first, next?.pred_opt()?));
    }
    let (Some(from), Some(to)) = days(text)? else { return None };
    ((to - from).num_days() < DAYS_MAX).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_month_or_days() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(period("2026-11"), Some((day("2026-11-01"), day("2026-11-30"))));
        assert_eq!(period("2028-02"), Some((day("2028-02-01"), day("2028-02-29"))));
        assert_eq!(period("2026-12"), Some((day("2026-12-01"), day("2026-12-31"))));
        assert_eq!(period("2026-11-03..2026-11-05"), Some((day("2026-11-03"), day("2026-11-05"))));
        assert_eq!(period("2026-11-03"), Some((day("2026-11-03"), day("2026-11-03"))));
        for none in ["", "2026", "2026-13", "2026-11-03..", "2026-11-05..2026-11-03", "2024-01-01..2026-01-01", "é"] {
            assert_eq!(period(none), None, "{none}");
        }
    }

    #[test]
    fn much_is_drawn_from_a_month_at_most() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for class in Class::ALL {
            assert!(class.draws(day("2026-12-01"), day("2026-12-31")), "{class:?}");
            let much = matches!(class, Class::All | Class::Desk);
            assert_eq!(class.draws(day("2026-12-01"), day("2027-01-01")), !much, "{class:?}");
        }
    }

    #[test]
    fn every_class_has_kinds_that_exist() {
        for class in Class::ALL {
            if let Drawn::Kinds(named) = class.drawn() {
                assert!(!named.is_empty() && named.iter().all(|kind| kinds().any(|k| k == *kind)), "{class:?}");
            }
        }
        assert_eq!(Class::People.drawn(), Drawn::Kinds(kinds().filter(|k| PEOPLE.contains(k)).collect()));
        assert_eq!(kinds().filter(|k| PEOPLE.contains(k)).count(), PEOPLE.len());
    }
}

//! Figures of the auditor's reports: what is counted out of sealed events, by day.

pub mod memory;
pub mod report;
pub mod spread;
pub mod tally;

use chrono::{Datelike as _, Days, Months, NaiveDate};

use super::words::words;

words! {
    /// What is counted. Each count has a day and two words besides, `a` and `b`.
    Measure {
        /// Resets that took effect: by which way, and Tipe User.
        Reset = "reset",
        /// Requests: channel and Tipe User.
        Asked = "asked",
        /// Requests that were matched: whether with a letter of their own.
        Matched = "matched",
        /// Requests that were not: why.
        Unmatched = "unmatched",
        /// From the asking (or the new mail that was asked for) to the relay's 250: bucket of seconds.
        Handoff = "handoff",
        /// From that 250 to the first opening of the link: bucket of seconds.
        Click = "click",
        /// What became of mailed links.
        Link = "link",
        /// What became of letters: fate and kind.
        Letter = "letter",
        /// Cases: opened by reason, closed by outcome.
        Case = "case",
        /// First answers to cases: within their time or over it, by reason.
        Sla = "sla",
        /// Mails that came in: verdict and kind.
        Verdict = "verdict",
        /// What people of the desk did that others are compared with: person and deed.
        Officer = "officer",
        /// Approvals: who proposed, and who agreed.
        Pair = "pair",
        /// Approvals within a minute of the proposal: who agreed, and who had proposed.
        Quick = "quick",
        /// Decisions outside working hours: who decided, and about what.
        OffHours = "off-hours",
        /// What was rejected.
        Rejected = "rejected",
        /// *Ini bukan saya*.
        NotMe = "not-me",
        /// Steps of signing in: which, and how it ended.
        SignIn = "sign-in",
        /// Refused events: kind and refusal.
        Refused = "refused",
    }
}

/// A count over the days of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// First word.
    pub a: String,
    /// Second word; may be empty.
    pub b: String,
    /// How many.
    pub n: i64,
}

/// Days of a report at most.
pub const DAYS_MAX: i64 = 400;

/// The days a report is about, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// Why a range is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeFlaw {
    /// It cannot be read.
    Unreadable,
    /// Its end lies before its beginning.
    Backwards,
    /// It has more than [`DAYS_MAX`] days.
    TooLong,
}

impl RangeFlaw {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Unreadable, Self::Backwards, Self::TooLong];

    /// The suffix of its message key `reports-flaw-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Backwards => "backwards",
            Self::TooLong => "too-long",
        }
    }
}

impl Range {
    /// The month of a day.
    pub fn month_of(day: NaiveDate) -> Self {
        let from = day.with_day(1).unwrap_or(day);
        let next = from.checked_add_months(Months::new(1));
        Self { from, to: next.and_then(|next| next.checked_sub_days(Days::new(1))).unwrap_or(day) }
    }

    /// Reads a month, `2026-11`.
    pub fn month(text: &str) -> Result<Self, RangeFlaw> {
        format!("{}-01", text.trim()).parse().map(Self::month_of).map_err(|_| RangeFlaw::Unreadable)
    }

    /// Reads two days, `2026-11-01`.
    pub fn days(from: &str, to: &str) -> Result<Self, RangeFlaw> {
        let day = |text: &str| text.trim().parse::<NaiveDate>().map_err(|_| RangeFlaw::Unreadable);
        let range = Self { from: day(from)?, to: day(to)? };
        match range.len() {
            ..=0 => Err(RangeFlaw::Backwards),
            1..=DAYS_MAX => Ok(range),
            _ => Err(RangeFlaw::TooLong),
        }
    }

    /// How many days it has.
    pub fn len(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.len() < 1
    }

    /// The month it is, as `2026-11`; none where it is another range.
    pub fn as_month(self) -> Option<String> {
        (Self::month_of(self.from) == self).then(|| self.from.format("%Y-%m").to_string())
    }

    /// The month before its beginning, and the month after its end.
    pub fn beside(self) -> (Option<String>, Option<String>) {
        let name = |day: Option<NaiveDate>| day.map(|day| day.format("%Y-%m").to_string());
        (name(self.from.checked_sub_days(Days::new(1))), name(self.to.checked_add_days(Days::new(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_its_days_and_a_range_has_an_end() {
        let november = Range::month("2026-11").unwrap();
        assert_eq!(november, Range::days("2026-11-01", "2026-11-30").unwrap());
        assert_eq!((november.len(), november.as_month().as_deref()), (30, Some("2026-11")));
        assert_eq!(november.beside(), (Some("2026-10".to_owned()), Some("2026-12".to_owned())));
        assert_eq!(Range::month("2028-02").unwrap().len(), 29);
        assert_eq!(Range::days("2026-11-02", "2026-11-30").unwrap().as_month(), None);
        for text in ["", "2026", "2026-13", "November", "2026-11-01"] {
            assert_eq!(Range::month(text), Err(RangeFlaw::Unreadable), "{text}");
        }
        assert_eq!(Range::days("2026-11-30", "2026-11-01"), Err(RangeFlaw::Backwards));
        assert_eq!(Range::days("2026-01-01", "2027-02-04").unwrap().len(), 400);
        assert_eq!(Range::days("2026-01-01", "2027-02-05"), Err(RangeFlaw::TooLong));
        assert_eq!(Range::days("2026-11-31", "2026-12-01"), Err(RangeFlaw::Unreadable));
    }
}

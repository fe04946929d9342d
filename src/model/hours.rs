//! Working hours: when the desk answers, and how much working time lies between two moments.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// Days looked at before a search for working time is given up: a desk that never works answers at once.
const HORIZON: u64 = 400;
/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// From when to when, in minutes of the day; the end is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First minute.
    pub from: u16,
    /// The minute after the last.
    pub to: u16,
}

impl Range {
    /// Reads `08:00-16:00`; points are as good as colons.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let (from, to) = (minute(from)?, minute(to)?);
        (from < to).then_some(Self { from, to })
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, to } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once([':', '.'])?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let at = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && at <= DAY).then_some(at)
}

/// The ranges of each day, Monday first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week(pub [Vec<Range>; 7]);

impl Default for Week {
    fn default() -> Self {
        let day = || vec![Range { from: 8 * 60, to: 16 * 60 }];
        Self([day(), day(), day(), day(), day(), Vec::new(), Vec::new()])
    }
}

impl Week {
    /// Reads a day as it is typed: ranges with commas between them, or nothing.
    pub fn day(text: &str) -> Option<Vec<Range>> {
        let typed = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let mut ranges = typed.map(Range::parse).collect::<Option<Vec<_>>>()?;
        ranges.sort_by_key(|range| range.from);
        ranges.windows(2).all(|pair| pair[0].to <= pair[1].from).then_some(ranges)
    }

    /// A day as it is typed.
    pub fn typed(&self, day: usize) -> String {
        let ranges = self.0.get(day).map(Vec::as_slice).unwrap_or_default();
        ranges.iter().map(Range::to_string).collect::<Vec<_>>().join(", ")
    }

    /// As it is stored and told in events.
    pub fn to_json(&self) -> Value {
        json!((0..7).map(|day| self.typed(day)).collect::<Vec<_>>())
    }

    /// Reads that.
    pub fn from_json(value: &Value) -> Option<Self> {
        let days = value.as_array()?.iter().map(|day| Self::day(day.as_str()?)).collect::<Option<Vec<_>>>()?;
        Some(Self(days.try_into().ok()?))
    }
}

/// Days on which nobody works, with what they are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays(pub BTreeMap<NaiveDate, String>);

impl Holidays {
    /// Reads lines of `2026-12-25 Natal`; the number of the first line that cannot be read otherwise.
    pub fn typed(text: &str) -> Result<Self, usize> {
        let mut days = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let (date, name) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            let date = date.parse::<NaiveDate>().map_err(|_| at + 1)?;
            days.insert(date, name.trim().chars().filter(|c| !c.is_control()).take(80).collect());
        }
        Ok(Self(days))
    }

    /// The same lines.
    pub fn lines(&self) -> String {
        self.0.iter().map(|(date, name)| format!("{date} {name}").trim_end().to_owned() + "\n").collect()
    }

    /// As they are stored and told in events.
    pub fn to_json(&self) -> Value {
        json!(self.lines().lines().collect::<Vec<_>>())
    }

    /// Reads that.
    pub fn from_json(value: &Value) -> Option<Self> {
        let lines: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
        Self::typed(&lines?.join("\n")).ok()
    }
}

/// When the desk works.
#[derive(Clone, Debug)]
pub struct Hours {
    /// In this zone.
    pub zone: Tz,
    /// Its week.
    pub week: Week,
    /// But not on these days.
    pub holidays: Holidays,
}

impl Hours {
    /// The working spans of a day, in order.
    fn spans(&self, date: NaiveDate) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        if self.holidays.0.contains_key(&date) {
            return Vec::new();
        }
        let day = date.weekday().num_days_from_monday() as usize;
        let ranges = self.week.0.get(day).map(Vec::as_slice).unwrap_or_default();
        ranges.iter().filter_map(|range| Some((self.at(date, range.from)?, self.at(date, range.to)?))).collect()
    }

    fn at(&self, date: NaiveDate, minute: u16) -> Option<DateTime<Utc>> {
        let local = if minute == DAY {
            date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN)
        } else {
            date.and_hms_opt(u32::from(minute) / 60, u32::from(minute) % 60, 0)?
        };
        self.zone.from_local_datetime(&local).earliest().map(|at| at.with_timezone(&Utc))
    }

    fn days(&self, from: DateTime<Utc>) -> impl Iterator<Item = NaiveDate> + use<> {
        let first = from.with_timezone(&self.zone).date_naive();
        (0..HORIZON).filter_map(move |n| first.checked_add_days(Days::new(n)))
    }

    /// The moment at which so much working time has passed since `start`; `start` itself where nobody ever works.
    pub fn after(&self, start: DateTime<Utc>, working: TimeDelta) -> DateTime<Utc> {
        let mut left = working.max(TimeDelta::zero());
        for date in self.days(start) {
            for (from, to) in self.spans(date) {
                let from = from.max(start);
                if from >= to {
                    continue;
                }
                if left <= to - from {
                    return from + left;
                }
                left -= to - from;
            }
        }
        start
    }

    /// The working time between two moments; none where the second is not later.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let mut sum = TimeDelta::zero();
        for date in self.days(from) {
            let spans = self.spans(date);
            if self.at(date, 0).is_some_and(|midnight| midnight > to) {
                break;
            }
            for (start, end) in spans {
                sum += (end.min(to) - start.max(from)).max(TimeDelta::zero());
            }
        }
        sum
    }

    /// When something is due that stood still since `since`: what was left of its working time begins again now.
    pub fn resumed(&self, due: DateTime<Utc>, since: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        if due <= since { due + (now - since) } else { self.after(now, self.between(since, due)) }
    }

    /// The first moment of the day of `now`.
    pub fn midnight(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let local = now.with_timezone(&self.zone);
        self.at(local.date_naive(), 0).unwrap_or(now - TimeDelta::seconds(local.num_seconds_from_midnight().into()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hours(holidays: &str) -> Hours {
        let holidays = Holidays::typed(holidays).unwrap();
        Hours { zone: chrono_tz::Asia::Jakarta, week: Week::default(), holidays }
    }

    /// A time in Jakarta.
    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00+07:00").parse().unwrap()
    }

    #[test]
    fn an_evening_a_weekend_and_a_holiday_are_skipped() {
        let hours = hours("2026-11-23 Cuti");
        let eight = TimeDelta::hours(8);
        // Thursday, in the morning
        assert_eq!(hours.after(at("2026-11-19T08:00"), eight), at("2026-11-19T16:00"));
        assert_eq!(hours.after(at("2026-11-19T15:00"), eight), at("2026-11-20T15:00"));
        // Friday evening, over the weekend and the holiday on Monday
        assert_eq!(hours.after(at("2026-11-20T20:00"), eight), at("2026-11-24T16:00"));
        assert_eq!(hours.between(at("2026-11-20T15:00"), at("2026-11-24T09:00")), TimeDelta::hours(2));
        assert_eq!(hours.between(at("2026-11-24T09:00"), at("2026-11-20T15:00")), TimeDelta::zero());
    }

    #[test]
    fn what_stood_still_goes_on_with_what_was_left() {
        let hours = hours("");
        let due = at("2026-11-19T16:00");
        assert_eq!(hours.resumed(due, at("2026-11-19T14:00"), at("2026-11-20T10:00")), at("2026-11-20T12:00"));
        assert_eq!(hours.resumed(due, at("2026-11-19T17:00"), at("2026-11-19T18:00")), at("2026-11-19T17:00"));
    }

    #[test]
    fn a_desk_that_never_works_answers_at_once() {
        let never = Hours { week: Week(Default::default()), ..hours("") };
        assert_eq!(never.after(at("2026-11-19T08:00"), TimeDelta::hours(8)), at("2026-11-19T08:00"));
    }

    #[test]
    fn what_is_typed_is_read_and_shown_again() {
        assert_eq!(Week::day("13.00-16.00, 08:00-12:00").unwrap().len(), 2);
        for wrong in ["8-16", "16:00-08:00", "08:00-12:00, 11:00-13:00", "08:60-09:00", "08:00-25:00"] {
            assert_eq!(Week::day(wrong), None, "{wrong}");
        }
        assert_eq!(Week::from_json(&Week::default().to_json()), Some(Week::default()));
        let days = Holidays::typed("2026-12-25 Hari Natal\n\n2027-01-01").unwrap();
        assert_eq!(Holidays::from_json(&days.to_json()), Some(days));
        assert_eq!(Holidays::typed("2026-12-25\n25-12-2026"), Err(2));
    }

    proptest! {
        #[test]
        fn working_time_is_what_lies_between(start in 0_i64..40_000, minutes in 0_i64..10_000) {
            let hours = hours("2026-11-23\n2026-12-25");
            let start = at("2026-11-19T08:00") + TimeDelta::minutes(start);
            let due = hours.after(start, TimeDelta::minutes(minutes));
            prop_assert!(due >= start);
            prop_assert_eq!(hours.between(start, due), TimeDelta::minutes(minutes));
        }
    }
}

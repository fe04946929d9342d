//! A report: the figures of some days, and what they say of people.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::spread::Spread;
use super::{Cell, Measure, Range};
use crate::model::outlier::{self, Pair, Peers};

/// What officers are compared by: the word of `Measure::Officer`.
pub const DEEDS: [&str; 3] = ["proposed", "revealed", "searched"];

/// How far the log was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Leaves.
    pub leaves: i64,
    /// Leaves the log has besides.
    pub behind: i64,
    /// Time of the last event that was counted.
    pub at: Option<DateTime<Utc>>,
}

/// Somebody of the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Name.
    pub name: String,
    /// User name.
    pub username: String,
}

/// How long mail takes to a domain, measured live over the last 30 days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The domain.
    pub domain: String,
    /// Half, and 95 of 100, of its letters were taken by the relay within so many seconds.
    pub handed: Option<(i32, i32)>,
    /// Half, and 95 of 100, of its links were clicked within so many seconds after that.
    pub clicked: Option<(i32, i32)>,
    /// Links measured.
    pub samples: i32,
}

/// How wide a column of the chart by time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A day.
    Day,
    /// Seven days, from Monday.
    Week,
    /// A month.
    Month,
}

impl Step {
    /// The suffix of its message key `reports-step-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    fn of(range: Range) -> Self {
        match range.len() {
            ..=31 => Self::Day,
            32..=120 => Self::Week,
            _ => Self::Month,
        }
    }

    fn start(self, day: NaiveDate) -> NaiveDate {
        let back = match self {
            Self::Day => 0,
            Self::Week => day.weekday().num_days_from_monday(),
            Self::Month => day.day0(),
        };
        day.checked_sub_days(Days::new(back.into())).unwrap_or(day)
    }
}

/// The figures of some days.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which days.
    pub range: Range,
    /// The zone they are days of.
    pub zone: Tz,
    /// How far the log was counted.
    pub counted: Counted,
    /// How wide a column of time is.
    pub step: Step,
    /// Resets by columns of time, each with its first day.
    pub resets: Vec<(NaiveDate, i64)>,
    /// People that the figures name, by id.
    pub people: BTreeMap<String, Person>,
    /// Delay by recipient domain.
    pub domains: Vec<Domain>,
    cells: BTreeMap<&'static str, Vec<Cell>>,
}

impl Report {
    /// Out of counts by measure, and of resets by day.
    pub fn new(
        (range, zone, counted): (Range, Tz, Counted),
        counts: Vec<(String, Cell)>,
        days: &[(NaiveDate, i64)],
    ) -> Self {
        let mut cells: BTreeMap<&'static str, Vec<Cell>> = BTreeMap::new();
        for (measure, cell) in counts {
            if let Some(measure) = Measure::from_code(&measure) {
                cells.entry(measure.code()).or_default().push(cell);
            }
        }
        let step = Step::of(range);
        let mut columns: BTreeMap<NaiveDate, i64> = BTreeMap::new();
        for day in range.from.iter_days().take_while(|day| *day <= range.to) {
            columns.entry(step.start(day).max(range.from)).or_default();
        }
        for (day, n) in days {
            *columns.entry(step.start(*day).max(range.from)).or_default() += n;
        }
        let resets = columns.into_iter().collect();
        Self { range, zone, counted, step, resets, people: BTreeMap::new(), domains: Vec::new(), cells }
    }

    /// Counts of a measure.
    pub fn of(&self, measure: Measure) -> &[Cell] {
        self.cells.get(measure.code()).map(Vec::as_slice).unwrap_or_default()
    }

    /// All of a measure.
    pub fn total(&self, measure: Measure) -> i64 {
        self.of(measure).iter().map(|cell| cell.n).sum()
    }

    /// All of a measure whose first word is that.
    pub fn sum(&self, measure: Measure, a: &str) -> i64 {
        self.of(measure).iter().filter(|cell| cell.a == a).map(|cell| cell.n).sum()
    }

    /// A measure of delays.
    pub fn spread(&self, measure: Measure) -> Spread {
        Spread::of(self.of(measure))
    }

    /// Mailed links that had ended before they were opened, of 1,000.
    pub fn late_permille(&self) -> Option<i64> {
        let (late, mailed) = (self.sum(Measure::Link, "expired"), self.sum(Measure::Link, "mailed"));
        (late * 1000 + mailed / 2).checked_div(mailed)
    }

    /// Cases answered within their time, of 1,000.
    pub fn sla_permille(&self) -> Option<i64> {
        let (within, all) = (self.sum(Measure::Sla, "within"), self.total(Measure::Sla));
        (within * 1000 + all / 2).checked_div(all)
    }

    /// Ids of the people that the figures name.
    pub fn ids(&self) -> BTreeSet<&str> {
        let first = [Measure::Officer, Measure::OffHours].map(|m| self.of(m).iter().map(|cell| cell.a.as_str()));
        let both = [Measure::Pair, Measure::Quick]
            .map(|m| self.of(m).iter().flat_map(|cell| [cell.a.as_str(), cell.b.as_str()]));
        first.into_iter().flatten().chain(both.into_iter().flatten()).collect()
    }

    /// How often people did a deed, compared with all who did any.
    pub fn peers(&self, deed: &str) -> Peers {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for cell in self.of(Measure::Officer) {
            *counts.entry(cell.a.clone()).or_default() += if cell.b == deed { cell.n } else { 0 };
        }
        outlier::peers(&counts)
    }

    /// Pairs that agree with each other more than by chance.
    pub fn pairs(&self) -> Vec<Pair> {
        let counts = self.of(Measure::Pair).iter().map(|cell| ((cell.a.clone(), cell.b.clone()), cell.n));
        outlier::pairs(&counts.collect())
    }

    /// The same numbers as the page has, for machines.
    pub fn json(&self) -> Value {
        let spread = |measure| json!(self.spread(measure));
        let named = |measure: Measure| {
            let (a, b) = names(measure);
            let cell = |cell: &Cell| {
                let words = [(a, &cell.a), (b, &cell.b)].into_iter().filter(|(name, _)| !name.is_empty());
                let mut line: Map<String, Value> = words.map(|(name, word)| (name.to_owned(), json!(word))).collect();
                line.insert("n".to_owned(), json!(cell.n));
                Value::Object(line)
            };
            Value::Array(self.of(measure).iter().map(cell).collect())
        };
        let measures = Measure::ALL.iter().filter(|m| !matches!(m, Measure::Handoff | Measure::Click));
        let measures: Map<String, Value> = measures.map(|m| (m.code().to_owned(), named(*m))).collect();
        let people = self.people.iter().map(|(id, p)| (id, json!({ "name": p.name, "username": p.username })));
        let delay = |pair: Option<(i32, i32)>| pair.map(|(p50, p95)| json!({ "p50_seconds": p50, "p95_seconds": p95 }));
        let domains = self.domains.iter().map(|d| {
            json!({ "domain": d.domain, "handed_over": delay(d.handed), "clicked": delay(d.clicked), "samples": d.samples })
        });
        json!({
            "format": "pulih-report-1",
            "from": self.range.from, "to": self.range.to, "zone": self.zone.name(),
            "counted": { "leaves": self.counted.leaves, "behind": self.counted.behind, "until": self.counted.at },
            "resets_by": self.step.code(),
            "resets": self.resets.iter().map(|(day, n)| json!({ "from": day, "n": n })).collect::<Vec<_>>(),
            "counts": measures,
            "delay": {
                "precision_percent": 9,
                "asked_to_accepted": spread(Measure::Handoff),
                "accepted_to_opened": spread(Measure::Click),
            },
            "late_permille": self.late_permille(),
            "answered_in_time_permille": self.sla_permille(),
            "domains_last_30_days": domains.collect::<Vec<_>>(),
            "outliers": {
                "officers": DEEDS.iter().map(|deed| ((*deed).to_owned(), json!(self.peers(deed)))).collect::<Map<_, _>>(),
                "pairs": self.pairs(),
            },
            "staff": people.map(|(id, person)| (id.clone(), person)).collect::<Map<_, _>>(),
        })
    }
}

/// What the two words of a measure are, in JSON; empty where there is none.
fn names(measure: Measure) -> (&'static str, &'static str) {
    match measure {
        Measure::Reset => ("way", "user_type"),
        Measure::Asked => ("channel", "user_type"),
        Measure::Matched => ("letter", ""),
        Measure::Unmatched => ("reason", "told"),
        Measure::Handoff | Measure::Click => ("bucket", ""),
        Measure::Link => ("fate", ""),
        Measure::Letter => ("fate", "letter_kind"),
        Measure::Case => ("what", "why"),
        Measure::Sla => ("answered", "reason"),
        Measure::Verdict => ("verdict", "mail_kind"),
        Measure::Officer => ("staff", "deed"),
        Measure::Pair => ("proposer", "approver"),
        Measure::Quick => ("approver", "proposer"),
        Measure::OffHours => ("staff", "about"),
        Measure::Rejected => ("what", ""),
        Measure::NotMe => ("how", ""),
        Measure::SignIn => ("step", "ended"),
        Measure::Refused => ("kind", "refusal"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(measure: Measure, a: &str, b: &str, n: i64) -> (String, Cell) {
        (measure.code().to_owned(), Cell { a: a.to_owned(), b: b.to_owned(), n })
    }

    fn report(range: Range, counts: Vec<(String, Cell)>, days: &[(NaiveDate, i64)]) -> Report {
        Report::new((range, chrono_tz::Asia::Jakarta, Counted::default()), counts, days)
    }

    #[test]
    fn columns_of_time_cover_every_day_and_lose_nothing() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let resets = [(day("2026-11-01"), 2), (day("2026-11-30"), 3)];
        for (range, columns, first) in [
            (Range::month("2026-11").unwrap(), 30, "2026-11-01"),
            (Range::days("2026-11-01", "2026-12-31").unwrap(), 10, "2026-11-01"),
            (Range::days("2026-06-15", "2027-06-14").unwrap(), 13, "2026-06-15"),
        ] {
            let report = report(range, Vec::new(), &resets);
            assert_eq!(report.resets.len(), columns, "{range:?}");
            assert_eq!(report.resets[0].0, day(first));
            assert_eq!(report.resets.iter().map(|(_, n)| n).sum::<i64>(), 5);
        }
    }

    #[test]
    fn the_file_has_the_numbers_of_the_page() {
        let range = Range::month("2026-11").unwrap();
        let counts = vec![
            cell(Measure::Link, "mailed", "", 40),
            cell(Measure::Link, "expired", "", 3),
            cell(Measure::Sla, "within", "help", 9),
            cell(Measure::Sla, "over", "late", 1),
            cell(Measure::Handoff, "08", "", 4),
            cell(Measure::Officer, "7", "proposed", 2),
            cell(Measure::Pair, "7", "8", 2),
            ("of another version".to_owned(), Cell { a: String::new(), b: String::new(), n: 1 }),
        ];
        let report = report(range, counts, &[]);
        assert_eq!((report.late_permille(), report.sla_permille()), (Some(75), Some(900)));
        assert_eq!(report.ids().into_iter().collect::<Vec<_>>(), ["7", "8"]);
        let json = report.json();
        assert_eq!(json["counts"]["sla"][1], json!({ "answered": "over", "reason": "late", "n": 1 }));
        assert_eq!(json["delay"]["asked_to_accepted"]["count"], 4);
        assert_eq!(json["from"], "2026-11-01");
        assert_eq!(json["outliers"]["officers"]["proposed"]["few"], true);
        assert_eq!(report.late_permille().is_none(), report.sum(Measure::Link, "mailed") == 0);
    }
}

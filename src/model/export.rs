//! Which events an export takes: kinds, outcome and days, as they were typed.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::event::kinds;

/// The longest query, in bytes.
pub const LENGTH_MAX: usize = 400;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A JSON object on each line.
    Jsonl,
}

impl Format {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Jsonl];

    /// Its word, and the ending of the file's name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }
}

/// Which events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Any of these kinds; all where empty.
    pub kinds: Vec<&'static str>,
    /// `done` or `refused`; both where none.
    pub outcome: Option<&'static str>,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

impl Filter {
    /// Reads `kind:reset.confirmed kind:login outcome:refused at:2026-11-01..2026-11-30`; nothing typed is everything. A part
    /// that is none of these comes back.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LENGTH_MAX {
            return Err(text.chars().take(20).collect());
        }
        let mut filter = Self::default();
        for part in text.split_whitespace() {
            let taken = part.split_once(':').and_then(|(name, value)| filter.take(name, &value.to_lowercase()));
            taken.ok_or_else(|| part.to_owned())?;
        }
        Ok(filter)
    }

    fn take(&mut self, name: &str, value: &str) -> Option<()> {
        match name.to_lowercase().as_str() {
            "kind" | "jenis" => {
                // a family: all that stand before the same point
                let family = format!("{}.", value.trim_end_matches('*').trim_end_matches('.'));
                let found: Vec<_> = kinds().filter(|kind| *kind == value || kind.starts_with(&family)).collect();
                self.kinds.extend(&found);
                (!found.is_empty()).then_some(())
            }
            "outcome" | "hasil" => {
                self.outcome = Some(match value {
                    "done" | "selesai" => "done",
                    "refused" | "ditolak" => "refused",
                    _ => return None,
                });
                Some(())
            }
            "at" | "created" | "tanggal" => {
                let (from, to) = value.split_once("..").unwrap_or((value, value));
                (self.from, self.to) = (day(from).ok()?, day(to).ok()?);
                let ordered = self.from.zip(self.to).is_none_or(|(from, to)| from <= to);
                (ordered && (self.from.is_some() || self.to.is_some())).then_some(())
            }
            _ => None,
        }
    }

    /// The times from which and before which events happened, where days begin in that zone.
    pub fn bounds(&self, zone: Tz) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let begin = |day: NaiveDate| {
            let local = zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
            local.map_or_else(|| Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)), |at| at.with_timezone(&Utc))
        };
        (self.from.map(begin), self.to.and_then(|day| day.checked_add_days(Days::new(1))).map(begin))
    }
}

/// Something was written that is no day.
struct NoDay;

/// A day, or none where nothing is written.
fn day(text: &str) -> Result<Option<NaiveDate>, NoDay> {
    if text.is_empty() {
        return Ok(None);
    }
    // years that a database and a calendar can add a day to
    let read = text.parse::<NaiveDate>().ok().filter(|day| (2000..=2999).contains(&day.year()));
    read.map(Some).ok_or(NoDay)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_in_both_languages() {
        let english = Filter::parse("kind:reset.confirmed outcome:refused at:2026-11-01..2026-11-30").unwrap();
        let indonesian = Filter::parse(" jenis:reset.confirmed hasil:ditolak tanggal:2026-11-01..2026-11-30").unwrap();
        assert_eq!(english, indonesian);
        assert_eq!(english.kinds, ["reset.confirmed"]);
        assert_eq!(Filter::parse(""), Ok(Filter::default()));
        let family = Filter::parse("kind:login.*").unwrap().kinds;
        assert_eq!(family, ["login.password", "login.code", "login.warned"]);
        assert_eq!(Filter::parse("kind:login").unwrap().kinds, family);
    }

    #[test]
    fn a_part_that_is_nothing_comes_back() {
        for (text, bad) in [
            ("kind:reset.confirmed rina", "rina"),
            ("kind:nothing", "kind:nothing"),
            ("kind:", "kind:"),
            ("who:me", "who:me"),
            ("at:2026-11-30..2026-11-01", "at:2026-11-30..2026-11-01"),
            ("at:..", "at:.."),
            ("at:9999-01-01", "at:9999-01-01"),
            ("outcome:maybe", "outcome:maybe"),
        ] {
            assert_eq!(Filter::parse(text), Err(bad.to_owned()));
        }
        assert!(Filter::parse(&"é".repeat(300)).is_err());
    }

    #[test]
    fn days_begin_where_people_live() {
        let filter = Filter::parse("at:2026-11-01..2026-11-02").unwrap();
        let (from, to) = filter.bounds(chrono_tz::Asia::Jakarta);
        assert_eq!(from.unwrap().to_rfc3339(), "2026-10-31T17:00:00+00:00");
        assert_eq!(to.unwrap().to_rfc3339(), "2026-11-02T17:00:00+00:00");
        assert_eq!(Filter::parse("at:..2026-11-02").unwrap().bounds(chrono_tz::UTC).0, None);
    }
}

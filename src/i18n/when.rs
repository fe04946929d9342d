//! Times in words, in the viewer's zone: "21 November 2026 pukul 14.05 WIB".

use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Tz;

use super::Lang;

const BULAN: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Date, clock time and zone: "21 November 2026 pukul 14.05 WIB", "21 November 2026, 14:05 WIB".
pub fn moment(lang: Lang, zone: Tz, at: DateTime<Utc>) -> String {
    match lang {
        Lang::Id => format!("{} pukul {}", day(lang, zone, at), clock(lang, zone, at)),
        Lang::En => format!("{}, {}", day(lang, zone, at), clock(lang, zone, at)),
    }
}

/// The date alone: "21 November 2026".
pub fn day(lang: Lang, zone: Tz, at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&zone);
    let names = match lang {
        Lang::Id => BULAN,
        Lang::En => MONTHS,
    };
    let month = names.get(local.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {}", local.day(), local.year())
}

/// Clock time and zone: "14.05 WIB", "14:05 WIB".
pub fn clock(lang: Lang, zone: Tz, at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&zone);
    let dot = point(lang);
    format!("{:02}{dot}{:02} {}", local.hour(), local.minute(), zone_name(zone, at))
}

/// Clock time with seconds, without the zone: "14.05.30", "14:05:30".
pub fn seconds(lang: Lang, zone: Tz, at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&zone);
    let dot = point(lang);
    format!("{:02}{dot}{:02}{dot}{:02}", local.hour(), local.minute(), local.second())
}

/// The zone's name at that time: WIB, WITA, WIT, or "UTC+08" where the zone has no name of its own.
pub fn zone_name(zone: Tz, at: DateTime<Utc>) -> String {
    let name = at.with_timezone(&zone).format("%Z").to_string();
    if name.starts_with(['+', '-']) { format!("UTC{name}") } else { name }
}

fn point(lang: Lang) -> char {
    match lang {
        Lang::Id => '.',
        Lang::En => ':',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> DateTime<Utc> {
        "2026-11-21T07:05:30Z".parse().unwrap()
    }

    #[test]
    fn times_name_their_zone() {
        let table = [
            (Lang::Id, chrono_tz::Asia::Jakarta, "21 November 2026 pukul 14.05 WIB"),
            (Lang::En, chrono_tz::Asia::Jakarta, "21 November 2026, 14:05 WIB"),
            (Lang::Id, chrono_tz::Asia::Makassar, "21 November 2026 pukul 15.05 WITA"),
            (Lang::Id, chrono_tz::Asia::Jayapura, "21 November 2026 pukul 16.05 WIT"),
            (Lang::En, chrono_tz::Asia::Singapore, "21 November 2026, 15:05 UTC+08"),
        ];
        for (lang, zone, words) in table {
            assert_eq!(moment(lang, zone, at()), words);
        }
    }

    #[test]
    fn clocks_are_short() {
        assert_eq!(clock(Lang::Id, chrono_tz::Asia::Jakarta, at()), "14.05 WIB");
        assert_eq!(seconds(Lang::En, chrono_tz::Asia::Jakarta, at()), "14:05:30");
        let march = "2026-03-01T20:00:00Z".parse().unwrap();
        assert_eq!(day(Lang::Id, chrono_tz::Asia::Jakarta, march), "2 Maret 2026");
    }
}

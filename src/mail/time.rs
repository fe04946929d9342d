//! Times and durations in words.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::i18n::Lang;

/// A moment with its zone: `21 November 2026 pukul 14.05 WIB`.
pub fn moment(lang: Lang, zone: Tz, at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&zone);
    lang.ta(
        "mail-moment",
        &[
            ("day", &local.day().to_string()),
            ("month", &local.format("m%m").to_string()),
            ("year", &local.year().to_string()),
            ("hour", &local.format("%H").to_string()),
            ("minute", &local.format("%M").to_string()),
            ("zone", &local.format("%Z").to_string()),
        ],
    )
}

/// A duration in whole hours, or in minutes below two hours; rounded down, so that nothing is promised too long.
pub fn span(lang: Lang, span: TimeDelta) -> String {
    let minutes = span.num_minutes().max(0);
    let (key, count) =
        if minutes < 120 && minutes != 60 { ("mail-minutes", minutes) } else { ("mail-hours", minutes / 60) };
    let form = if count == 1 { "one" } else { "other" };
    lang.ta(key, &[("count", &count.to_string()), ("form", form)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn moments_name_their_zone() {
        let when = at("2026-11-21T07:05:00Z");
        assert_eq!(moment(Lang::Id, chrono_tz::Asia::Jakarta, when), "21 November 2026 pukul 14.05 WIB");
        assert_eq!(moment(Lang::Id, chrono_tz::Asia::Makassar, when), "21 November 2026 pukul 15.05 WITA");
        assert_eq!(moment(Lang::En, chrono_tz::Asia::Jayapura, when), "21 November 2026, 16:05 WIT");
        assert_eq!(
            moment(Lang::Id, chrono_tz::Asia::Jakarta, at("2026-08-01T17:00:00Z")),
            "2 Agustus 2026 pukul 00.00 WIB"
        );
    }

    #[test]
    fn spans_are_rounded_down() {
        let told = |minutes| span(Lang::Id, TimeDelta::minutes(minutes));
        assert_eq!(told(360), "6 jam");
        assert_eq!(told(419), "6 jam");
        assert_eq!(told(60), "1 jam");
        assert_eq!(told(90), "90 menit");
        assert_eq!(told(-5), "0 menit");
        assert_eq!(span(Lang::En, TimeDelta::hours(1)), "1 hour");
        assert_eq!(span(Lang::En, TimeDelta::hours(24)), "24 hours");
        assert_eq!(span(Lang::En, TimeDelta::minutes(1)), "1 minute");
    }
}

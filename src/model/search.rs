//! The search of the queue: words and operators, each with where it stands, so that a bad part can be shown.

use std::ops::Range;

use chrono::{NaiveDate, TimeDelta};

use super::account::UserType;
use super::desk::CaseState;
use super::pieces::{Piece, Uncut, pieces};

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Whether it must not hold.
    pub not: bool,
    /// What must hold.
    pub what: What,
    /// Where it stands in what was typed, in bytes.
    pub span: Range<usize>,
}

/// What a condition asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Words in the reference, the User ID or the name.
    Words(String),
    /// Where the case stands.
    Status(CaseState),
    /// Open, with its time over.
    Overdue,
    /// Tipe User.
    Type(UserType),
    /// The User ID begins so.
    User(String),
    /// The address, typed or registered, is this.
    From(String),
    /// What was found of the sender of a mail.
    Verdict(&'static str),
    /// Who has taken it.
    Agent(Agent),
    /// It is at least so old.
    Older(TimeDelta),
    /// It is younger.
    Younger(TimeDelta),
    /// It came on these days, both included.
    Created(Option<NaiveDate>, Option<NaiveDate>),
}

/// Who has taken a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agent {
    /// Who searches.
    Me,
    /// Nobody.
    Nobody,
    /// The person of that user name.
    Named(String),
}

/// What is wrong with a part of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No operator of ours.
    Operator,
    /// An operator without a value.
    Empty,
    /// No status.
    Status,
    /// No Tipe User.
    Type,
    /// No verdict.
    Verdict,
    /// No age: `>4h`, `<2d`.
    Age,
    /// No days: `2026-11-01..2026-11-20`.
    Created,
    /// A phrase that does not end.
    Quote,
    /// More than is read.
    TooLong,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Operator,
        Self::Empty,
        Self::Status,
        Self::Type,
        Self::Verdict,
        Self::Age,
        Self::Created,
        Self::Quote,
        Self::TooLong,
    ];

    /// The suffix of its message key.
    pub fn code(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Empty => "empty",
            Self::Status => "status",
            Self::Type => "type",
            Self::Verdict => "verdict",
            Self::Age => "age",
            Self::Created => "created",
            Self::Quote => "quote",
            Self::TooLong => "too-long",
        }
    }
}

/// The bad part of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// What is wrong.
    pub flaw: Flaw,
    /// Where, in bytes.
    pub span: Range<usize>,
}

/// Reads a search; all its conditions must hold. Nothing typed is no condition.
pub fn parse(text: &str) -> Result<Vec<Term>, Bad> {
    pieces(text).map(term).collect()
}

fn term(piece: Result<Piece, (Uncut, Range<usize>)>) -> Result<Term, Bad> {
    let piece = piece.map_err(|(why, span)| Bad {
        flaw: match why {
            Uncut::Quote => Flaw::Quote,
            Uncut::TooLong => Flaw::TooLong,
        },
        span,
    })?;
    let what = match &piece.name {
        Some(name) => operator(name).ok_or(Flaw::Operator),
        None => Ok((|words: &str| Ok(What::Words(words.to_owned()))) as Reads),
    };
    let what = what.and_then(|reads| if piece.value.is_empty() { Err(Flaw::Empty) } else { reads(&piece.value) });
    match what {
        Ok(what) => Ok(Term { not: piece.not, what, span: piece.span }),
        Err(flaw) => Err(Bad { flaw, span: piece.span }),
    }
}

/// What reads the value of an operator.
type Reads = fn(&str) -> Result<What, Flaw>;

fn operator(name: &str) -> Option<Reads> {
    Some(match name {
        "status" => status,
        "type" | "tipe" => |value| match value.to_lowercase().replace([' ', '-'], "_").as_str() {
            "penyedia" | "provider" => Ok(What::Type(UserType::Penyedia)),
            "non_penyedia" | "nonpenyedia" | "non_provider" => Ok(What::Type(UserType::NonPenyedia)),
            _ => Err(Flaw::Type),
        },
        "user" => |value| Ok(What::User(value.to_owned())),
        "from" | "dari" | "email" => |value| Ok(What::From(value.to_owned())),
        "verdict" => |value| verdict(&value.to_lowercase()).map(What::Verdict).ok_or(Flaw::Verdict),
        "agent" | "petugas" => |value| {
            Ok(What::Agent(match value.to_lowercase().as_str() {
                "me" | "saya" => Agent::Me,
                "none" | "kosong" => Agent::Nobody,
                name => Agent::Named(name.to_owned()),
            }))
        },
        "age" | "umur" => |value| age(value).ok_or(Flaw::Age),
        "created" | "dibuat" => |value| days(value).map(|(from, to)| What::Created(from, to)).ok_or(Flaw::Created),
        _ => return None,
    })
}

fn status(value: &str) -> Result<What, Flaw> {
    Ok(match value.to_lowercase().as_str() {
        "new" | "baru" => What::Status(CaseState::New),
        "open" | "ditangani" => What::Status(CaseState::Open),
        "waiting" | "menunggu" => What::Status(CaseState::Waiting),
        "closed" | "selesai" => What::Status(CaseState::Closed),
        "overdue" | "terlambat" => What::Overdue,
        _ => return Err(Flaw::Status),
    })
}

fn verdict(value: &str) -> Option<&'static str> {
    Some(match value {
        "verified" | "terverifikasi" => "verified",
        "check" | "periksa" => "check",
        "failed" | "gagal" => "failed",
        "unknown" | "tidak-dinilai" => "unknown",
        _ => return None,
    })
}

/// `>4h`, `<2d`, `30m`: without a sign, at least so old. `j` is *jam*.
fn age(value: &str) -> Option<What> {
    let (younger, rest) = match value.strip_prefix('<') {
        Some(rest) => (true, rest),
        None => (false, value.strip_prefix('>').unwrap_or(value)),
    };
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = rest.split_at_checked(digits)?;
    let minutes = match unit.to_lowercase().as_str() {
        "m" => 1,
        "h" | "j" | "jam" => 60,
        "d" | "hari" => 24 * 60,
        _ => return None,
    };
    let number: i64 = number.parse().ok().filter(|n| *n <= 100_000)?;
    let span = TimeDelta::minutes(number * minutes);
    Some(if younger { What::Younger(span) } else { What::Older(span) })
}

/// `a..b`, `a..`, `..b`, or one day; both included.
pub fn days(value: &str) -> Option<(Option<NaiveDate>, Option<NaiveDate>)> {
    let day = |text: &str| if text.is_empty() { Some(None) } else { date(text).map(Some) };
    match value.split_once("..") {
        Some((from, to)) => {
            let (from, to) = (day(from)?, day(to)?);
            let ordered = from.zip(to).is_none_or(|(from, to)| from <= to);
            (ordered && (from.is_some() || to.is_some())).then_some((from, to))
        }
        None => date(value).map(|day| (Some(day), Some(day))),
    }
}

/// A day as `2026-11-21`, of years that a database and a calendar can add a day to.
pub fn date(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>().ok().filter(|day| {
        let year = chrono::Datelike::year(day);
        (2000..=2999).contains(&year)
    })
}

/// The words as a pattern of ILIKE that finds them anywhere: its own wildcards stand for themselves.
pub fn pattern(words: &str) -> String {
    let mut out = String::from("%");
    for c in words.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> What {
        parse(text).unwrap_or_else(|bad| panic!("{text}: {bad:?}")).remove(0).what
    }

    #[test]
    fn operators_are_read_in_both_languages() {
        assert_eq!(one("status:baru"), one("status:new"));
        assert_eq!(one("tipe:non-penyedia"), What::Type(UserType::NonPenyedia));
        assert_eq!(one("petugas:saya"), What::Agent(Agent::Me));
        assert_eq!(one("umur:>4j"), What::Older(TimeDelta::hours(4)));
        assert_eq!(one("age:<2d"), What::Younger(TimeDelta::days(2)));
        let day = |text: &str| text.parse().ok();
        assert_eq!(one("dibuat:2026-11-01..2026-11-20"), What::Created(day("2026-11-01"), day("2026-11-20")));
        assert_eq!(one("created:..2026-11-20"), What::Created(None, day("2026-11-20")));
        assert_eq!(one("\"PT Maju\""), What::Words("PT Maju".to_owned()));
        assert_eq!(one("user:\"A B\""), What::User("A B".to_owned()));
        assert_eq!(one("R-1:2"), What::Words("R-1:2".to_owned()));
        let not = parse("-spam -status:closed -").unwrap();
        assert_eq!(not.iter().map(|term| term.not).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(parse("   "), Ok(Vec::new()));
    }

    #[test]
    fn the_bad_part_is_shown() {
        for (text, flaw, bad) in [
            ("rina stat:new", Flaw::Operator, "stat:new"),
            ("status:lama x", Flaw::Status, "status:lama"),
            ("user: x", Flaw::Empty, "user:"),
            ("umur:4", Flaw::Age, "umur:4"),
            ("umur:é", Flaw::Age, "umur:é"),
            ("created:2026-11-20..2026-11-01", Flaw::Created, "created:2026-11-20..2026-11-01"),
            ("created:..", Flaw::Created, "created:.."),
            ("rina \"pt maju", Flaw::Quote, "\"pt maju"),
        ] {
            let found = parse(text).unwrap_err();
            assert_eq!((found.flaw, &text[found.span]), (flaw, bad), "{text}");
        }
        assert_eq!(parse(&"é".repeat(300)).unwrap_err().flaw, Flaw::TooLong);
        assert_eq!(parse(&"a ".repeat(21)).unwrap_err().flaw, Flaw::TooLong);
    }

    #[test]
    fn wildcards_stand_for_themselves() {
        assert_eq!(pattern("50%_\\"), "%50\\%\\_\\\\%");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn any_search_is_read_or_its_bad_part_lies_inside(text in "([a-z]{0,8}[:\"<> .0-9-]{0,3}|.){0,30}") {
            match parse(&text) {
                Ok(terms) => for term in terms {
                    prop_assert!(text.get(term.span.clone()).is_some_and(|part| !part.is_empty()), "{:?}", term);
                },
                Err(bad) => prop_assert!(text.get(bad.span.clone()).is_some_and(|part| !part.is_empty()), "{:?}", bad),
            }
        }
    }
}

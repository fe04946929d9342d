//! The search of the history: what auditors type, read into typed conditions, each with where it stands.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::event::kinds;
use super::pieces::{Piece, Uncut, pieces};
use super::search::days;
use super::words::words;
use crate::base::crockford;

words! {
    /// Kinds of events that belong together; message keys `events-group-<code>`.
    Group {
        /// Requests, their links, and resets.
        Resets = "resets",
        /// Sign-in, activation and passwords.
        SignIns = "sign-ins",
        /// Letters, and mail that comes in.
        Mails = "mails",
        /// The daily work of the desk.
        Desk = "desk",
        /// What two people decide.
        Decisions = "decisions",
        /// People of the desk and their sign-in.
        People = "people",
        /// Imports, texts, hours, freezing, retention.
        Upkeep = "upkeep",
        /// The log itself, and who read it.
        Readings = "readings",
    }
}

impl Group {
    /// Beginnings and whole names of its kinds.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Resets => &["reset.", "request.", "link.", "links.", "permission."],
            Self::SignIns => {
                &["login.", "session.", "totp.", "recovery-codes.", "password.", "account.disputed", "code.", "grant."]
            }
            Self::Mails => &["mail.", "inbound."],
            Self::Desk => &["case.", "address.revealed", "account.searched", "account.locked", "account.unlocked"],
            Self::Decisions => &[
                "manual.",
                "address.proposed",
                "address.approved",
                "address.rejected",
                "address.withdrawn",
                "address.expired",
                "protect.",
                "unlock.",
                "overwrite.",
                "evidence.",
                "erase.",
            ],
            Self::People => &["staff."],
            Self::Upkeep => &[
                "accounts.",
                "account.registered",
                "account.changed",
                "portal.",
                "retention.",
                "freeze.",
                "canned.",
                "hours.",
                "holidays.",
            ],
            Self::Readings => &["log.", "audit."],
        }
    }

    /// Its kinds.
    pub fn kinds(self) -> Vec<&'static str> {
        let belongs = |kind: &&str| {
            self.names().iter().any(|name| if name.ends_with('.') { kind.starts_with(name) } else { kind == name })
        };
        kinds().filter(belongs).collect()
    }
}

/// What stands behind the word `actor` of an event.
const ACTORS: [(&str, &[&str]); 5] = [
    ("user", &["user", "pengguna"]),
    ("worker", &["worker", "system", "sistem"]),
    ("operator", &["operator"]),
    ("staff", &["staff", "petugas"]),
    ("portal", &["portal"]),
];

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
    /// It is of one of these kinds.
    Kinds(Vec<&'static str>),
    /// The word of who acted: `user`, `worker`, `operator`, `staff` or `portal`.
    Actor(&'static str),
    /// The person of the desk with that user name acted.
    Staff(String),
    /// It is about the account of that User ID, or about a request of nobody that typed it.
    User(String),
    /// It is about that request.
    Request(Named),
    /// It is about a request of that case.
    Case(Named),
    /// It was refused, or it was not.
    Refused(bool),
    /// It was refused with that code.
    Refusal(String),
    /// It happened on these days, both included.
    Days(Option<NaiveDate>, Option<NaiveDate>),
    /// Its leaf has a number from, and up to, these.
    Leaves(Option<i64>, Option<i64>),
    /// That id stands in it.
    Id(Uuid),
    /// A user name of the desk or a User ID.
    Name(String),
}

/// From the first moment of one day to that after another, in a zone; what is open reaches beyond all that is kept.
pub fn span(zone: Tz, from: Option<NaiveDate>, to: Option<NaiveDate>) -> (DateTime<Utc>, DateTime<Utc>) {
    let midnight = |day: NaiveDate| {
        let at = zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
        at.map_or_else(|| Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)), |at| at.with_timezone(&Utc))
    };
    let first = from.map_or(DateTime::UNIX_EPOCH, midnight);
    let last = to.and_then(|day| day.succ_opt()).map_or_else(forever, midnight);
    (first, last)
}

/// The days of a search as times, in a zone: from which, and before which; none where they are open.
pub fn bounds(terms: &[Term], zone: Tz) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let mut bounds: (Option<DateTime<Utc>>, Option<DateTime<Utc>>) = (None, None);
    for term in terms.iter().filter(|term| !term.not) {
        if let What::Days(from, to) = term.what {
            let (first, last) = span(zone, from, to);
            bounds.0 = bounds.0.max(from.map(|_| first));
            bounds.1 = [bounds.1, to.map(|_| last)].into_iter().flatten().min();
        }
    }
    bounds
}

/// Later than anything: the first moment of the year 3000.
pub fn forever() -> DateTime<Utc> {
    DateTime::from_timestamp(32_503_680_000, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// How something is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// By its id.
    Id(Uuid),
    /// By the reference of its request, as `R-XXXX-XXXX`.
    Reference(String),
}

words! {
    /// What is wrong with a part of a search; message keys `events-flaw-<code>`.
    Flaw {
        /// No operator of ours.
        Operator = "operator",
        /// An operator without a value.
        Empty = "empty",
        /// No kind, nor the beginning of one, nor a group.
        Kind = "kind",
        /// Nobody who can act.
        Actor = "actor",
        /// Neither done nor refused.
        Outcome = "outcome",
        /// No code of a refusal.
        Refusal = "refusal",
        /// Neither a reference nor an id.
        Named = "named",
        /// No days: `2026-11-01..2026-11-20`.
        Days = "days",
        /// No numbers: `100..200`.
        Leaves = "leaves",
        /// A phrase that does not end.
        Quote = "quote",
        /// More than is read.
        TooLong = "too-long",
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
    let piece = piece.map_err(|(why, span)| {
        let flaw = if why == Uncut::Quote { Flaw::Quote } else { Flaw::TooLong };
        Bad { flaw, span }
    })?;
    match what(&piece) {
        Ok(what) => Ok(Term { not: piece.not, what, span: piece.span }),
        Err(flaw) => Err(Bad { flaw, span: piece.span }),
    }
}

/// What reads the value of an operator.
type Reads = fn(&str) -> Result<What, Flaw>;

fn what(piece: &Piece) -> Result<What, Flaw> {
    let reads = match &piece.name {
        Some(name) => operator(name).ok_or(Flaw::Operator)?,
        None => bare,
    };
    if piece.value.is_empty() { Err(Flaw::Empty) } else { reads(&piece.value) }
}

fn operator(name: &str) -> Option<Reads> {
    Some(match name {
        "kind" | "jenis" => |value| kinds_of(&value.to_lowercase()).map(What::Kinds).ok_or(Flaw::Kind),
        "actor" | "pelaku" => |value| {
            let value = value.to_lowercase();
            let known = ACTORS.iter().find(|(_, words)| words.contains(&value.as_str()));
            known.map(|(code, _)| What::Actor(code)).ok_or(Flaw::Actor)
        },
        "staff" | "petugas" => |value| Ok(What::Staff(value.to_owned())),
        "user" | "pengguna" => |value| Ok(What::User(value.to_owned())),
        "request" | "permintaan" => |value| named(value).map(What::Request),
        "case" | "kasus" => |value| named(value).map(What::Case),
        "outcome" | "hasil" => |value| match value.to_lowercase().as_str() {
            "done" | "dilakukan" => Ok(What::Refused(false)),
            "refused" | "ditolak" => Ok(What::Refused(true)),
            _ => Err(Flaw::Outcome),
        },
        "refusal" | "penolakan" => |value| {
            let code = value.to_lowercase();
            let fits = code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            if fits { Ok(What::Refusal(code)) } else { Err(Flaw::Refusal) }
        },
        "at" | "created" | "tanggal" | "dibuat" => {
            |value| days(value).map(|(from, to)| What::Days(from, to)).ok_or(Flaw::Days)
        }
        "leaf" | "nomor" => |value| leaves(value).ok_or(Flaw::Leaves),
        _ => return None,
    })
}

/// Kinds of a list of names, beginnings of names and groups.
fn kinds_of(value: &str) -> Option<Vec<&'static str>> {
    let mut found: Vec<&'static str> = Vec::new();
    for name in value.split(',').map(str::trim) {
        let begins = |kind: &&str| kind.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let mut some: Vec<&'static str> = kinds().filter(begins).collect();
        if some.is_empty() {
            some = Group::from_code(name)?.kinds();
        }
        found.extend(some);
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

fn named(value: &str) -> Result<Named, Flaw> {
    match (Uuid::try_parse(value), reference(value)) {
        (Ok(id), _) => Ok(Named::Id(id)),
        (_, Some(reference)) => Ok(Named::Reference(reference)),
        _ => Err(Flaw::Named),
    }
}

/// A reference as people write it.
fn reference(value: &str) -> Option<String> {
    value.get(..2).filter(|head| head.eq_ignore_ascii_case("r-")).and_then(|_| crockford::parse(value))
}

fn bare(value: &str) -> Result<What, Flaw> {
    if let Some(number) = value.strip_prefix('#') {
        return leaves(number).ok_or(Flaw::Leaves);
    }
    Ok(match (Uuid::try_parse(value), reference(value)) {
        (Ok(id), _) => What::Id(id),
        (_, Some(reference)) => What::Request(Named::Reference(reference)),
        _ => What::Name(value.to_owned()),
    })
}

/// `a..b`, `a..`, `..b`, or one number; with or without the points between thousands.
fn leaves(value: &str) -> Option<What> {
    let plain: String = value.chars().filter(|c| *c != '#').collect();
    let number = |text: &str| -> Option<Option<i64>> {
        let digits = text.replace('.', "");
        let fits = !digits.is_empty() && digits.len() <= 18 && digits.bytes().all(|b| b.is_ascii_digit());
        if text.is_empty() { Some(None) } else { fits.then(|| digits.parse().ok()) }
    };
    match plain.split_once("..") {
        Some((from, to)) => {
            let (from, to) = (number(from)?, number(to)?);
            let ordered = from.zip(to).is_none_or(|(from, to)| from <= to);
            (ordered && (from.is_some() || to.is_some())).then_some(What::Leaves(from, to))
        }
        None => number(&plain)?.map(|one| What::Leaves(Some(one), Some(one))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> What {
        parse(text).unwrap_or_else(|bad| panic!("{text}: {bad:?}")).remove(0).what
    }

    #[test]
    fn operators_are_read_in_both_languages() {
        for (here, there) in [
            ("kind:reset.confirmed", "jenis:RESET.CONFIRMED"),
            ("actor:worker", "pelaku:sistem"),
            ("staff:rina", "petugas:rina"),
            ("user:AMANAH7", "pengguna:AMANAH7"),
            ("request:R-7K3M-Q9TX", "permintaan:r-7k3m-q9tx"),
            ("case:R-7K3M-Q9TX", "kasus:R-7K3M-Q9TX"),
            ("outcome:refused", "hasil:ditolak"),
            ("refusal:code-wrong", "penolakan:CODE-WRONG"),
            ("at:2026-11-01..2026-11-20", "tanggal:2026-11-01..2026-11-20"),
            ("created:2026-11-01", "dibuat:2026-11-01"),
            ("leaf:98.201", "nomor:98201"),
            ("#98201", "leaf:98201..98201"),
            ("R-7K3M-Q9TX", "request:R-7K3M-Q9TX"),
        ] {
            assert_eq!(one(here), one(there), "{here}");
        }
        assert_eq!(
            one("kind:totp.activated,freeze"),
            What::Kinds(vec!["freeze.lifted", "freeze.set", "totp.activated"])
        );
        assert_eq!(one("leaf:..1.000"), What::Leaves(None, Some(1000)));
        assert_eq!(one("rina.wijaya"), What::Name("rina.wijaya".to_owned()));
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(one(id), What::Id(id.parse().unwrap()));
        assert_eq!(one(&format!("case:{id}")), What::Case(Named::Id(id.parse().unwrap())));
        assert!(parse("-kind:mail").unwrap()[0].not);
    }

    #[test]
    fn the_bad_part_is_shown() {
        for (text, flaw, bad) in [
            ("rina jenisnya:x", Flaw::Operator, "jenisnya:x"),
            ("kind:reset.nothing x", Flaw::Kind, "kind:reset.nothing"),
            ("kind:res", Flaw::Kind, "kind:res"),
            ("kind: x", Flaw::Empty, "kind:"),
            ("actor:nobody", Flaw::Actor, "actor:nobody"),
            ("outcome:maybe", Flaw::Outcome, "outcome:maybe"),
            ("refusal:\"a b\"", Flaw::Refusal, "refusal:\"a b\""),
            ("request:AMANAH7", Flaw::Named, "request:AMANAH7"),
            ("at:2026-13-01", Flaw::Days, "at:2026-13-01"),
            ("leaf:9..3", Flaw::Leaves, "leaf:9..3"),
            ("a #x", Flaw::Leaves, "#x"),
            ("rina \"pt", Flaw::Quote, "\"pt"),
        ] {
            let found = parse(text).unwrap_err();
            assert_eq!((found.flaw, &text[found.span]), (flaw, bad), "{text}");
        }
        assert_eq!(parse(&"a ".repeat(21)).unwrap_err().flaw, Flaw::TooLong);
    }

    #[test]
    fn days_begin_where_people_live() {
        let read = |text: &str| bounds(&parse(text).unwrap(), chrono_tz::Asia::Jakarta);
        let (from, to) = read("at:2026-11-01..2026-11-02 kind:reset");
        assert_eq!(from.unwrap().to_rfc3339(), "2026-10-31T17:00:00+00:00");
        assert_eq!(to.unwrap().to_rfc3339(), "2026-11-02T17:00:00+00:00");
        assert_eq!(read("at:2026-11-01.. at:..2026-11-02"), (from, to));
        assert_eq!(read("at:2026-11-01.. at:2026-10-01..2026-11-02 at:..2026-12-02"), (from, to));
        assert_eq!(read("kind:reset -at:2026-11-01"), (None, None));
    }

    #[test]
    fn every_kind_belongs_to_one_group() {
        let mut groups: BTreeMap<&str, usize> = kinds().map(|kind| (kind, 0)).collect();
        for kind in Group::ALL.iter().flat_map(|group| group.kinds()) {
            *groups.get_mut(kind).unwrap() += 1;
        }
        let odd: Vec<_> = groups.iter().filter(|(_, n)| **n != 1).collect();
        assert!(odd.is_empty(), "{odd:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn any_search_is_read_or_its_bad_part_lies_inside(text in "([a-z]{0,8}[:\"<>#.0-9-]{0,3}|.){0,30}") {
            match parse(&text) {
                Ok(terms) => for term in terms {
                    prop_assert!(text.get(term.span.clone()).is_some_and(|part| !part.is_empty()), "{:?}", term);
                },
                Err(bad) => prop_assert!(text.get(bad.span.clone()).is_some_and(|part| !part.is_empty()), "{:?}", bad),
            }
        }
    }
}

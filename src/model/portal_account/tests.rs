//! What of a portal's words is taken, and what it changes.

use super::*;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn said<'a>() -> Said<'a> {
    Said {
        user_type: "penyedia",
        name: "Rina Wijaya",
        email: "rina@amanah.example",
        email_2: None,
        language: None,
        password_changed_at: None,
    }
}

fn there() -> There {
    There {
        id: Uuid::nil(),
        portal: None,
        user_type: UserType::Penyedia,
        name: "Rina Wijaya".to_owned(),
        language: Lang::Id,
        email: "rina@amanah.example".to_owned(),
        email_2: Some("kantor@amanah.example".to_owned()),
        password_since: now() - TimeDelta::days(30),
        locked: false,
        protected: false,
        held: false,
    }
}

#[test]
fn each_part_that_cannot_be_taken_is_named() {
    let junk = Said {
        user_type: "PENYEDIA",
        name: "Rina\nWijaya",
        email: "rina@amanah.example,b@c.example",
        email_2: Some(""),
        language: Some("fr"),
        password_changed_at: Some("yesterday"),
    };
    let flaws: Vec<&str> = stated(&junk, now()).unwrap_err().into_iter().map(|(at, _)| at).collect();
    assert_eq!(flaws, ["/user_type", "/name", "/email", "/email_2", "/language", "/password_changed_at"]);
    let twice = Said { email_2: Some(" RINA@amanah.example"), ..said() };
    assert_eq!(stated(&twice, now()).unwrap_err(), [("/email_2", "is the same as email".to_owned())]);
    assert!(stated(&said(), now()).is_ok());
}

#[test]
fn a_password_changes_at_a_time_that_has_come() {
    let at = |words| stated(&Said { password_changed_at: Some(words), ..said() }, now()).map(|s| s.password_changed_at);
    assert_eq!(at("2027-01-15T08:00:00+07:00").unwrap().unwrap(), now() - TimeDelta::hours(7));
    assert!(at("2027-01-15T08:05:00Z").is_ok());
    for late in ["2027-01-15T08:05:01Z", "9999-12-31T23:59:59Z", "2027-01-15", "", "+12027-01-15T08:00:00Z"] {
        assert!(at(late).is_err(), "{late}");
    }
}

#[test]
fn only_what_differs_is_changed() {
    let portal = Uuid::from_u128(7);
    let changes = |said: &Said<'_>, there: &There| there.changes(&stated(said, now()).unwrap(), portal);
    assert_eq!(changes(&said(), &there()), [Change::Portal]);
    let mine = There { portal: Some(portal), ..there() };
    assert_eq!(changes(&said(), &mine), []);
    let alike = Said { email: "Rina@Amanah.example", email_2: Some("KANTOR@amanah.example"), ..said() };
    assert_eq!(changes(&alike, &mine), []);
    let all = Said {
        user_type: "non_penyedia",
        name: "Rina",
        email: "rina@lain.example",
        email_2: Some("dua@lain.example"),
        language: Some("en"),
        password_changed_at: Some("2027-01-14T08:00:00Z"),
    };
    assert_eq!(changes(&all, &there()), Change::ALL);
    let older = Said { password_changed_at: Some("2026-01-14T08:00:00Z"), ..said() };
    assert_eq!(changes(&older, &mine), []);
}

#[test]
fn a_stolen_key_does_not_get_past_care() {
    let of = |change: &[Change], there: &There| there.hindrance(&stated(&said(), now()).unwrap(), change);
    let protected = There { protected: true, ..there() };
    let held = There { held: true, ..there() };
    let locked = There { locked: true, ..there() };
    for change in [Change::Email, Change::Email2, Change::Portal] {
        assert_eq!(of(&[Change::Name, change], &protected), Some(Refusal::AccountProtected));
        assert_eq!(of(&[change], &held), Some(Refusal::ChangeHeld));
        assert_eq!(of(&[change], &there()), None);
    }
    for change in [Change::Email, Change::Email2, Change::Name, Change::UserType, Change::Portal] {
        assert_eq!(of(&[change, Change::Password], &locked), Some(Refusal::Locked));
    }
    for there in [protected, held, locked] {
        assert_eq!(of(&[Change::Password, Change::Language], &there), None);
    }
    let swapped = There { email: "x@y.example".to_owned(), email_2: Some(said().email.to_owned()), ..there() };
    assert_eq!(of(&[Change::Email], &swapped), Some(Refusal::FormInvalid));
}

#[test]
fn what_cannot_be_a_user_id_is_none() {
    assert_eq!(user_id(" AMANAH7 "), Some("AMANAH7"));
    let long = "a".repeat(65);
    for no in ["", " ", "a\0b", "a\nb", "\u{202e}a", "=1+1", long.as_str()] {
        assert_eq!(user_id(no), None, "{no:?}");
    }
}

#[test]
fn everybody_who_is_told_is_named_once_for_each_letter() {
    let told = |email: &str, email_2: Option<&str>, password: bool| {
        let at = (now() - TimeDelta::days(1)).to_rfc3339();
        let said = Said { email, email_2, password_changed_at: password.then_some(at.as_str()), ..said() };
        let (there, stated) = (there(), stated(&said, now()).unwrap());
        let mut told = there.told(&stated, &there.changes(&stated, Uuid::nil()));
        told.sort_unstable();
        told.join(" ")
    };
    let (old, new, office) = ("rina@amanah.example", "rina@baru.example", "kantor@amanah.example");
    assert_eq!(told("Rina@amanah.example", None, false), "");
    assert_eq!(told(old, None, true), format!("{office} {old}"));
    assert_eq!(told(new, None, false), format!("{office} {old} {new}"));
    assert_eq!(
        told(new, Some("lain@baru.example"), false),
        format!("{office} lain@baru.example lain@baru.example {old} {new} {new}")
    );
    assert_eq!(told(office, Some(old), false), format!("{office} {office} {old} {old}"), "who stays is told there");
    assert_eq!(told("RINA@baru.example", None, true), format!("{office} {office} {old} {new} {new}"));
}

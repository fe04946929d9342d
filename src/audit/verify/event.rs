//! One event: its bytes against its leaf, its row and its personal details.

use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use serde_json::{Map, Value};

use super::report::What;
use crate::audit::columns::{self, Says};
use crate::base::json;
use crate::base::merkle::{self, Hash};
use crate::model::erasure;
use crate::model::event::commitment;
use crate::store::event::Row;
use crate::store::log::erased::Told;
use crate::store::log::verify::Details;

/// What one event showed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// What is wrong with it.
    pub wrong: Vec<What>,
    /// Whether its personal details are gone, lawfully or not.
    pub bare: bool,
}

/// How far an erasure's own time may be from that of the event that tells of it.
const APART: TimeDelta = TimeDelta::hours(1);

/// Whether the event that is said to tell of an erasure does: that of its proposal and its time, and of exactly those events of no
/// account that it is said to have taken. Older ones tell only of how many, whoever they were of: `taken` are.
pub(super) fn tells(told: &Told, taken: u64) -> bool {
    let Some(body) = serde_json::from_str::<Value>(&told.body).ok().filter(|_| json::is_canonical(&told.body)) else {
        return false;
    };
    let of = body.pointer("/subject/proposal").and_then(Value::as_str);
    if of != Some(&told.proposal.hyphenated().to_string()) || (told.erased_at - told.at).abs() > APART {
        return false;
    }
    match body.pointer("/facts/others_sha256") {
        Some(others) => *others == HEXLOWER.encode(&erasure::others(told.others.clone())),
        None => body.pointer("/facts/erased/events").and_then(Value::as_u64).is_some_and(|most| taken <= most),
    }
}

/// Looks at an event's row with its leaf's hash and all personal details that name it.
pub(super) fn look(leaf: &Hash, row: &Row, details: &[&Details]) -> Seen {
    let mut seen = Seen::default();
    if merkle::leaf(row.body.as_bytes()) != *leaf {
        seen.wrong.push(What::Edited);
    }
    let Some(says) = Says::of(&row.body) else {
        seen.wrong.push(What::NotCanonical);
        return seen;
    };
    seen.wrong.extend(columns::wrong(row, &says).map(What::ColumnDiffers));
    let commitments = says.personal.filter(|names| names.starts_with('{') && *names != "{}");
    match (commitments, details) {
        (None, []) => {}
        (Some(_), []) => seen.bare = true,
        (Some(names), [one]) if one.at == row.at && opens(names, one) => {}
        _ => seen.wrong.push(What::PersonalDiffers),
    }
    seen
}

/// Whether the details are exactly what the body committed to.
fn opens(commitments: &str, details: &Details) -> bool {
    let (Some(values), Ok(salt)) = (details.details.as_object(), <&[u8; 32]>::try_from(&details.salt[..])) else {
        return false;
    };
    serde_json::from_str::<Map<String, Value>>(commitments).is_ok_and(|commitments| {
        values.len() == commitments.len()
            && values.iter().all(|(name, value)| {
                let committed = commitments.get(name).and_then(Value::as_str);
                value.as_str().is_some_and(|value| committed == Some(&commitment(salt, name, value)))
            })
    })
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::model::event::{Actor, Audit, Event};

    fn searched() -> (Row, Details) {
        let event = Event::Audit(Audit::Searched { query: "kind:reset".into(), found: 3, further: false });
        let at = chrono::DateTime::<Utc>::from_timestamp_micros(1_790_000_000_123_456).unwrap();
        let record = event.record(Actor::Staff(Uuid::from_u128(7)), None, Uuid::from_u128(9), at, [5; 32]).unwrap();
        let personal = record.personal.unwrap();
        let row = Row {
            id: record.id,
            at,
            kind: record.kind.into(),
            outcome: record.outcome.into(),
            actor: record.actor.into(),
            account_id: record.account,
            request_id: record.request,
            staff_id: record.staff,
            body: record.body,
        };
        (row, Details { event_id: record.id, at, salt: personal.salt.to_vec(), details: personal.details })
    }

    #[test]
    fn what_was_written_is_right_and_details_that_are_gone_are_told() {
        let (row, details) = searched();
        let leaf = merkle::leaf(row.body.as_bytes());
        assert_eq!(look(&leaf, &row, &[&details]), Seen::default());
        assert_eq!(look(&leaf, &row, &[]), Seen { wrong: vec![], bare: true });
    }

    #[test]
    fn whatever_differs_is_named() {
        let (row, details) = searched();
        let leaf = merkle::leaf(row.body.as_bytes());
        let wrong = |row: &Row, details: &Details| look(&leaf, row, &[details]).wrong;
        let other = Some(Uuid::from_u128(8));
        for (changed, column) in [
            (Row { id: Uuid::from_u128(1), ..row.clone() }, "id"),
            (Row { at: row.at + chrono::TimeDelta::microseconds(1), ..row.clone() }, "at"),
            (Row { kind: "audit.read".into(), ..row.clone() }, "kind"),
            (Row { outcome: "refused".into(), ..row.clone() }, "outcome"),
            (Row { actor: "user".into(), ..row.clone() }, "actor"),
            (Row { staff_id: None, ..row.clone() }, "staff_id"),
            (Row { account_id: other, ..row.clone() }, "account_id"),
            (Row { request_id: other, ..row.clone() }, "request_id"),
        ] {
            let with_it = Details { at: changed.at, ..details.clone() };
            assert_eq!(wrong(&changed, &with_it), [What::ColumnDiffers(column)]);
        }
        let quoted = Row { body: row.body.replacen("audit.searched", "a\\\"b", 1), kind: "a\"b".into(), ..row.clone() };
        assert_eq!(
            wrong(&quoted, &details),
            [What::Edited],
            "what is spelled with escapes says the same as its column"
        );
        let spaced = Row { body: row.body.replacen(':', ": ", 1), ..row.clone() };
        assert_eq!(wrong(&spaced, &details), [What::Edited, What::NotCanonical]);
        for changed in [
            Details { details: json!({"query": "kind:link"}), ..details.clone() },
            Details { details: json!({}), ..details.clone() },
            Details { details: json!({"query": "kind:reset", "more": ""}), ..details.clone() },
            Details { salt: vec![6; 32], ..details.clone() },
            Details { at: row.at + chrono::TimeDelta::microseconds(1), ..details.clone() },
        ] {
            assert_eq!(wrong(&row, &changed), [What::PersonalDiffers]);
            assert_eq!(look(&leaf, &row, &[&details, &changed]).wrong, [What::PersonalDiffers], "two for one event");
        }
    }

    /// As the log tells of an erasure that took these.
    fn tells_of(facts: &str) -> Told {
        let at = chrono::DateTime::<Utc>::from_timestamp(1_790_000_000, 0).unwrap();
        let proposal = Uuid::from_u128(4);
        let body = format!("{{\"facts\":{facts},\"subject\":{{\"proposal\":\"{proposal}\"}}}}");
        Told {
            erasure: Uuid::from_u128(3),
            proposal,
            erased_at: at,
            at,
            body,
            others: [1, 2].map(Uuid::from_u128).to_vec(),
        }
    }

    #[test]
    fn an_erasure_is_told_of_with_exactly_what_it_took() {
        let others = HEXLOWER.encode(&erasure::others([1, 2].map(Uuid::from_u128).to_vec()));
        let told = tells_of(&format!("{{\"others_sha256\":\"{others}\"}}"));
        assert!(tells(&told, 900), "those of the account are not counted");
        for changed in [
            Told { proposal: Uuid::from_u128(5), ..told.clone() },
            Told { erased_at: told.at + TimeDelta::minutes(61), ..told.clone() },
            Told { erased_at: told.at - TimeDelta::minutes(61), ..told.clone() },
            Told { others: vec![Uuid::from_u128(1)], ..told.clone() },
            Told { others: [1, 2, 3].map(Uuid::from_u128).to_vec(), ..told.clone() },
            Told { body: told.body.replace(':', ": "), ..told.clone() },
            tells_of("{\"others_sha256\":null}"),
        ] {
            assert!(!tells(&changed, 1), "{changed:?}");
        }
    }

    #[test]
    fn an_older_erasure_is_told_of_with_how_many_it_took() {
        let told = tells_of("{\"erased\":{\"events\":3}}");
        assert!(tells(&told, 3) && !tells(&told, 4) && !tells(&tells_of("{\"erased\":null}"), 0));
    }
}

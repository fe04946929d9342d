//! Exports of the history: the bytes of their parts, and the manifest that vouches for the whole.

use std::collections::HashSet;

use chrono::SecondsFormat;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::columns::{self, Says};
use super::prove;
use crate::app::App;
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::{deflate, json as canonical, merkle, note};
use crate::model::account_csv::is_formula;
use crate::model::event::commitment;
use crate::model::export::Format;
use crate::model::history;
use crate::store::Read;
use crate::store::audit::export_rows::Row;
use crate::store::audit::exports::{self, Export};
use crate::store::log::read as log;

/// Bytes of a part at most, unpacked: rows of one page, each at most some 64 KiB.
pub const PART_MAX: usize = 256 * 1024 * 1024;

/// The columns of a CSV file, and the members of each line of JSON, in this order.
pub const COLUMNS: [&str; 13] = [
    "leaf", "at", "kind", "outcome", "refusal", "actor", "actor_id", "staff", "account", "request", "facts",
    "personal", "body",
];

/// Columns that no event holds: how somebody and something were called when the export was made. All others are as sealed.
pub const LABELS: [&str; 2] = ["staff", "request"];

/// What an export tells of personal details.
#[derive(Clone, Copy, Debug)]
pub enum Personal<'a> {
    /// They were not asked for.
    Without,
    /// They go along, but for those of these events, which an erasure took.
    But(&'a HashSet<Uuid>),
}

/// Events whose bytes commit to personal details that are not there: an erasure has to have taken them.
pub fn bare(rows: &[Row]) -> Vec<Uuid> {
    let bare = rows.iter().filter(|row| row.fits && row.personal.is_none()).filter_map(|row| row.event.as_ref());
    bare.filter(|event| Says::of(&event.body).is_some_and(|says| says.commits())).map(|event| event.id).collect()
}

/// The bytes of those rows that the search finds; the first part of a CSV file begins with its header. Every row has to be what
/// was sealed, found or not, since a changed one may be one that would have been found.
pub fn part(rows: &[Row], format: Format, personal: Personal<'_>, first: bool) -> Result<Vec<u8>, Fault> {
    let failed = |e: csv::Error| Fault::bug("writing an export", e);
    let mut out = Vec::new();
    let mut lines = Vec::new();
    for row in rows {
        let sealed = sealed(row)?;
        if row.fits {
            lines.push(line(row, sealed, personal)?);
        }
    }
    if format == Format::Jsonl {
        for line in &lines {
            serde_json::to_writer(&mut out, line).map_err(|e| Fault::bug("writing an export", e))?;
            out.push(b'\n');
        }
        return Ok(out);
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut out);
    if first {
        writer.write_record(COLUMNS).map_err(failed)?;
    }
    for line in &lines {
        writer.write_record(COLUMNS.map(|name| cell(&line[name]))).map_err(failed)?;
    }
    writer.into_inner().map_err(|e| Fault::broken(format!("writing an export: {e}")))?;
    Ok(out)
}

/// The bytes of a row that are what was sealed, with columns that say the same.
fn sealed(row: &Row) -> Result<&str, Fault> {
    let altered = |how: &str| Fault::broken(format!("the log was altered: leaf {} {how}", row.index));
    let event = row.event.as_ref().ok_or_else(|| altered("has no event"))?;
    if merkle::leaf(event.body.as_bytes())[..] != row.hash[..] {
        return Err(altered("is not what was sealed"));
    }
    if columns::agree(event) { Ok(&event.body) } else { Err(altered("has columns that say otherwise")) }
}

/// The details of a row: exactly those it commits to, each of which fits; nothing where an erasure took them.
fn details(row: &Row, committed: &Value, erased: &HashSet<Uuid>) -> Result<Value, Fault> {
    let altered = |how: &str| Fault::broken(format!("the log was altered: the details of leaf {} {how}", row.index));
    let committed = committed.as_object().filter(|names| !names.is_empty());
    let (committed, kept) = match (committed, &row.personal) {
        (None, None) => return Ok(Value::Null),
        (Some(_), None) if row.event.as_ref().is_some_and(|event| erased.contains(&event.id)) => {
            return Ok(Value::Null);
        }
        (Some(_), None) => return Err(altered("are gone, and no erasure took them")),
        (None, Some(_)) => return Err(altered("are none that were sealed")),
        (Some(committed), Some(kept)) => (committed, kept),
    };
    let salt: Option<[u8; 32]> = row.salt.as_ref().and_then(|salt| salt.as_slice().try_into().ok());
    let fits = |(name, value): (&String, &Value)| {
        let value = value.as_str().zip(salt);
        value.is_some_and(|(value, salt)| committed.get(name).is_some_and(|c| *c == commitment(&salt, name, value)))
    };
    let same = kept.as_object().is_some_and(|kept| kept.len() == committed.len() && kept.iter().all(fits));
    if same { Ok(kept.clone()) } else { Err(altered("are not what was sealed")) }
}

/// A row as a JSON object of [`COLUMNS`].
fn line(row: &Row, text: &str, personal: Personal<'_>) -> Result<Value, Fault> {
    let body: Value = serde_json::from_str(text).map_err(|e| Fault::bug("reading a sealed event", e))?;
    let personal = match personal {
        Personal::But(erased) => details(row, &body["personal"], erased)?,
        Personal::Without => Value::Null,
    };
    let mut line = Map::new();
    for (name, value) in [
        ("leaf", json!(row.index)),
        ("at", body["at"].clone()),
        ("kind", body["kind"].clone()),
        ("outcome", body["outcome"].clone()),
        ("refusal", body["refusal"].clone()),
        ("actor", body["actor"]["kind"].clone()),
        ("actor_id", body["actor"]["id"].clone()),
        ("staff", json!(row.staff)),
        ("account", body["subject"]["account"].clone()),
        ("request", json!(row.reference)),
        ("facts", body["facts"].clone()),
        ("personal", personal),
        ("body", json!(text)),
    ] {
        line.insert(name.to_owned(), value);
    }
    Ok(Value::Object(line))
}

/// A cell that no spreadsheet takes for a formula. Canonical bytes begin with a brace and stay exact.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if is_formula(&text) { format!("'{text}") } else { text }
}

/// How the file of an export is called.
pub fn file_name(export: &Export) -> Result<String, Fault> {
    let (day, id) = (export.asked_at.format("%Y%m%d"), export.id.simple().to_string());
    Ok(format!("pulih-history-{day}-{}.{}", &id[id.len() - 8..], export.format()?.code()))
}

/// SHA-256 over all parts of an export; `go_on` is asked before each and may end it.
pub async fn hash(
    read: &mut Read,
    export: &Export,
    mut go_on: impl AsyncFnMut(&mut Read) -> Result<bool, Fault>,
) -> Result<Option<[u8; 32]>, Fault> {
    let mut hash = Sha256::new();
    for number in 0..export.parts {
        if !go_on(read).await? {
            return Ok(None);
        }
        hash.update(unpacked(read, export.id, number).await?);
    }
    Ok(Some(hash.finalize().into()))
}

/// The bytes of a part as they are fetched.
pub async fn unpacked(read: &mut Read, export: Uuid, number: i32) -> Result<Vec<u8>, Fault> {
    let packed = exports::part(read, export, number).await?;
    deflate::unpack(&packed.ok_or_else(|| Fault::broken("a part of an export is gone"))?, PART_MAX)
}

/// The signed manifest: a note whose text is `<origin>/export`, a line of canonical JSON, each with a line break.
pub async fn manifest(app: &App, read: &mut Read, export: &Export, sha256: &[u8; 32]) -> Result<String, Fault> {
    let size = export.size.unwrap_or_default();
    let gone = || Fault::broken("the checkpoint of an export is gone");
    let signed = log::covering(read, size - 1).await?.filter(|signed| signed.size == size).ok_or_else(gone)?;
    let checkpoint = note::text(&signed.note).and_then(Checkpoint::parse).ok_or_else(gone)?;
    let terms = history::parse(&export.query).map_err(|_| Fault::broken("an export of a query that is none"))?;
    let (from, to) = history::bounds(&terms, app.config().locale.zone);
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let said = json!({
        "export": export.id,
        "file": file_name(export)?,
        "file_sha256": HEXLOWER.encode(sha256),
        "bytes": export.bytes,
        "rows": export.rows,
        "labels": LABELS,
        "format": export.format()?.code(),
        "personal": export.personal_too,
        "query": export.query,
        "from": from.map(time),
        "to": to.map(time),
        "made_at": time(app.clock().now()),
        "size": size,
        "root": BASE64.encode(&checkpoint.root),
        "checkpoint": signed.note,
    });
    let line = canonical::canonical(&said).map_err(|e| Fault::bug("a manifest has no canonical form", e))?;
    Ok(prove::signer(app)?.sign(&format!("{}/export\n{line}\n", prove::origin(app))))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::store::event;

    const ID: Uuid = Uuid::from_u128(7);
    const SALT: [u8; 32] = [3; 32];

    fn body() -> String {
        let personal = json!({ "user_id": commitment(&SALT, "user_id", "=1+1") });
        let body = json!({
            "actor": { "kind": "worker" }, "at": "2026-11-21T07:05:00.123456Z", "facts": { "n": 1 }, "id": ID,
            "kind": "case.noted", "outcome": "done", "personal": personal, "subject": {},
        });
        canonical::canonical(&body).unwrap()
    }

    fn row(staff: &str) -> Row {
        let event = event::Row {
            id: ID,
            at: DateTime::parse_from_rfc3339("2026-11-21T07:05:00.123456Z").unwrap().to_utc(),
            kind: "case.noted".to_owned(),
            outcome: "done".to_owned(),
            actor: "worker".to_owned(),
            staff_id: None,
            account_id: None,
            request_id: None,
            body: body(),
        };
        Row {
            index: 7,
            hash: merkle::leaf(body().as_bytes()).to_vec(),
            fits: true,
            event: Some(event),
            staff: Some(staff.to_owned()),
            reference: None,
            salt: Some(SALT.to_vec()),
            personal: Some(json!({ "user_id": "=1+1" })),
        }
    }

    #[test]
    fn formulas_become_text_and_the_body_stays_exact() {
        for username in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            let bytes = part(&[row(username)], Format::Csv, Personal::But(&HashSet::new()), true).unwrap();
            let mut reader = csv::Reader::from_reader(&bytes[..]);
            assert_eq!(reader.headers().unwrap(), &csv::StringRecord::from(COLUMNS.to_vec()));
            let cells = reader.records().next().unwrap().unwrap();
            assert_eq!(&cells[7], format!("'{username}"));
            assert_eq!(&cells[12], body());
            assert!(cells.iter().all(|cell| !is_formula(cell)), "{cells:?}");
        }
    }

    #[test]
    fn personal_details_go_along_only_where_they_were_asked_for() {
        let with = part(&[row("sari")], Format::Jsonl, Personal::But(&HashSet::new()), true).unwrap();
        let without = part(&[row("sari")], Format::Jsonl, Personal::Without, true).unwrap();
        let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
        assert_eq!(read(&with)["personal"]["user_id"], "=1+1");
        assert_eq!(read(&without)["personal"], Value::Null);
        assert_eq!(read(&without)["body"], body());
    }

    #[test]
    fn details_that_an_erasure_took_are_told_as_none() {
        let erased = Row { personal: None, salt: None, ..row("sari") };
        assert_eq!(bare(&[row("sari"), erased.clone()]), [ID]);
        let bytes = part(&[erased], Format::Jsonl, Personal::But(&HashSet::from([ID])), true).unwrap();
        let line: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((&line["personal"], &line["actor_id"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn whatever_is_not_what_was_sealed_ends_the_export() {
        let of = |change: &dyn Fn(&mut event::Row)| {
            let mut changed = row("sari");
            changed.event.as_mut().into_iter().for_each(change);
            changed
        };
        for changed in [
            Row { event: None, ..row("sari") },
            Row { event: None, fits: false, ..row("sari") },
            Row { personal: Some(json!({ "user_id": "=1+2" })), ..row("sari") },
            Row { personal: Some(json!({ "user_id": "=1+1", "name": "x" })), ..row("sari") },
            Row { personal: Some(json!({})), ..row("sari") },
            Row { personal: None, salt: None, ..row("sari") },
            Row { fits: false, ..of(&|event| event.kind = "case.taken".to_owned()) },
            of(&|event| event.body = event.body.replace("\"n\":1", "\"n\":2")),
            of(&|event| event.body = "nothing of ours".to_owned()),
            of(&|event| event.outcome = "refused".to_owned()),
            of(&|event| event.account_id = Some(ID)),
        ] {
            let fault = part(&[changed], Format::Csv, Personal::But(&HashSet::new()), false).unwrap_err().to_string();
            assert!(fault.contains("leaf 7"), "{fault}");
        }
        let other = Row { fits: false, ..row("sari") };
        assert!(
            part(&[other], Format::Csv, Personal::But(&HashSet::new()), false).unwrap().is_empty(),
            "it is not what was searched"
        );
    }
}

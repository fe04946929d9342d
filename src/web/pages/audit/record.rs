//! One event: shown, checked here and now, its proof taken along, and marked.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value as Json;
use uuid::Uuid;

use super::super::staff::desk;
use super::super::{page, see};
use crate::actions::audit::{mark, read};
use crate::app::staff::Auditor;
use crate::audit::details;
use crate::audit::prove::{NoProof, Proved};
use crate::base::fault::Fault;
use crate::model::refusal::{Refusal, Stop};
use crate::model::sample::{Mark, NOTE_MAX};
use crate::store::audit::mark as marks;
use crate::store::audit::record::{self, Kept};
use crate::views::audit::record::{self as views, About, Data, Detail, Draft, Fact, Marked, Proof, Shown, Value};
use crate::views::staff::{Desk, Room};
use crate::web::lang::Spoken;
use crate::web::{Browser, House, On, Sent};

/// `GET /audit/events/{id}`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Auditor>,
    id: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let id = super::id(&id)?;
    let desk = desk(&house, &req, spoken, &browser, &on, Room::History)?;
    draw(&house, &desk, &on, id, None).await
}

/// `GET /audit/events/{id}/proof`: a file that can be checked elsewhere.
pub async fn proof(house: web::Data<House>, on: On<Auditor>, id: web::Path<String>) -> Result<HttpResponse, Stop> {
    let id = super::id(&id)?;
    let proved = read::take(&house.app, on.proof, id).await?.ok_or(Refusal::NotFound)?;
    let name = format!("attachment; filename=\"pulih-proof-{}.json\"", proved.leaf.index);
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((CONTENT_DISPOSITION, name))
        .body(proved.file().to_string()))
}

/// `POST /audit/events/{id}/mark`
pub async fn mark(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Auditor>,
    sent: Sent,
    id: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let id = super::id(&id)?;
    let said = sent.form.one("mark").text().and_then(Mark::from_code);
    let note = sent.form.typed("note").replace("\r\n", "\n").trim().to_owned();
    let odd = note.chars().any(|c| c.is_control() && c != '\n') || note.chars().count() > NOTE_MAX;
    let note_flaw = match said {
        _ if odd => Some("record-note-odd"),
        // who asks or finds says what
        Some(Mark::Question | Mark::Finding) if note.is_empty() => Some("record-note-missing"),
        _ => None,
    };
    let (Some(said), None) = (said, note_flaw) else {
        let mark_flaw = said.is_none().then_some("record-mark-missing");
        let draft = Draft { mark: said, note, mark_flaw, note_flaw };
        let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::History)?;
        return draw(&house, &desk, &on, id, Some(draft)).await;
    };
    mark::mark(&house.app, on.proof, id, said, &note).await?;
    Ok(see(&format!("/audit/events/{id}")))
}

async fn draw(
    house: &House,
    desk: &Desk,
    on: &On<Auditor>,
    id: Uuid,
    draft: Option<Draft>,
) -> Result<HttpResponse, Stop> {
    let (kept, proved) = read::read(&house.app, on.proof, id).await?.ok_or(Refusal::NotFound)?;
    let status = if draft.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let data = data(house, kept, shown(proved), draft).await?;
    Ok(page(status, views::page(desk, &data)))
}

/// What the page says of a proof, which was checked when it was made.
fn shown(proved: Result<Proved, NoProof>) -> Proof {
    match proved {
        Ok(proved) => Proof::Holds(Shown {
            index: proved.leaf.index,
            hash: HEXLOWER.encode(&proved.leaf.hash),
            path: proved.path.iter().map(|hash| BASE64.encode(hash)).collect(),
            size: proved.checkpoint.size,
            noted_at: proved.checkpoint.at,
            note: proved.checkpoint.note,
        }),
        Err(NoProof::NotSealed) => Proof::Waits,
        Err(NoProof::Altered) => Proof::Fails,
    }
}

async fn data(
    house: &House,
    Kept { event, salt, details }: Kept,
    proof: Proof,
    draft: Option<Draft>,
) -> Result<Data, Stop> {
    // what was altered may be anything
    let body: Json = serde_json::from_str(&event.body).unwrap_or_default();
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let (actor, subject) = (&body["actor"], &body["subject"]);
    let ids: Vec<(String, Uuid)> =
        members(subject).filter_map(|(name, id)| Some((name.clone(), Uuid::try_parse(id.as_str()?).ok()?))).collect();
    let by = Uuid::try_parse(&text(&actor["id"])).ok();
    let wanted: Vec<Uuid> = ids.iter().map(|(_, id)| *id).chain(by).collect();
    let mut read = house.app.read().await?;
    let names = record::names(&mut read, &wanted).await?;
    let set = marks::of(&mut read, event.id).await?;
    let held = details::Kept { salt: salt.as_deref(), values: details.as_ref() };
    let personal = details::of(&mut read, &event, held).await?;
    drop(read);
    let name = by.and_then(|by| names.get(&("staff".to_owned(), by)).cloned()).or_else(|| {
        let worker = text(&actor["name"]);
        (!worker.is_empty()).then_some(worker)
    });
    let subject = ids.into_iter().map(|(what, id)| (what.clone(), about(&what, id, names.get(&(what.clone(), id)))));
    Ok(Data {
        id: event.id.to_string(),
        at: time(&body["at"]).unwrap_or(event.at),
        kind: text(&body["kind"]),
        refused: (body["outcome"] == "refused").then(|| text(&body["refusal"])),
        actor: text(&actor["kind"]),
        name,
        subject: subject.collect(),
        facts: facts(&body["facts"]),
        details: personal.into_iter().map(|(name, is)| (name, detail(is))).collect(),
        proof,
        marks: set
            .into_iter()
            .map(|m| Ok(Marked { mark: super::mark(&m.mark, event.id)?, note: m.note, staff: m.staff, at: m.at }))
            .collect::<Result<_, Fault>>()?,
        body: event.body,
        draft,
    })
}

fn time(value: &Json) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|at| at.to_utc())
}

fn members(value: &Json) -> impl Iterator<Item = (&String, &Json)> {
    value.as_object().into_iter().flatten()
}

/// Something an event is about, as people call it, and where more of it is.
fn about(what: &str, id: Uuid, name: Option<&String>) -> About {
    let to = match (what, name) {
        ("request", Some(reference)) => format!("/audit/cases/{reference}"),
        ("case", Some(reference)) => format!("/audit?q=case%3A{reference}"),
        _ => format!("/audit?q={id}"),
    };
    About { name: name.cloned().unwrap_or_else(|| id.to_string()), to }
}

/// Facts that tell what was and what is since.
const PAIRS: [(&str, &str); 3] = [("before", "after"), ("from", "to"), ("removed", "added")];

fn facts(facts: &Json) -> Vec<Fact> {
    let pair = PAIRS.iter().find(|(before, after)| facts.get(before).is_some() && facts.get(after).is_some());
    let mut out: Vec<Fact> = pair
        .map(|(before, after)| Fact::Changed(value(before, &facts[before]), value(after, &facts[after])))
        .into_iter()
        .collect();
    let rest = members(facts).filter(|(name, _)| pair.is_none_or(|(before, after)| name != before && name != after));
    out.extend(rest.map(|(name, is)| Fact::Is(name.clone(), value(name, is))));
    out
}

fn value(name: &str, value: &Json) -> Value {
    match value {
        Json::Null => Value::Nothing,
        Json::Bool(truth) => Value::Truth(*truth),
        Json::String(text) if name == "event" && Uuid::try_parse(text).is_ok() => Value::Event(text.clone()),
        Json::String(text) => time(value).map_or_else(|| Value::Text(text.clone()), Value::Time),
        Json::Array(many) => Value::List(many.iter().map(plain).collect()),
        other => Value::Text(plain(other)),
    }
}

/// A value of a list without the quotes of JSON.
fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => "–".to_owned(),
        Json::Array(many) if many.is_empty() => "–".to_owned(),
        Json::Array(many) => many.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn detail(detail: details::Detail) -> Detail {
    match detail {
        details::Detail::Open(text) => Detail::Open(text),
        details::Detail::Altered(text) => Detail::Altered(text),
        details::Detail::Erased(at) => Detail::Erased(at),
        details::Detail::Gone => Detail::Gone,
    }
}

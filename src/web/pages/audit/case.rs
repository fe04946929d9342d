//! Everything about one request: as a page, as a file to print, as JSON with its proofs.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use serde_json::Value;

use super::super::page;
use super::super::staff::desk;
use super::file;
use crate::actions::audit::case as action;
use crate::app::staff::Auditor;
use crate::audit::details;
use crate::audit::pack::{self, Pack, Stands};
use crate::audit::prove::NoProof;
use crate::base::fault::Fault;
use crate::model::refusal::{Refusal, Stop};
use crate::store::Read;
use crate::store::audit::case::{self as store, Request};
use crate::store::erasure;
use crate::views::audit::case::{self as views, Data, Detail, Letter, Link, Mail, Proposal, Seal, Told};
use crate::views::audit::pack as pack_views;
use crate::views::staff::Room;
use crate::web::lang::Spoken;
use crate::web::{Browser, House, On};

/// `GET /audit/cases/{reference}`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Auditor>,
    path: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let (data, _) = told(&house, on.proof, &path, "page").await?;
    let desk = desk(&house, &req, spoken, &browser, &on, Room::History)?;
    Ok(page(StatusCode::OK, views::page(&desk, &data)))
}

/// `GET /audit/cases/{reference}/pack.html`
pub async fn html(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Auditor>,
    path: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let (data, pack) = told(&house, on.proof, &path, "html").await?;
    let desk = desk(&house, &req, spoken, &browser, &on, Room::History)?;
    let whole = pack_views::file(&desk, &data, &pack.json).into_string();
    Ok(file("text/html; charset=utf-8", &format!("{}.html", data.reference), whole))
}

/// `GET /audit/cases/{reference}/pack.json`
pub async fn json(house: web::Data<House>, on: On<Auditor>, path: web::Path<String>) -> Result<HttpResponse, Stop> {
    let (data, pack) = told(&house, on.proof, &path, "json").await?;
    Ok(file("application/json", &format!("{}.json", data.reference), pack.json))
}

/// Everything about the request of a reference, once it is noted that somebody reads it.
async fn told(house: &House, auditor: Auditor, reference: &str, format: &'static str) -> Result<(Data, Pack), Stop> {
    let found = store::request(&mut house.app.read().await?, reference).await?.ok_or(Refusal::NotFound)?;
    action::read(&house.app, auditor, found.id, format).await?;
    let mut read = house.app.read().await?;
    let events = store::events(&mut read, &found).await?;
    let pack = pack::make(&house.app, &mut read, &found, &events).await?;
    let mut people: BTreeMap<(String, String), usize> = BTreeMap::new();
    // who only reads does not act
    for event in events.events.iter().filter(|event| !event.event.kind.starts_with("audit.")) {
        if let (Some(name), Some(username)) = (&event.staff_name, &event.staff_username) {
            *people.entry((name.clone(), username.clone())).or_default() += 1;
        }
    }
    let (left_out, events) = (events.left_out, events.events.iter().zip(&pack.events));
    let events = events.map(|(told, stands)| event(told, stands)).collect();
    let data = around(&mut read, found).await?;
    let people = people.into_iter().map(|((name, username), count)| (name, username, count)).collect();
    Ok((Data { events, left_out, people, size: pack.size, ..data }, pack))
}

fn event(told: &store::Told, stands: &Stands) -> Told {
    // what was altered may be anything
    let body: Value = serde_json::from_str(&told.event.body).unwrap_or_default();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let facts = body["facts"].as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    Told {
        seal: match stands.leaf {
            Ok(leaf) => Seal::Leaf(leaf),
            Err(NoProof::NotSealed) => Seal::Waits,
            Err(NoProof::Altered) => Seal::Broken,
        },
        at: told.event.at,
        kind: told.event.kind.clone(),
        refused: body["refusal"].as_str().map(str::to_owned),
        actor: told.event.actor.clone(),
        staff: told.staff_name.clone(),
        facts: facts.map(|(name, value)| (name.clone(), text(value))).collect(),
        personal: stands.details.iter().map(|(name, is)| (name.clone(), detail(is))).collect(),
    }
}

fn detail(detail: &details::Detail) -> Detail {
    match detail {
        details::Detail::Open(text) => Detail::Open(text.clone()),
        details::Detail::Altered(text) => Detail::Altered(text.clone()),
        details::Detail::Erased(at) => Detail::Erased(*at),
        details::Detail::Gone => Detail::Gone,
    }
}

/// What stands around the events.
async fn around(read: &mut Read, found: Request) -> Result<Data, Fault> {
    let (proposals, letters) = (store::proposals(read, &found).await?, store::letters(read, &found).await?);
    let (links, mails) = (store::links(read, &found).await?, store::mails(read, &found).await?);
    let erased = erasure::at(read, found.account_id, Some(found.id)).await?;
    let mails: Result<Vec<Mail>, Fault> = mails.into_iter().map(mail).collect();
    Ok(Data {
        account: found.user_id.zip(found.name),
        reference: found.reference,
        channel: found.channel,
        state: found.state,
        user_type: found.typed_type,
        typed_user_id: found.typed_user_id,
        typed_address: found.typed_address,
        browser: found.browser,
        network: found.network,
        asked_at: found.asked_at,
        ended_at: found.ended_at,
        erased,
        size: None,
        events: Vec::new(),
        left_out: 0,
        people: Vec::new(),
        proposals: proposals.into_iter().map(proposal).collect(),
        letters: letters.into_iter().map(letter).collect(),
        links: links.into_iter().map(link).collect(),
        mails: mails?,
    })
}

fn proposal(p: store::Proposal) -> Proposal {
    let decisions = p.deciders.into_iter().zip(p.verdicts).collect();
    Proposal { kind: p.kind, state: p.state, proposer: p.proposer, at: p.proposed_at, decisions }
}

fn letter(l: store::Letter) -> Letter {
    let answer = [l.domain, l.answer].into_iter().flatten().collect::<Vec<_>>().join(": ");
    Letter { kind: l.kind, state: l.state, at: l.queued_at, ended_at: l.ended_at, attempts: l.attempts, answer }
}

fn link(l: store::Link) -> Link {
    Link {
        kind: l.kind,
        at: l.issued_at,
        handed_over_at: l.handed_over_at,
        opened_at: l.opened_at,
        ended: l.ended_at.zip(l.end_reason),
    }
}

fn mail(m: store::Mail) -> Result<Mail, Fault> {
    let judgement = m.judgement()?;
    Ok(Mail {
        at: m.taken_at,
        from: m.from_address.unwrap_or_default(),
        subject: m.subject.unwrap_or_default(),
        sha256: HEXLOWER.encode(&m.sha256),
        judgement,
    })
}

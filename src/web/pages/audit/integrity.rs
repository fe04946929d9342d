//! Whether the log is whole, and asking that it be verified.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use data_encoding::BASE64;

use super::super::staff::desk;
use super::super::{page, see};
use crate::actions::audit::verify;
use crate::app::staff::Auditor;
use crate::audit::prove;
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::merkle;
use crate::base::note::Verifier;
use crate::model::refusal::Stop;
use crate::store::Read;
use crate::store::audit::verification::{self, Verification};
use crate::store::log::read::Signed;
use crate::store::log::{copy, seal};
use crate::views::audit::integrity::{self as views, Finding, Note, Place, Running, Verified};
use crate::views::staff::Room;
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent};

const INTEGRITY: &str = "/audit/integrity";

/// `GET /audit/integrity`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Auditor>,
) -> Result<HttpResponse, Stop> {
    let query = Form::parse(req.query_string().as_bytes());
    let trusted = prove::verifiers(&house.app)?;
    let mut read = house.app.read().await?;
    let waiting = seal::waiting(&mut read).await?;
    let running = verification::open(&mut read).await?;
    let data = views::Data {
        note: query.one("note").text().and_then(Note::from_code),
        checkpoint: checkpoint(&house, &mut read, &trusted).await?,
        keys: keys(&house, &trusted)?,
        waiting: waiting.events,
        oldest: TimeDelta::seconds(waiting.seconds),
        heartbeat: verification::heartbeat(&mut read).await?,
        places: copy::places(&mut read).await?.into_iter().map(place).collect(),
        running: running.map(|v| Running { asked_name: v.asked_name, done: v.done, total: v.total }),
        last: verification::last(&mut read).await?.and_then(verified),
    };
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Integrity)?;
    Ok(page(StatusCode::OK, views::page(&desk, &data)))
}

/// `POST /audit/integrity/verify`
pub async fn ask(house: web::Data<House>, on: On<Auditor>, _sent: Sent) -> Result<HttpResponse, Stop> {
    let asked = verify::ask(&house.app, on.proof).await?;
    let note = if asked { Note::Asked } else { Note::Busy };
    Ok(see(&format!("{INTEGRITY}?note={}", note.code())))
}

/// The newest checkpoint, and whether it goes on from the one before it and from the oldest.
async fn checkpoint(house: &House, read: &mut Read, trusted: &[Verifier]) -> Result<Option<views::Checkpoint>, Fault> {
    let kept = verification::checkpoints(read).await?;
    let Some((newest, older)) = kept.split_first() else { return Ok(None) };
    let said = Checkpoint::open(&newest.note, trusted).ok();
    let mut follows = Vec::new();
    for old in older {
        follows.push((old.size, fits(read, old, newest, trusted).await?));
    }
    Ok(Some(views::Checkpoint {
        size: newest.size,
        root: said.as_ref().map(|said| BASE64.encode(&said.root)).unwrap_or_default(),
        at: newest.at,
        age: house.app.clock().now() - newest.at,
        note: newest.note.clone(),
        signed: said.is_some_and(|said| i64::try_from(said.size) == Ok(newest.size)),
        follows,
    }))
}

/// Whether the log of the older checkpoint is the beginning of that of the newer one.
async fn fits(read: &mut Read, old: &Signed, new: &Signed, trusted: &[Verifier]) -> Result<bool, Fault> {
    let (Ok(old), Ok(new)) = (Checkpoint::open(&old.note, trusted), Checkpoint::open(&new.note, trusted)) else {
        return Ok(false);
    };
    let path = prove::consistency(read, old.size, new.size).await?;
    Ok(path.is_some_and(|path| merkle::verify_consistency(old.size, &old.root, new.size, &new.root, &path)))
}

/// The key that signs now, and those that signed before.
fn keys(house: &House, trusted: &[Verifier]) -> Result<Vec<String>, Fault> {
    let now = prove::signer(&house.app)?.verifier();
    let before = trusted.iter().filter(|key| **key != now).map(Verifier::text);
    Ok(std::iter::once(now.text()).chain(before).collect())
}

fn place(place: copy::Place) -> Place {
    let came = place.at.is_some();
    Place {
        name: place.place,
        size: came.then_some(place.size),
        at: place.at,
        trouble: place.contradiction.or(place.error),
    }
}

fn verified(v: Verification) -> Option<Verified> {
    let finding = |found: &serde_json::Value| Finding {
        index: found["index"].as_i64(),
        code: found["code"].as_str().unwrap_or_default().to_owned(),
        words: found["words"].as_str().unwrap_or_default().to_owned(),
    };
    let findings = v.findings.as_array().map(|all| all.iter().map(finding).collect()).unwrap_or_default();
    Some(Verified {
        at: v.ended_at?,
        asked_name: v.asked_name,
        size: v.size.unwrap_or_default(),
        found: v.found,
        first_bad: v.first_bad,
        findings,
    })
}

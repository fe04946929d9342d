//! Exports of the history: asking, looking how far they are, fetching.

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use futures_util::stream;
use uuid::Uuid;

use super::super::staff::desk;
use super::super::{page, see};
use super::{SANDBOX, file};
use crate::actions::audit::export;
use crate::app::App;
use crate::app::staff::Auditor;
use crate::audit::export::{file_name, unpacked};
use crate::base::fault::Fault;
use crate::model::export::Format;
use crate::model::history;
use crate::model::refusal::{Refusal, Stop};
use crate::store::audit::exports::{self, Export};
use crate::views::audit::exports::{self as views, Line, Note, State, Typed};
use crate::views::staff::Room;
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent};

const EXPORTS: &str = "/audit/exports";
/// Exports on the page.
const NEWEST: i64 = 50;

/// `GET /audit/exports`; `?q=` fills in the query.
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Auditor>,
) -> Result<HttpResponse, Stop> {
    let query = Form::parse(req.query_string().as_bytes());
    let note = query.one("note").text().and_then(Note::from_code);
    let typed = Typed { query: query.one("q").text().unwrap_or_default().to_owned(), ..Typed::default() };
    let data = views::Data { typed, note, bad: None, lines: lines(&house).await? };
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Exports)?;
    Ok(page(StatusCode::OK, views::page(&desk, &data)))
}

async fn lines(house: &House) -> Result<Vec<Line>, Fault> {
    let found = exports::list(&mut house.app.read().await?, NEWEST).await?;
    found.into_iter().map(line).collect()
}

fn line(export: Export) -> Result<Line, Fault> {
    let format = export.format()?;
    let rows = export.rows;
    let state = match (export.state.as_str(), export.there, &export.sha256, export.expires_at) {
        ("queued", ..) => State::Queued,
        ("running", ..) => State::Running { at: export.next_leaf, of: export.size.unwrap_or_default(), rows },
        ("made", true, Some(sha256), Some(until)) => {
            State::Made { rows, bytes: export.bytes, sha256: HEXLOWER.encode(sha256), until }
        }
        ("made", ..) => State::Over { rows },
        _ => State::Failed,
    };
    Ok(Line {
        id: export.id.to_string(),
        asked_at: export.asked_at,
        asked_name: export.asked_name,
        query: export.query,
        format,
        personal: export.personal_too,
        state,
    })
}

/// `POST /audit/exports`
pub async fn ask(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Auditor>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let format = sent.form.one("format").text().and_then(Format::from_code).ok_or(Refusal::FormInvalid)?;
    let typed = Typed {
        query: sent.form.one("query").text().unwrap_or_default().trim().to_owned(),
        format,
        personal: sent.form.one("personal").text() == Some("1"),
    };
    if let Err(bad) = history::parse(&typed.query) {
        let data = views::Data { typed, bad: Some((bad.flaw, bad.span)), note: None, lines: lines(&house).await? };
        let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Exports)?;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, views::page(&desk, &data)));
    }
    let asked = export::ask(&house.app, on.proof, format, typed.personal, &typed.query).await?;
    let note = if asked { Note::Asked } else { Note::Busy };
    Ok(see(&format!("{EXPORTS}?note={}", note.code())))
}

async fn made(house: &House, id: &str) -> Result<Export, Stop> {
    let id = Uuid::parse_str(id).map_err(|_| Refusal::NotFound)?;
    let found = exports::find(&mut house.app.read().await?, id).await?;
    Ok(found.filter(|export| export.there).ok_or(Refusal::NotFound)?)
}

/// `GET /audit/exports/{id}/file`: part after part, so that its length costs no memory.
pub async fn fetch(house: web::Data<House>, on: On<Auditor>, path: web::Path<String>) -> Result<HttpResponse, Stop> {
    let found = made(&house, &path).await?;
    let (name, kind) = (file_name(&found)?, media_type(found.format()?));
    export::fetched(&house.app, on.proof, found.id, "file").await?;
    let bytes = u64::try_from(found.bytes).map_err(|e| Fault::bug("a file of a negative length", e))?;
    let parts = stream::try_unfold((house.app.clone(), 0), move |(app, number)| {
        let (id, end) = (found.id, found.parts);
        async move {
            if number >= end {
                return Ok::<_, Fault>(None);
            }
            Ok(Some((next(&app, id, number).await?, (app, number + 1))))
        }
    });
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .body(SizedStream::new(bytes, Box::pin(parts))))
}

async fn next(app: &App, id: Uuid, number: i32) -> Result<Bytes, Fault> {
    Ok(Bytes::from(unpacked(&mut app.read().await?, id, number).await?))
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Jsonl => "application/jsonl; charset=utf-8",
    }
}

/// `GET /audit/exports/{id}/manifest`: the signed note.
pub async fn manifest(house: web::Data<House>, on: On<Auditor>, path: web::Path<String>) -> Result<HttpResponse, Stop> {
    let found = made(&house, &path).await?;
    let name = format!("{}.manifest", file_name(&found)?);
    let note = found.manifest.ok_or_else(|| Fault::broken("an export without its manifest"))?;
    export::fetched(&house.app, on.proof, found.id, "manifest").await?;
    Ok(file("text/plain; charset=utf-8", &name, note))
}

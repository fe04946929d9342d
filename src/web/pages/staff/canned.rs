//! The room of settings, and texts for replies.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::super::{page, see};
use super::desk;
use crate::actions::canned::{self as actions, Text};
use crate::app::staff::{Admin, Lead};
use crate::model::canned::{NAME_MAX, TEXT_MAX, Values, fill};
use crate::model::refusal::{Refusal, Stop};
use crate::store::desk::canned as store;
use crate::views::staff::Room;
use crate::views::staff::settings::{self as views, Canned, Edit};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent};

const LIST: &str = "/staff/settings/canned";

/// `GET /staff/settings`
pub async fn index(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Lead>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Settings)?;
    Ok(page(StatusCode::OK, views::index(&desk)))
}

/// `GET /staff/settings/canned`
pub async fn list(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Admin>,
) -> Result<HttpResponse, Stop> {
    let saved = Form::parse(req.query_string().as_bytes()).one("note").text() == Some("saved");
    let texts = store::all(&mut house.app.read().await?).await?;
    let shown = |t: store::Canned| Canned { id: t.id, name: t.name, version: t.version, text_id: t.text_id, by: t.by };
    let texts: Vec<Canned> = texts.into_iter().map(shown).collect();
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Settings)?;
    Ok(page(StatusCode::OK, views::canned_list(&desk, &texts, saved)))
}

/// `GET /staff/settings/canned/{id}`; `new` is a new one.
pub async fn edit(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Admin>,
    id: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let edit = match seen(&id)? {
        None => Edit::default(),
        Some(id) => {
            let found = store::find(&mut house.app.read().await?, id).await?.ok_or(Refusal::NotFound)?;
            let (name, text_id, text_en) = (found.name, found.text_id, found.text_en);
            Edit { id: Some(id), name, text_id, text_en, ..Edit::default() }
        }
    };
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Settings)?;
    Ok(page(StatusCode::OK, views::canned_edit(&desk, &edit)))
}

fn seen(id: &str) -> Result<Option<Uuid>, Refusal> {
    if id == "new" { Ok(None) } else { Uuid::parse_str(id).map(Some).map_err(|_| Refusal::NotFound) }
}

/// `POST /staff/settings/canned/{id}`: look at it, or save it.
pub async fn save(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Admin>,
    id: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let typed = |name: &str| {
        let text = sent.form.one(name).text().unwrap_or_default().replace("\r\n", "\n");
        text.trim().chars().filter(|c| *c == '\n' || !c.is_control()).collect::<String>()
    };
    let mut edit = Edit {
        id: seen(&id)?,
        name: typed("name").replace('\n', " "),
        text_id: typed("text_id"),
        text_en: typed("text_en"),
        ..Edit::default()
    };
    flaws(&mut edit);
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if edit.flaws.is_empty() && sent.form.one("step").text() == Some("preview") {
        let values =
            Values {
                name: "Rina Wijaya".to_owned(), user_id: "A•••7".to_owned(), reference: "R-7K2M-9QXD".to_owned()
            };
        edit.preview = fill(&edit.text_id, &values).ok().zip(fill(&edit.text_en, &values).ok());
        status = StatusCode::OK;
    } else if edit.flaws.is_empty() {
        let text = Text { name: edit.name.clone(), text_id: edit.text_id.clone(), text_en: edit.text_en.clone() };
        match actions::save(&house.app, on.proof, edit.id, &text).await {
            Ok(()) => return Ok(see(&format!("{LIST}?note=saved"))),
            Err(Stop::Refused(Refusal::ChangedMeanwhile)) => {
                edit.flaws.push((if edit.id.is_some() { "text_id" } else { "name" }, "desk-name-taken"));
                status = StatusCode::CONFLICT;
            }
            Err(stop) => return Err(stop),
        }
    }
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Settings)?;
    Ok(page(status, views::canned_edit(&desk, &edit)))
}

fn flaws(edit: &mut Edit) {
    let mut found = Vec::new();
    if edit.name.is_empty() || edit.name.chars().count() > NAME_MAX {
        found.push(("name", "desk-name-missing"));
    }
    for (id, text) in [("text_id", &edit.text_id), ("text_en", &edit.text_en)] {
        if text.is_empty() {
            found.push((id, "desk-text-missing"));
        } else if text.chars().count() > TEXT_MAX {
            found.push((id, "desk-text-long"));
        } else if let Err(name) = fill(text, &Values::default()) {
            edit.unknown = name;
            found.push((id, "desk-text-unknown"));
        }
    }
    edit.flaws = found;
}

/// `POST /staff/settings/canned/{id}/retire`
pub async fn retire(
    house: web::Data<House>,
    on: On<Admin>,
    id: web::Path<String>,
    _sent: Sent,
) -> Result<HttpResponse, Stop> {
    let id = Uuid::parse_str(&id).map_err(|_| Refusal::NotFound)?;
    actions::retire(&house.app, on.proof, id).await?;
    Ok(see(&format!("{LIST}?note=saved")))
}

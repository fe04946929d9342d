//! Portals: the list with their keys, and the forms of a portal.

pub mod keys;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::super::{dated, page, see};
use super::{desk, id};
use crate::actions::staff_portal as actions;
use crate::app::staff::Admin;
use crate::base::fault::Fault;
use crate::base::form_token;
use crate::base::keyring::Purpose;
use crate::base::random;
use crate::model::access::{self, named};
use crate::model::portal::{ENDS_SOON_DAYS, is_return_url, is_slug};
use crate::model::refusal::{Refusal, Stop};
use crate::store::portal::key::{self, Key};
use crate::store::portal::{self as store, Portal};
use crate::views::staff::portal_forms::{self as forms, Edit, Flaw};
use crate::views::staff::portals::{self as views, Note, State};
use crate::views::staff::{Desk, Room};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent};

/// How long a form may be filled in.
const FORM_LIFE: TimeDelta = TimeDelta::hours(2);
const LIST: &str = "/staff/portals";

/// `GET /staff/portals`
pub async fn list(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Admin>,
) -> Result<HttpResponse, Stop> {
    let note = Form::parse(req.query_string().as_bytes()).one("note").text().and_then(Note::from_code);
    let mut read = house.app.read().await?;
    let (portals, keys) = (store::list(&mut read).await?, key::list(&mut read).await?);
    drop(read);
    let now = house.app.clock().now();
    let portals = portals.iter().map(|p| portal_shown(p, &keys, now)).collect::<Result<Vec<_>, _>>()?;
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Portals)?;
    Ok(page(StatusCode::OK, views::list(&desk, &portals, note)))
}

fn portal_shown(portal: &Portal, keys: &[Key], now: DateTime<Utc>) -> Result<views::Portal, Fault> {
    let own = keys.iter().filter(|key| key.portal_id == portal.id);
    Ok(views::Portal {
        id: portal.id.to_string(),
        slug: portal.slug.clone(),
        name: portal.name.clone(),
        return_url: portal.return_url.clone(),
        keys: own.map(|key| key_shown(key, now)).collect::<Result<_, _>>()?,
    })
}

fn key_shown(key: &Key, now: DateTime<Utc>) -> Result<views::Key, Fault> {
    let Key { id, scopes: _, networks, portal_id: _, life } = key;
    let soon = life.expires_at.is_some_and(|at| at < now + TimeDelta::days(ENDS_SOON_DAYS));
    Ok(views::Key {
        id: id.to_string(),
        scopes: key.may()?,
        networks: networks.clone(),
        made_at: life.created_at,
        ends_at: life.revoked_at.or(life.expires_at),
        used_at: life.used_at,
        uses: life.uses,
        state: match life.state() {
            access::State::Revoked => State::Revoked,
            access::State::Expired => State::Expired,
            access::State::Live if soon => State::Ending,
            access::State::Live => State::Live,
        },
    })
}

async fn find(house: &House, path: &str) -> Result<Portal, Stop> {
    let found = store::by_id(&mut house.app.read().await?, id(path)?).await?;
    Ok(found.ok_or(Refusal::NotFound)?)
}

fn token(house: &House, browser: &Browser) -> String {
    let key = house.app.keys().of(Purpose::Cookie).current().1;
    form_token::issue(key, &browser.id, random::id(), house.app.clock().now())
}

/// The id that the sent form brings: what it makes gets it, so that it is made once.
fn form_id(house: &House, sent: &Sent) -> Result<Uuid, Refusal> {
    let key = house.app.keys().of(Purpose::Cookie).current().1;
    let typed = sent.form.one("form").text().unwrap_or_default();
    let token = form_token::read(key, &sent.browser.id, typed, house.app.clock().now(), FORM_LIFE);
    token.map(|token| token.id).map_err(|_| Refusal::Forged)
}

fn code(form: &Form) -> &str {
    form.one("code").text().unwrap_or_default()
}

/// What an action came to, or what is wrong with the form; what else stops it goes on.
fn flawed<T>(done: Result<T, Stop>, taken: &Flaw) -> Result<Result<T, Flaw>, Stop> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::Refused(refusal @ (Refusal::NotFound | Refusal::StaffSignInFirst))) => Err(refusal.into()),
        Err(Stop::Refused(Refusal::ChangedMeanwhile | Refusal::NotPossibleNow)) => Ok(Err(taken.clone())),
        Err(Stop::Refused(refusal)) => Ok(Err(Flaw::Refused(refusal))),
        Err(fault) => Err(fault),
    }
}

/// A form that comes back, with its status.
fn again(house: &House, flaws: &[Flaw], body: maud::Markup) -> HttpResponse {
    let held = flaws.iter().find_map(|flaw| match flaw {
        Flaw::Refused(Refusal::CodesHeld(until)) => Some(*until),
        _ => None,
    });
    dated(house, page(StatusCode::UNPROCESSABLE_ENTITY, body), held)
}

fn desk_of(house: &House, req: &HttpRequest, spoken: Spoken, sent: &Sent, on: &On<Admin>) -> Result<Desk, Stop> {
    desk(house, req, spoken, &sent.browser, on, Room::Portals)
}

/// `GET /staff/portals/new`
pub async fn new_page(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Admin>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Portals)?;
    let data = Edit { form: token(&house, &browser), place: "new".to_owned(), ..Edit::default() };
    Ok(page(StatusCode::OK, forms::edit(&desk, &data)))
}

/// `POST /staff/portals/new`
pub async fn new(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Admin>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let id = form_id(&house, &sent)?;
    let made = async || store::by_id(&mut house.app.read().await?, id).await;
    let there = format!("{LIST}?note={}", Note::Saved.code());
    // the same form posted again is the same portal
    if made().await?.is_some() {
        return Ok(see(&there));
    }
    let mut data = typed(&sent.form, "new", sent.form.typed("slug"));
    if !is_slug(&data.slug) {
        data.flaws.insert(0, Flaw::Slug);
    }
    if data.flaws.is_empty() {
        let return_url = Some(data.return_url.clone()).filter(|url| !url.is_empty());
        let new = Portal { id, slug: data.slug.clone(), name: data.name.clone(), return_url };
        let done = actions::add(&house.app, on.proof, code(&sent.form), &new).await;
        match flawed(done, &Flaw::SlugTaken)? {
            Ok(()) => return Ok(see(&there)),
            Err(flaw) => data.flaws.push(flaw),
        }
        if made().await?.is_some() {
            return Ok(see(&there));
        }
    }
    data.form = token(&house, &sent.browser);
    let desk = desk_of(&house, &req, spoken, &sent, &on)?;
    Ok(again(&house, &data.flaws, forms::edit(&desk, &data)))
}

/// Name and return URL as typed, and what is wrong with them.
fn typed(form: &Form, place: &str, slug: String) -> Edit {
    let name = form.one("name").line().unwrap_or_default().trim().to_owned();
    let return_url = form.one("return_url").text().unwrap_or_default().trim().to_owned();
    let wrong = [(!named(&name), Flaw::Name), (!return_url.is_empty() && !is_return_url(&return_url), Flaw::ReturnUrl)];
    let flaws = wrong.into_iter().filter(|(wrong, _)| *wrong).map(|(_, flaw)| flaw).collect();
    Edit { form: String::new(), place: place.to_owned(), slug, name, return_url, flaws }
}

/// `GET /staff/portals/{id}`
pub async fn change_page(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Admin>,
    path: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let Portal { id, slug, name, return_url } = find(&house, &path).await?;
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Portals)?;
    let (form, return_url) = (token(&house, &browser), return_url.unwrap_or_default());
    let data = Edit { form, place: id.to_string(), slug, name, return_url, flaws: Vec::new() };
    Ok(page(StatusCode::OK, forms::edit(&desk, &data)))
}

/// `POST /staff/portals/{id}`
pub async fn change(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Admin>,
    path: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let there = find(&house, &path).await?;
    let mut data = typed(&sent.form, &there.id.to_string(), there.slug);
    if data.flaws.is_empty() {
        let return_url = Some(data.return_url.as_str()).filter(|url| !url.is_empty());
        let (app, proof) = (&house.app, on.proof);
        let done = actions::change(app, proof, code(&sent.form), there.id, &data.name, return_url).await;
        match flawed(done, &Flaw::SlugTaken)? {
            Ok(()) => return Ok(see(&format!("{LIST}?note={}", Note::Saved.code()))),
            Err(flaw) => data.flaws.push(flaw),
        }
    }
    data.form = token(&house, &sent.browser);
    let desk = desk_of(&house, &req, spoken, &sent, &on)?;
    Ok(again(&house, &data.flaws, forms::edit(&desk, &data)))
}

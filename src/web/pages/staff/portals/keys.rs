//! Keys of a portal: made and revoked.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{LIST, again, code, desk_of, find, flawed, form_id, key_shown, portal_shown, token};
use crate::actions::staff_portal as actions;
use crate::app::portal_key::Wanted;
use crate::app::staff::Admin;
use crate::base::fault::Fault;
use crate::base::network::Networks;
use crate::model::access::DAYS_MAX;
use crate::model::portal::Scope;
use crate::model::refusal::{Refusal, Stop};
use crate::store::portal::{Portal, key as store};
use crate::views::staff::Room;
use crate::views::staff::portal_forms::{self as forms, Flaw, NewKey};
use crate::views::staff::portals::{self as views, Made, Note, Revoke, State};
use crate::web::lang::Spoken;
use crate::web::pages::staff::{desk, id};
use crate::web::pages::{page, see};
use crate::web::{Browser, Form, House, On, Sent};

/// Networks of one key at most.
const NETWORKS_MAX: usize = 32;
/// Days that are proposed for a new key.
const DAYS: &str = "365";

/// `GET /staff/portals/{id}/key`
pub async fn new_page(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Admin>,
    path: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let portal = find(&house, &path).await?;
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Portals)?;
    let (form, days) = (token(&house, &browser), DAYS.to_owned());
    let data = NewKey { form, portal: portal.id.to_string(), name: portal.name, days, ..NewKey::default() };
    Ok(page(StatusCode::OK, forms::new_key(&desk, &data)))
}

/// `POST /staff/portals/{id}/key`: answers with the token, which no other page shows.
pub async fn new(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Admin>,
    path: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let (portal, key) = (find(&house, &path).await?, form_id(&house, &sent)?);
    let desk = desk_of(&house, &req, spoken, &sent, &on)?;
    let shown = portal_shown(&portal, &[], house.app.clock().now())?;
    let made = async || Ok::<_, Fault>(store::of(&mut house.app.read().await?, portal.id, key).await?.is_some());
    let before = || page(StatusCode::OK, views::made(&desk, &shown, &Made::Before { key: key.to_string() }));
    // the same form posted again makes no second key, and nobody can show the token of the first
    if made().await? {
        return Ok(before());
    }
    let (mut data, wanted) = wanted(&sent.form, &portal);
    if let Some(wanted) = wanted {
        let done = actions::add_key(&house.app, on.proof, code(&sent.form), portal.id, key, &wanted).await;
        match flawed(done, &Flaw::Full)? {
            Ok(made) => {
                let now = Made::Now { key: made.id.to_string(), token: made.token };
                return Ok(page(StatusCode::OK, views::made(&desk, &shown, &now)));
            }
            Err(flaw) => data.flaws.push(flaw),
        }
        if made().await? {
            return Ok(before());
        }
    }
    data.form = token(&house, &sent.browser);
    Ok(again(&house, &data.flaws, forms::new_key(&desk, &data)))
}

/// A new key as typed, and what is made where nothing is wrong with it.
fn wanted(form: &Form, portal: &Portal) -> (NewKey, Option<Wanted>) {
    let chosen = |scope: &Scope| form.one(&format!("scope-{}", scope.code())).text().is_some();
    let mut data = NewKey {
        form: String::new(),
        portal: portal.id.to_string(),
        name: portal.name.clone(),
        scopes: Scope::ALL.iter().copied().filter(chosen).collect(),
        networks: form.one("networks").text().unwrap_or_default().replace('\r', ""),
        days: form.one("days").text().unwrap_or_default().trim().to_owned(),
        flaws: Vec::new(),
    };
    if data.scopes.is_empty() {
        data.flaws.push(Flaw::Scopes);
    }
    let apart = |c: char| c.is_whitespace() || c == ',';
    let networks: Vec<String> = data.networks.split(apart).filter(|text| !text.is_empty()).map(str::to_owned).collect();
    match Networks::parse(&networks) {
        Ok(_) if networks.len() > NETWORKS_MAX => data.flaws.push(Flaw::Networks),
        Ok(_) => {}
        Err(bad) => data.flaws.push(Flaw::Network(bad.into_iter().next().unwrap_or_default())),
    }
    let days = data.days.parse::<u32>().ok().filter(|days| (1..=DAYS_MAX).contains(days));
    if days.is_none() && !data.days.is_empty() {
        data.flaws.push(Flaw::Days);
    }
    let days = days.and_then(|days| i32::try_from(days).ok());
    let wanted = Wanted { scopes: data.scopes.clone(), networks, days };
    let wanted = data.flaws.is_empty().then_some(wanted);
    (data, wanted)
}

/// A key of a portal that is named in an address.
async fn named_key(house: &House, (portal, key): &(String, String)) -> Result<Revoke, Stop> {
    let (portal, key) = (find(house, portal).await?, id(key)?);
    let found = store::of(&mut house.app.read().await?, portal.id, key).await?;
    let now = house.app.clock().now();
    let key = key_shown(&found.ok_or(Refusal::NotFound)?, now)?;
    Ok(Revoke { portal: portal_shown(&portal, &[], now)?, key, flaw: None })
}

/// `GET /staff/portals/{id}/keys/{key}`
pub async fn revoke_page(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Admin>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Stop> {
    let data = named_key(&house, &path).await?;
    if data.key.state == State::Revoked {
        return Err(Refusal::NotFound.into());
    }
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Portals)?;
    Ok(page(StatusCode::OK, views::revoke(&desk, &data)))
}

/// `POST /staff/portals/{id}/keys/{key}`
pub async fn revoke(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Admin>,
    path: web::Path<(String, String)>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let mut data = named_key(&house, &path).await?;
    let there = format!("{LIST}?note={}", Note::Revoked.code());
    // the same form posted again
    if data.key.state == State::Revoked {
        return Ok(see(&there));
    }
    let (portal, key) = (id(&path.0)?, id(&path.1)?);
    let done = actions::revoke(&house.app, on.proof, code(&sent.form), portal, key).await;
    match flawed(done, &Flaw::Full)? {
        Ok(()) => Ok(see(&there)),
        Err(flaw) => {
            data.flaw = Some(flaw.clone());
            let desk = desk_of(&house, &req, spoken, &sent, &on)?;
            Ok(again(&house, &[flaw], views::revoke(&desk, &data)))
        }
    }
}

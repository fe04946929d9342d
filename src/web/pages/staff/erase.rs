//! Proposing that a person's details are erased.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use uuid::Uuid;

use super::super::{dated, page, see};
use super::desk;
use crate::actions::erase::{self, Erase, obstacle};
use crate::app::staff::{Admin, Proof};
use crate::base::form_token;
use crate::base::keyring::Purpose;
use crate::base::random;
use crate::model::account::fold_user_id;
use crate::model::erasure::{Ground, is_reference, names};
use crate::model::refusal::{Refusal, Stop};
use crate::store::proposal;
use crate::store::proposal::subject;
use crate::store::{erasure, lookup};
use crate::views::staff::Room;
use crate::views::staff::erase::{self as views, Data, Flaw};
use crate::web::body::Field;
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent};

/// How long a form may be filled in.
const FORM_LIFE: TimeDelta = TimeDelta::hours(2);
/// Characters of a note at most.
const NOTE: usize = 500;

/// `GET /staff/accounts/erase`
pub async fn form(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Admin>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Accounts)?;
    let data = Data { form: token(&house, &browser), ..Data::default() };
    Ok(page(StatusCode::OK, views::page(&desk, &data)))
}

fn token(house: &House, browser: &Browser) -> String {
    let key = house.app.keys().of(Purpose::Cookie).current().1;
    form_token::issue(key, &browser.id, random::id(), house.app.clock().now())
}

/// `POST /staff/accounts/erase`
pub async fn send(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Admin>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let key = house.app.keys().of(Purpose::Cookie).current().1;
    let typed = sent.form.one("form").text().unwrap_or_default();
    let now = house.app.clock().now();
    let token = form_token::read(key, &sent.browser.id, typed, now, FORM_LIFE).map_err(|_| Refusal::Forged)?;
    let there = format!("/staff/approvals/{}", token.id);
    let me = on.proof.by().staff();
    // the same form posted again is the same proposal
    if proposal::is_by(&mut house.app.read().await?, token.id, me).await? {
        return Ok(see(&there));
    }
    let (mut data, wanted) = read(&house, &sent.form, token.id).await?;
    if let Some(wanted) = wanted {
        match erase::propose(&house.app, on.proof, &wanted).await {
            Ok(_) => return Ok(see(&there)),
            Err(Stop::Refused(refusal @ (Refusal::NotFound | Refusal::StaffSignInFirst))) => return Err(refusal.into()),
            Err(Stop::Refused(refusal)) => data.flaws.push(Flaw::Refused(refusal)),
            Err(fault) => return Err(fault),
        }
        if proposal::is_by(&mut house.app.read().await?, token.id, me).await? {
            return Ok(see(&there));
        }
    }
    data.form = self::token(&house, &sent.browser);
    let refused = data.flaws.iter().find_map(|flaw| match flaw {
        Flaw::Refused(refusal) => Some(*refusal),
        Flaw::Obstacle(_) => Some(Refusal::NotPossibleNow),
        _ => None,
    });
    let status = refused.map_or(422, Refusal::status);
    let held = if let Some(Refusal::CodesHeld(until)) = refused { Some(until) } else { None };
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Accounts)?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT);
    Ok(dated(&house, page(status, views::page(&desk, &data)), held))
}

/// What was typed, and what is proposed where nothing is wrong with it.
async fn read(house: &House, form: &Form, id: Uuid) -> Result<(Data, Option<Erase>), Stop> {
    let mut data = Data {
        form: String::new(),
        user_id: form.typed("user_id"),
        ground: form.one("ground").text().and_then(Ground::from_code),
        evidence: form.typed("evidence"),
        note: form.typed("note"),
        ..Data::default()
    };
    let evidence = form.one("evidence").line().map(str::trim).unwrap_or_default();
    let note = note(form);
    let folded = fold_user_id(form.one("user_id").line().unwrap_or_default());
    let mut read = house.app.read().await?;
    let account = match lookup::id_of(&mut read, &folded).await? {
        Some(account) => subject::find(&mut read, account).await?,
        None => None,
    };
    if let Some(account) = &account {
        let outlook = erasure::outlook(&mut read, account.id).await?;
        data.flaws.extend(obstacle(account, &outlook).map(Flaw::Obstacle));
        data.hindrance = outlook.hindrance;
    } else {
        data.flaws.push(Flaw::UserId);
    }
    drop(read);
    let named = |a: &subject::Subject| names(evidence, &a.user_id, &a.name, &a.addresses);
    let wrong = [
        (data.ground.is_none(), Flaw::Ground),
        (!is_reference(evidence) || account.as_ref().is_some_and(named), Flaw::Evidence),
        (note.is_none(), Flaw::Note),
    ];
    data.flaws.extend(wrong.into_iter().filter(|(wrong, _)| *wrong).map(|(_, flaw)| flaw));
    let (Some(account), Some(ground), Some(note), true) = (account, data.ground, note, data.flaws.is_empty()) else {
        return Ok((data, None));
    };
    let code = form.one("code").text().unwrap_or_default().trim().to_owned();
    Ok((data, Some(Erase { id, account: account.id, ground, evidence: evidence.to_owned(), note, code })))
}

/// Several lines of text.
fn note(form: &Form) -> Option<String> {
    let text = match form.one("note") {
        Field::Missing => return Some(String::new()),
        field => field.text()?.trim(),
    };
    let seen = text.lines().all(|line| Field::Text(line).line().is_ok());
    (seen && text.chars().count() <= NOTE).then(|| text.to_owned())
}

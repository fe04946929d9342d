//! The mailed link that stops what the desk agreed to, in two steps.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, page, see};
use crate::actions::cancel_manual::{self, may_cancel};
use crate::base::token::TokenPurpose;
use crate::model::account::mask_user_id;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::State;
use crate::store::link::Link;
use crate::store::proposal;
use crate::views::cancel::{self, Data, Stage};
use crate::views::link_problem;
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, Sent, proof};

const CANCEL: &str = "/cancel";

/// `GET /cancel/{token}`: a genuine token leaves the address at once; nothing else changes.
pub async fn arrive(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    token: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let genuine = proof::prove(&house, &token, TokenPurpose::Cancel).await?.is_some();
    Ok(super::arrive(&house, &req, spoken, genuine, (TokenPurpose::Cancel, &token), CANCEL))
}

/// `GET /cancel`: the step the person is at.
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
) -> Result<HttpResponse, Stop> {
    let frame = frame(&house, &req, spoken, Some(browser.csrf(&house)));
    let gone = |what| Ok(page(StatusCode::GONE, link_problem::page(&frame, &what)));
    let query = Form::parse(req.query_string().as_bytes());
    let Some(link) = proof::held(&house, &req, TokenPurpose::Cancel).await? else {
        return gone(link_problem::Data::Unknown);
    };
    let step = query.one("step").text().unwrap_or_default();
    let stage = match (step, link.state()?) {
        ("done", State::Cancelled | State::Contested) => Stage::Done,
        _ if !may_cancel(&link) => return gone(link_problem::Data::Ended),
        ("2", _) => Stage::Second { link: link.id.to_string() },
        _ => Stage::First { link: link.id.to_string() },
    };
    let data = data(&house, &link, stage).await?;
    Ok(page(StatusCode::OK, cancel::page(&frame, &data)))
}

async fn data(house: &House, link: &Link, stage: Stage) -> Result<Data, Stop> {
    let lost = proposal::says_lost(&mut house.app.read().await?, link.request_id).await?;
    Ok(Data {
        user_id_masked: mask_user_id(&link.user_id),
        reference: link.reference.clone(),
        due_at: link.due_at,
        contests: lost && link.position > 0,
        stage,
    })
}

/// `POST /cancel`: the first step, which changes nothing.
pub async fn next(req: HttpRequest, house: web::Data<House>, sent: Sent) -> Result<HttpResponse, Stop> {
    let link = proof::posted(&house, &req, TokenPurpose::Cancel, &sent.form).await?;
    Ok(step("2", link.id))
}

/// `POST /cancel/confirm`: the second step.
pub async fn confirm(req: HttpRequest, house: web::Data<House>, sent: Sent) -> Result<HttpResponse, Stop> {
    let link = proof::posted(&house, &req, TokenPurpose::Cancel, &sent.form).await?;
    match cancel_manual::cancel(&house.app, link.id).await {
        Ok(_) | Err(Stop::Refused(Refusal::LinkEnded)) => Ok(step("done", link.id)),
        Err(stop) => Err(stop),
    }
}

/// On to a step of that link.
fn step(name: &str, link: Uuid) -> HttpResponse {
    see(&format!("{CANCEL}?link={link}&step={name}"))
}

//! *Ini bukan saya*, in two steps.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, page, see};
use crate::actions::cancel::{self, NotMe};
use crate::actions::dispute;
use crate::base::token::TokenPurpose;
use crate::model::account::mask_user_id;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::QueueReason;
use crate::store::link::Link;
use crate::store::notice::Notice;
use crate::views::layout::Frame;
use crate::views::link_problem;
use crate::views::not_me::{self, CHANGES, Case, Data, Stage};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, Sent, proof};

const NOT_ME: &str = "/not-me";

/// `GET /not-me/{token}`: a genuine token leaves the address at once; nothing else changes.
pub async fn arrive(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    token: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let genuine = proof::prove(&house, &token, TokenPurpose::NotMe).await?.is_some()
        || proof::prove_notice(&house, &token, TokenPurpose::NotMe).await?.is_some();
    Ok(super::arrive(&house, &req, spoken, genuine, (TokenPurpose::NotMe, &token), NOT_ME))
}

/// `GET /not-me`: the step the person is at.
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
) -> Result<HttpResponse, Stop> {
    let frame = frame(&house, &req, spoken, Some(browser.csrf(&house)));
    let query = Form::parse(req.query_string().as_bytes());
    if let Some(notice) = proof::disputable_notice(&house, &req, query.one("link").text()).await? {
        return Ok(show_notice(&frame, &query, &notice));
    }
    let Some(link) = proof::disputable(&house, &req, query.one("link").text()).await? else {
        return Ok(page(StatusCode::GONE, link_problem::page(&frame, &link_problem::Data::Unknown)));
    };
    let told = link.queue_reason.as_deref() == Some(QueueReason::Disputed.code());
    let id = link.id.to_string();
    let stage = match query.one("step").text().unwrap_or_default() {
        "done" if told => Stage::Done { reference: link.reference.clone(), held_until: held_until(&link) },
        "2" => Stage::Second { link: id },
        _ => Stage::First { link: id },
    };
    let case = match cancel::effect(&link) {
        NotMe::Cancels => Case::Before,
        NotMe::Disputes => Case::After { reset_at: link.request_ended_at.unwrap_or(link.asked_at) },
        NotMe::Reports => Case::Secondary,
    };
    let data = Data { user_id_masked: mask_user_id(&link.user_id), asked_at: link.asked_at, case, stage };
    Ok(page(StatusCode::OK, not_me::page(&frame, &data)))
}

/// The step the holder of a notice about an account is at.
fn show_notice(frame: &Frame, query: &Form, notice: &Notice) -> HttpResponse {
    if notice.case.is_none() && !dispute::may_dispute(notice) {
        return page(StatusCode::GONE, link_problem::page(frame, &link_problem::Data::Ended));
    }
    let link = notice.id.to_string();
    let stage = match (&notice.case, query.one("step").text().unwrap_or_default()) {
        (Some(reference), _) => Stage::Done { reference: reference.clone(), held_until: None },
        (None, "2") => Stage::Second { link },
        (None, _) => Stage::First { link },
    };
    let what = CHANGES.into_iter().find(|what| *what == notice.letter).unwrap_or(CHANGES[0]);
    let case = if notice.position == 1 { Case::Account { at: notice.issued_at, what } } else { Case::Secondary };
    let data = Data { user_id_masked: mask_user_id(&notice.user_id), asked_at: notice.issued_at, case, stage };
    page(StatusCode::OK, not_me::page(frame, &data))
}

/// `POST /not-me`: the first step, which changes nothing.
pub async fn next(req: HttpRequest, house: web::Data<House>, sent: Sent) -> Result<HttpResponse, Stop> {
    if let Some(notice) = proof::disputable_notice(&house, &req, named(&sent)).await? {
        return Ok(step("2", notice.id));
    }
    Ok(step("2", posted(&house, &req, &sent).await?.id))
}

/// `POST /not-me/confirm`: the second step.
pub async fn confirm(req: HttpRequest, house: web::Data<House>, sent: Sent) -> Result<HttpResponse, Stop> {
    if let Some(notice) = proof::disputable_notice(&house, &req, named(&sent)).await? {
        dispute::dispute(&house.app, notice.id).await?;
        return Ok(step("done", notice.id));
    }
    let link = posted(&house, &req, &sent).await?;
    let hold = sent.form.one("hold").text() == Some("yes");
    match cancel::not_me(&house.app, link.id, hold).await {
        Ok(_) | Err(Stop::Refused(Refusal::LinkEnded)) => Ok(step("done", link.id)),
        Err(stop) => Err(stop),
    }
}

/// The link the form was drawn for.
async fn posted(house: &House, req: &HttpRequest, sent: &Sent) -> Result<Link, Stop> {
    match proof::disputable(house, req, named(sent)).await? {
        Some(link) => Ok(link),
        None if proof::disputable(house, req, None).await?.is_some()
            || proof::disputable_notice(house, req, None).await?.is_some() =>
        {
            Err(Refusal::LinkMismatch.into())
        }
        None => Err(Refusal::LinkUnknown.into()),
    }
}

/// The link a form names; one that names none names no link of ours.
fn named(sent: &Sent) -> Option<&str> {
    sent.form.one("link").text().or(Some(""))
}

/// On to a step of that link.
fn step(name: &str, link: Uuid) -> HttpResponse {
    see(&format!("{NOT_ME}?link={link}&step={name}"))
}

fn held_until(link: &Link) -> Option<chrono::DateTime<chrono::Utc>> {
    link.held_until.filter(|until| *until > link.now)
}

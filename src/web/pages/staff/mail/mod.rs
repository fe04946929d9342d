//! Mail that came in: one mail, and its HTML in a frame of its own.

pub mod files;
pub mod list;
pub mod writing;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use uuid::Uuid;

use super::super::page;
use super::{desk, id};
use crate::app::staff::Helpdesk;
use crate::base::fault::Fault;
use crate::model::account::{fold_address, mask_address};
use crate::model::answer::{NoAnswer, answerable};
use crate::model::desk::CaseState;
use crate::model::inbound::{Kind, Mailbox, Message};
use crate::model::refusal::{Refusal, Stop};
use crate::store::desk::canned;
use crate::store::erasure;
use crate::store::inbound::desk::show::{self as store, Mail};
use crate::views::staff::mail::{self as views, Account, Candidate, Compared, Data, Fit, NOTES};
use crate::views::staff::mail_forms::Draft;
use crate::views::staff::{Desk, Room};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, headers};

/// What a frame with foreign HTML may do: nothing, within our own pages alone.
const FRAME: &str = "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox";

/// `GET /staff/mail/{id}`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Helpdesk>,
    path: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let id = id(&path)?;
    let query = Form::parse(req.query_string().as_bytes());
    let mut data = data(&house, id).await?;
    data.note = query.one("note").text().and_then(|code| NOTES.into_iter().find(|note| *note == code));
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Mail)?;
    draw(&desk, StatusCode::OK, &data)
}

/// The page, which may frame the HTML of its mail.
fn draw(desk: &Desk, status: StatusCode, data: &Data) -> Result<HttpResponse, Stop> {
    let mut answer = page(status, views::page(desk, data));
    let policy = HeaderValue::from_str(&headers::policy_with("frame-src 'self'"));
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy.map_err(|e| Fault::bug("a policy of ours", e))?);
    Ok(answer)
}

/// `GET /staff/mail/{id}/html`: the HTML part, which was stripped of all that loads or leads anywhere when it was read.
pub async fn html(house: web::Data<House>, _on: On<Helpdesk>, path: web::Path<String>) -> Result<HttpResponse, Stop> {
    let found = store::find(&mut house.app.read().await?, id(&path)?).await?.ok_or(Refusal::NotFound)?;
    let html = message(&house, &found)?.and_then(|message| message.html).ok_or(Refusal::NotFound)?;
    let page =
        format!("<!doctype html><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">{html}");
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, FRAME))
        .insert_header(("x-frame-options", "SAMEORIGIN"))
        .body(page))
}

fn message(house: &House, found: &Mail) -> Result<Option<Message>, Fault> {
    found.sealed_message.as_ref().map(|sealed| house.app.message(found.id, sealed)).transpose()
}

/// What the page of that mail shows.
async fn data(house: &House, id: Uuid) -> Result<Data, Stop> {
    let mut read = house.app.read().await?;
    let found = store::find(&mut read, id).await?.ok_or(Refusal::NotFound)?;
    let candidates = store::candidates(&mut read, id).await?;
    let texts = canned::all(&mut read).await?.into_iter().map(|text| (text.id, text.name)).collect();
    let erased = erasure::of_mail(&mut read, id).await?;
    drop(read);
    let message = message(house, &found)?;
    let kind = found.kind()?;
    let registered: Vec<String> = match &found.address {
        Some(address) => vec![fold_address(address)],
        None => candidates.iter().map(|candidate| fold_address(&candidate.address)).collect(),
    };
    let same = if found.address.is_some() { Fit::Same } else { Fit::Known };
    let answer = match &message {
        Some(message) => {
            answerable(message, kind.unwrap_or(Kind::Request), &house.app.own_addresses()).map(str::to_owned)
        }
        None => Err(NoAnswer::From),
    };
    let open = found.case_state()?.is_some_and(|state| state != CaseState::Closed);
    Ok(Data {
        id,
        version: found.version,
        taken_at: found.taken_at,
        source: found.source()?,
        handed: (found.client.clone(), found.helo.clone()),
        bytes: found.bytes,
        sha256: HEXLOWER.encode(&found.sha256),
        raw_kept: found.raw_kept,
        park: found.park()?,
        kind,
        place: found.place()?,
        verdict: found.verdict()?,
        weak: found.is_weak()?,
        judgement: found.judgement()?,
        compared: compared(message.as_ref(), found.envelope_sender.as_deref(), &registered, same),
        case: found.case_id.zip(found.case_reference.clone()).map(|(id, reference)| (id, reference, open)),
        maybe: found.maybe_case_id.zip(found.maybe_reference.clone()),
        account: account(&found),
        candidates: candidates.into_iter().map(candidate).collect(),
        moved: found.moved_name.clone().zip(found.moved_at),
        answer,
        note: None,
        undone: None,
        erased,
        draft: Draft { canned: texts, ..Draft::default() },
        message,
    })
}

fn account(found: &Mail) -> Option<Account> {
    Some(Account {
        id: found.account_id?,
        user_id: found.user_id.clone()?,
        name: found.name.clone().unwrap_or_default(),
        address: mask_address(found.address.as_deref().unwrap_or_default()),
    })
}

fn candidate(found: store::Candidate) -> Candidate {
    let address = mask_address(&found.address);
    Candidate { account: Account { id: found.id, user_id: found.user_id, name: found.name, address }, how: found.how }
}

/// Every address of a mail beside the registered ones; `same` is what one of those is.
fn compared(message: Option<&Message>, envelope: Option<&str>, registered: &[String], same: Fit) -> Vec<Compared> {
    let Some(message) = message else { return Vec::new() };
    let row = |header, name: &str, address: &str| Compared {
        header,
        name: name.to_owned(),
        address: address.to_owned(),
        fit: match registered {
            [] => Fit::Unregistered,
            _ if registered.contains(&fold_address(address)) => same,
            _ => Fit::Differs,
        },
    };
    let boxes = |header, boxes: &[Mailbox]| -> Vec<Compared> {
        boxes.iter().take(20).map(|mailbox| row(header, &mailbox.name, &mailbox.address)).collect()
    };
    let mut all = boxes("from", &message.from);
    all.extend(boxes("reply-to", &message.reply_to));
    all.extend(boxes("sender", &message.sender));
    all.extend(message.return_path.as_deref().map(|path| row("return-path", "", path)));
    all.extend(envelope.map(|path| row("envelope", "", path)));
    all
}

//! The demo's own pages: what to try as whom, and the mailbox of everybody.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::DateTime;
use uuid::Uuid;

use super::{frame, page};
use crate::base::catcher::Catcher;
use crate::base::fault::Fault;
use crate::base::message::{self, Message};
use crate::inbound::sample::Signer;
use crate::model::account::fold_user_id;
use crate::model::refusal::{Refusal, Stop};
use crate::store::device;
use crate::views::authenticator::{self, Authenticator, Device};
use crate::views::demo::{self, Index, Item, Mailbox, Officer, Person};
use crate::web::lang::Spoken;
use crate::web::{House, headers};

/// What the demo's pages show.
pub struct Demo {
    /// Who can be played.
    pub people: Vec<Person>,
    /// Who of the desk can be played.
    pub staff: Vec<Officer>,
    /// Where all letters end.
    pub catcher: Catcher,
    /// Signs what is written to the desk.
    pub signer: Signer,
}

/// `GET /demo`
pub async fn index(req: HttpRequest, house: web::Data<House>, spoken: Spoken) -> Result<HttpResponse, Stop> {
    let demo = shown(&house)?;
    let data = Index { people: demo.people.clone(), staff: demo.staff.clone() };
    Ok(page(StatusCode::OK, demo::index(&frame(&house, &req, spoken, None), &data)))
}

/// `GET /demo/authenticator`: the codes of this moment, for who has no phone at hand.
pub async fn authenticator(req: HttpRequest, house: web::Data<House>, spoken: Spoken) -> Result<HttpResponse, Stop> {
    let people = &shown(&house)?.people;
    let folded: Vec<String> = people.iter().map(|person| fold_user_id(&person.user_id)).collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    let held = device::of_accounts(&mut house.app.read().await?, &folded).await?;
    let now = house.app.clock().now();
    let mut devices = Vec::with_capacity(people.len());
    for (person, folded) in people.iter().zip(&folded) {
        let held = held.iter().find(|held| held.whose == *folded);
        let code = held.map(|held| house.app.code_now(&held.as_enrolment(), now)).transpose()?;
        devices.push(Device {
            user_id: person.user_id.clone(),
            name: person.name.clone(),
            code,
            pending: held.is_some_and(|held| held.pending),
        });
    }
    let usernames: Vec<&str> = shown(&house)?.staff.iter().map(|officer| officer.username.as_str()).collect();
    let held = device::of_staff(&mut house.app.read().await?, &usernames).await?;
    for officer in &shown(&house)?.staff {
        let held = held.iter().find(|held| held.whose == officer.username);
        devices.push(Device {
            user_id: officer.username.clone(),
            name: officer.name.clone(),
            code: held.map(|held| house.app.code_now(&held.as_enrolment(), now)).transpose()?,
            pending: held.is_some_and(|held| held.pending),
        });
    }
    let period = i64::from(house.app.config().totp.period);
    let next = (now.timestamp().div_euclid(period) + 1) * period;
    let data = Authenticator { people: devices, now, next_at: DateTime::from_timestamp(next, 0).unwrap_or(now) };
    Ok(page(StatusCode::OK, authenticator::page(&frame(&house, &req, spoken, None), &data)))
}

/// `GET /demo/mailbox`
pub async fn mailbox(req: HttpRequest, house: web::Data<House>, spoken: Spoken) -> Result<HttpResponse, Stop> {
    let items = shown(&house)?.catcher.mails().iter().map(|caught| item(&message::read(caught))).collect();
    Ok(page(StatusCode::OK, demo::mailbox(&frame(&house, &req, spoken, None), &Mailbox { items })))
}

/// `GET /demo/mailbox.json`: newest first.
pub async fn json(house: web::Data<House>) -> Result<HttpResponse, Stop> {
    let mails: Vec<Message> = shown(&house)?.catcher.mails().iter().map(|caught| message::read(caught)).collect();
    Ok(HttpResponse::Ok().json(mails))
}

/// `GET /demo/mailbox/{id}`
pub async fn message(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    id: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let message = find(&house, &id)?;
    let path = format!("/demo/mailbox/{}", message.id);
    let data = demo::Message {
        item: item(&message),
        from: message.from,
        text: message.text,
        html_url: (!message.html.is_empty()).then(|| format!("{path}/html")),
        raw_url: format!("{path}/raw"),
    };
    let mut answer = page(StatusCode::OK, demo::message(&frame(&house, &req, spoken, None), &data));
    let policy = HeaderValue::from_str(&headers::policy_with("frame-src 'self'"));
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy.map_err(|e| Fault::bug("a policy of ours", e))?);
    Ok(answer)
}

/// `GET /demo/mailbox/{id}/html`: the HTML part, as a mail reader would show it.
pub async fn html(house: web::Data<House>, id: web::Path<String>) -> Result<HttpResponse, Stop> {
    let message = find(&house, &id)?;
    // styles of a mail are inline; scripts and fetches stay forbidden, and its links open a window of their own
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups \
                  allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";
    let html = message.html.replacen("<head>", "<head><base target=\"_top\">", 1);
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header(("x-frame-options", "SAMEORIGIN"))
        .body(html))
}

/// `GET /demo/mailbox/{id}/raw`: every byte.
pub async fn raw(house: web::Data<House>, id: web::Path<String>) -> Result<HttpResponse, Stop> {
    let raw = find(&house, &id)?.raw;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; charset=utf-8")).body(raw))
}

pub(super) fn shown(house: &House) -> Result<&Demo, Refusal> {
    house.demo.as_ref().ok_or(Refusal::NotFound)
}

fn find(house: &House, id: &str) -> Result<Message, Refusal> {
    let id = Uuid::parse_str(id).map_err(|_| Refusal::NotFound)?;
    shown(house)?.catcher.find(id).map(|caught| message::read(&caught)).ok_or(Refusal::NotFound)
}

fn item(message: &Message) -> Item {
    Item {
        id: message.id.to_string(),
        to: message.to.clone(),
        subject: message.subject.clone(),
        received_at: message.received_at,
    }
}

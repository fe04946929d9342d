//! The demo's own writer: mails to the helpdesk as somebody, properly signed, forged, by a machine, or a report.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::demo::{Demo, shown};
use super::{frame, page, see};
use crate::actions::inbound::take;
use crate::base::fault::Fault;
use crate::inbound::read::read;
use crate::inbound::sample::{Draft, Hand, report};
use crate::model::event::Actor;
use crate::model::inbound::{Envelope, Mailbox, Source};
use crate::model::refusal::Stop;
use crate::views::compose::{Compose, WAYS, page as form};
use crate::web::lang::Spoken;
use crate::web::{House, Sent};

const HERE: &str = "/demo/compose";
/// Where a forger's client is, as far as the demo is concerned (RFC 5737).
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

/// `GET /demo/compose`
pub async fn show(req: HttpRequest, house: web::Data<House>, spoken: Spoken) -> Result<HttpResponse, Stop> {
    let demo = shown(&house)?;
    let f = frame(&house, &req, spoken, None);
    let first = demo.people.first();
    let named = |key: &str| {
        let (name, user_id) = first.map_or(("", ""), |person| (&person.name, &person.user_id));
        f.ta(key, &[("name", name), ("user_id", user_id)])
    };
    let data = Compose {
        from: first.map(|person| person.email.clone()).unwrap_or_default(),
        way: WAYS[0].to_owned(),
        subject: named("compose-subject-first"),
        text: named("compose-text-first"),
        sent: req.query_string().contains("sent=1"),
        ..empty(&house, demo)
    };
    Ok(page(StatusCode::OK, form(&f, &data)))
}

/// `POST /demo/compose`: what an MTA would hand over is kept, and read a moment later.
pub async fn send(req: HttpRequest, house: web::Data<House>, spoken: Spoken, sent: Sent) -> Result<HttpResponse, Stop> {
    let demo = shown(&house)?;
    let field = |name: &str| sent.form.one(name).text().unwrap_or_default().to_owned();
    let (from, way, subject, text) = (field("from"), field("way"), field("subject"), field("text"));
    let (raw, envelope) = match written(&house, demo, &from, &way, &subject, &text)? {
        Ok(written) => written,
        Err(flaw) => {
            let data = Compose { from, way, subject, text, flaw: Some(flaw), ..empty(&house, demo) };
            let f = frame(&house, &req, spoken, None);
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, form(&f, &data)));
        }
    };
    take::take(&house.app, Actor::Operator, Source::Pipe, &envelope, &raw).await?;
    Ok(see(&format!("{HERE}?sent=1")))
}

/// The mail and how it is handed over, or what is missing.
#[allow(clippy::type_complexity, reason = "a mail with its envelope, or a flaw")]
fn written(
    house: &House,
    demo: &Demo,
    from: &str,
    way: &str,
    subject: &str,
    text: &str,
) -> Result<Result<(Vec<u8>, Envelope), &'static str>, Fault> {
    let Some(person) = demo.people.iter().find(|person| person.email == from) else { return Ok(Err("from")) };
    if subject.trim().is_empty() && way != "bounce" {
        return Ok(Err("subject"));
    }
    let config = house.app.config();
    let now = house.app.clock().now();
    let envelope = |sender: &str, client| Envelope {
        client,
        helo: None,
        sender: Some(sender.to_owned()),
        recipient: Some(config.helpdesk.address.clone()),
    };
    if way == "bounce" {
        let newest = demo.catcher.mails().into_iter().find(|mail| mail.envelope_to.iter().any(|to| to == from));
        let id = newest.and_then(|letter| read(&letter.raw, now).ok()).and_then(|letter| letter.message_id);
        let Some(id) = id else { return Ok(Err("letter")) };
        let raw = report(&id, from, &config.smtp.from_address, now);
        return Ok(Ok((raw.into_bytes(), envelope("", None))));
    }
    let draft = Draft {
        from: Mailbox { name: person.name.clone(), address: person.email.clone() },
        to: config.helpdesk.address.clone(),
        subject: subject.to_owned(),
        text: text.to_owned(),
        hand: if way == "auto" { Hand::Autoresponder } else { Hand::Person },
        date: now,
    };
    Ok(Ok(match way {
        "forged" => (draft.written().into_bytes(), envelope(from, Some(ELSEWHERE))),
        _ => (demo.signer.sign(&draft)?, envelope(from, None)),
    }))
}

fn empty(house: &House, demo: &Demo) -> Compose {
    Compose {
        people: demo.people.iter().map(|person| (person.email.clone(), person.name.clone())).collect(),
        to: house.app.config().helpdesk.address.clone(),
        from: String::new(),
        way: String::new(),
        subject: String::new(),
        text: String::new(),
        flaw: None,
        sent: false,
    }
}

//! The outbox: what became of letters, another try, and new links for everybody who was late.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use super::super::{dated, page, see};
use super::{desk, step_up};
use crate::actions::{renew, tend_letter};
use crate::app::staff::{Lead, Officer, Supervisor};
use crate::model::account::{mask_address, mask_addresses};
use crate::model::letter::LetterKind;
use crate::model::link;
use crate::model::refusal::{Refusal, Stop};
use crate::store::outbox::{self as store, Letter, Which};
use crate::views::code::CodeTrouble;
use crate::views::staff::outbox as views;
use crate::views::staff::{Desk, Room};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent};

/// Letters of a page.
const PAGE: usize = 50;
/// Domains shown.
const DOMAINS: i64 = 30;
const HERE: &str = "/staff/outbox";
/// Letters that tell of no decision: they can be kept from going.
const MERE: [&str; 4] = ["link", "activate", "hint", "reply"];

/// `GET /staff/outbox`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Officer>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Outbox)?;
    draw(&house, &desk, &Form::parse(req.query_string().as_bytes()), None).await
}

async fn draw(house: &House, desk: &Desk, query: &Form, trouble: Option<CodeTrouble>) -> Result<HttpResponse, Stop> {
    let which = query.one("view").text().and_then(Which::from_code).unwrap_or(Which::Waiting);
    let before = query.one("before").text().and_then(read_cursor);
    let mut read = house.app.read().await?;
    let most = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut letters = store::list(&mut read, which, before, most).await?;
    let more = letters.len() > PAGE;
    letters.truncate(PAGE);
    let last = letters.last().filter(|_| more).map(|l| cursor(l.queued_at, l.id));
    let delays = store::delays(&mut read, DOMAINS).await?.into_iter().map(|d| views::Delay {
        domain: d.domain,
        handed: d.handed_p50_seconds.zip(d.handed_p95_seconds),
        clicked: d.p50_seconds.zip(d.p95_seconds),
        life_minutes: life(house, d.p95_seconds),
        samples: d.samples,
        waiting: d.waiting,
    });
    let renewed = query.one("renewed").text().and_then(|n| n.parse::<u32>().ok()).map(|n| n.to_string());
    let data = views::Data {
        views: Which::ALL.map(Which::code),
        view: which.code(),
        older: last.map(|cursor| format!("{HERE}?view={}&before={cursor}", which.code())),
        letters: letters.into_iter().map(line).collect(),
        delays: delays.collect(),
        late: store::late(&mut read, renew::DAYS).await?,
        days: renew::DAYS,
        trouble,
        renewed,
    };
    let status = if trouble.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(dated(house, page(status, views::outbox(desk, &data)), trouble.and_then(CodeTrouble::held)))
}

/// Minutes a link to a domain lives, whose links are clicked within so long.
fn life(house: &House, p95_seconds: Option<i32>) -> i64 {
    let ttl = TimeDelta::minutes(house.app.config().link.ttl_minutes.into());
    link::life(ttl, p95_seconds.map(|seconds| TimeDelta::seconds(seconds.into()))).num_minutes()
}

fn line(letter: Letter) -> views::Line {
    let waits = letter.state == "queued";
    let failed = matches!(letter.state.as_str(), "failed" | "parked");
    let why = match (letter.state.as_str(), letter.class.as_deref(), letter.server_code) {
        ("sent", ..) => Some("sent"),
        ("bounced", ..) => Some("bounced"),
        ("parked", ..) => Some("parked"),
        ("dropped", ..) => Some("dropped"),
        ("queued" | "leased", None, _) => Some("first"),
        (_, Some("unreachable"), _) => Some("away"),
        (_, Some("tls"), _) => Some("tls"),
        (_, _, Some(452 | 552)) => Some("full"),
        (_, _, Some(550 | 551 | 553)) => Some("unknown"),
        (_, _, Some(400..=499)) => Some("busy"),
        (_, _, Some(500..=599)) => Some("refused"),
        _ => Some("away"),
    };
    let code =
        letter.server_code.filter(|_| letter.state != "bounced").map(|code| format!("{code} ")).unwrap_or_default();
    views::Line {
        id: letter.id.to_string(),
        to: letter.address.as_deref().map_or_else(|| "–".to_owned(), mask_address),
        account: letter.account_id.map(|id| id.to_string()).zip(letter.user_id),
        queued_at: letter.queued_at,
        at: letter.ended_at.unwrap_or(letter.next_attempt_at),
        attempts: letter.attempts,
        why,
        said: letter.server_text.filter(|t| !t.is_empty()).map(|t| format!("{code}{}", mask_addresses(&t))),
        may_retry: waits || failed && letter.kind != LetterKind::Link.code(),
        may_cancel: waits && MERE.contains(&letter.kind.as_str()),
        kind: letter.kind,
        state: letter.state,
    }
}

/// Where a page ends: microseconds since the epoch and id, so that no later letter moves it.
fn cursor(at: DateTime<Utc>, id: Uuid) -> String {
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&at.timestamp_micros().to_be_bytes());
    bytes[8..].copy_from_slice(id.as_bytes());
    BASE64URL_NOPAD.encode(&bytes)
}

fn read_cursor(text: &str) -> Option<(DateTime<Utc>, Uuid)> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (at, id) = bytes.split_first_chunk::<8>()?;
    Some((DateTime::from_timestamp_micros(i64::from_be_bytes(*at))?, Uuid::from_slice(id).ok()?))
}

fn letter(sent: &Sent) -> Result<Uuid, Refusal> {
    sent.form.one("letter").text().and_then(|t| Uuid::try_parse(t).ok()).ok_or(Refusal::NotFound)
}

/// `POST /staff/outbox/retry`
pub async fn retry(house: web::Data<House>, on: On<Lead>, sent: Sent) -> Result<HttpResponse, Stop> {
    tend_letter::retry(&house.app, on.proof, letter(&sent)?).await?;
    Ok(see(HERE))
}

/// `POST /staff/outbox/cancel`
pub async fn cancel(house: web::Data<House>, on: On<Lead>, sent: Sent) -> Result<HttpResponse, Stop> {
    tend_letter::cancel(&house.app, on.proof, letter(&sent)?).await?;
    Ok(see(HERE))
}

/// `POST /staff/outbox/renew`
pub async fn renew_all(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Supervisor>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let code = sent.form.one("code").text().unwrap_or_default();
    let done = renew::renew_all(&house.app, on.proof, code).await;
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Outbox)?;
    match step_up(done)? {
        Ok(count) => Ok(see(&format!("{HERE}?renewed={count}"))),
        Err(trouble) => draw(&house, &desk, &Form::default(), Some(trouble)).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_anything_else_is_none() {
        let (at, id) = (DateTime::from_timestamp_micros(1_795_300_000_123_456).unwrap(), Uuid::from_u128(7));
        assert_eq!(read_cursor(&cursor(at, id)), Some((at, id)));
        for text in ["", "x", "AAAA", "!!!!", &"A".repeat(33)] {
            assert_eq!(read_cursor(text), None, "{text}");
        }
    }
}

//! The lists of mail that came in, a page at a time.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::super::page;
use super::super::desk;
use crate::app::staff::Helpdesk;
use crate::base::fault::Fault;
use crate::model::refusal::Stop;
use crate::store::inbound::desk::list::{self as store, Which};
use crate::views::staff::Room;
use crate::views::staff::mail_list::{self as views, Data, Row};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On};

/// Mails of a page.
const PAGE: usize = 50;

/// `GET /staff/mail`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Helpdesk>,
) -> Result<HttpResponse, Stop> {
    let query = Form::parse(req.query_string().as_bytes());
    let which = query.one("view").text().and_then(Which::from_code).unwrap_or(Which::Quarantine);
    let before = query.one("before").text().and_then(cursor);
    let mut read = house.app.read().await?;
    let counts = store::counts(&mut read).await?;
    let mut rows = store::list(&mut read, which, before).await?;
    drop(read);
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| {
        let at = row.taken_at.timestamp_micros();
        format!("/staff/mail?view={}&before={at}.{}", which.code(), row.id.simple())
    });
    let data = Data {
        views: Which::ALL.iter().map(|which| which.code()).zip(counts).collect(),
        view: which.code(),
        rows: rows.into_iter().map(shown).collect::<Result<_, _>>()?,
        next,
    };
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Mail)?;
    Ok(page(StatusCode::OK, views::page(&desk, &data)))
}

fn shown(row: store::Row) -> Result<Row, Fault> {
    Ok(Row {
        id: row.id,
        taken_at: row.taken_at,
        verdict: row.verdict()?,
        place: row.place()?,
        park: row.park()?,
        from: row.from_address.unwrap_or_default(),
        subject: row.subject.unwrap_or_default(),
        case: row.case_id.zip(row.reference),
    })
}

/// `<microseconds>.<id>` of the last row of a page.
fn cursor(text: &str) -> Option<(DateTime<Utc>, Uuid)> {
    let (at, id) = text.split_once('.')?;
    Some((DateTime::from_timestamp_micros(at.parse().ok()?)?, Uuid::parse_str(id).ok()?))
}

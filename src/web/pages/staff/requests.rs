//! The queue: a view or a search, a page at a time.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::page;
use super::desk;
use crate::app::staff::Helpdesk;
use crate::base::fault::Fault;
use crate::model::desk::{Bulk, CaseState, View};
use crate::model::hours::Hours;
use crate::model::refusal::Stop;
use crate::model::search;
use crate::store::desk::queue::{self, After, Looker};
use crate::store::desk::{self as cases, setting};
use crate::views::parts::percent;
use crate::views::staff::Room;
use crate::views::staff::queue::{self as views, Data, Did, Left};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On};

/// Cases of a page.
const PAGE: usize = 50;

/// `GET /staff/requests`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Helpdesk>,
) -> Result<HttpResponse, Stop> {
    let query = Form::parse(req.query_string().as_bytes());
    // nothing that is stored holds a control character
    let text: String = query.one("q").text().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    let text = text.trim().to_owned();
    let searched = search::parse(&text);
    let view = query.one("view").text().and_then(View::from_code);
    let view = if text.is_empty() { Some(view.unwrap_or(View::New)) } else { None };
    let mut read = house.app.read().await?;
    let zone = house.app.config().locale.zone;
    let hours = setting::current(&mut read, zone).await?.hours;
    let looker = Looker { staff: on.session.staff_id, today: hours.midnight(on.session.now), zone };
    let counts = queue::counts(&mut read, &looker).await?;
    let after = query.one("after").text().and_then(cursor);
    let (mut rows, bad) = match (view, searched) {
        (Some(view), _) => (queue::view(&mut read, view, &looker, after).await?, None),
        (None, Ok(terms)) => (queue::search(&mut read, &terms, &looker, after).await?, None),
        (None, Err(bad)) => (Vec::new(), Some((bad.flaw, bad.span))),
    };
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| next(view, &text, row));
    let status = if bad.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let data = Data {
        view,
        counts,
        search: text,
        bad,
        rows: rows.into_iter().map(|row| shown(row, &hours)).collect::<Result<_, _>>()?,
        next,
        colleagues: cases::colleagues(&mut read).await?.into_iter().map(|c| (c.id, c.name)).collect(),
        did: did(&query),
    };
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Requests)?;
    Ok(page(status, views::page(&desk, &data)))
}

/// `<microseconds>.<id>` of the last row of a page.
fn cursor(text: &str) -> After {
    let (at, id) = text.split_once('.')?;
    Some((DateTime::from_timestamp_micros(at.parse().ok()?)?, Uuid::parse_str(id).ok()?))
}

fn next(view: Option<View>, text: &str, last: &queue::Row) -> String {
    let at: DateTime<Utc> = match view {
        Some(View::Done) => last.closed_at.unwrap_or(last.opened_at),
        Some(_) => last.due_at,
        None => last.opened_at,
    };
    let what = view.map_or_else(|| format!("q={}", percent(text)), |view| format!("view={}", view.code()));
    format!("/staff/requests?{what}&after={}.{}", at.timestamp_micros(), last.id.simple())
}

fn shown(row: queue::Row, hours: &Hours) -> Result<views::Row, Fault> {
    let state = row.state()?;
    let left = match row.closed_at {
        Some(at) => Left::Ended(at),
        None if state == CaseState::Waiting => Left::Still,
        None if row.due_at <= row.now => Left::Over(hours.between(row.due_at, row.now)),
        None => Left::For(hours.between(row.now, row.due_at)),
    };
    let verdict = row.verdict()?;
    Ok(views::Row {
        reason: row.reason()?,
        state,
        ending: row.ending()?,
        age: row.now - row.opened_at,
        left,
        id: row.id,
        version: row.version,
        reference: row.reference,
        user_id: row.user_id,
        name: row.name,
        care: row.care,
        proposed: row.proposed,
        verdict,
        taken: row.taken_name,
    })
}

/// What was done with several cases just now, as the address says.
fn did(query: &Form) -> Option<Did> {
    let number = |name: &str| query.one(name).text().and_then(|n| n.parse().ok());
    let what = Bulk::from_code(query.one("did").text()?)?;
    Some(Did {
        what,
        done: number("n")?,
        not: number("not").unwrap_or_default(),
        cases: query.one("cases").text().filter(|cases| !cases.is_empty()).map(str::to_owned),
        undone: query.one("undone").text().is_some(),
    })
}

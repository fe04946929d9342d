//! The search of the history.

use std::fmt::Write as _;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::DateTime;
use uuid::Uuid;

use super::super::page;
use super::super::staff::desk;
use crate::actions::audit::search::{self, Search};
use crate::app::staff::Auditor;
use crate::model::history::{self, Group};
use crate::model::refusal::Stop;
use crate::store::audit::search::{Found, Key, Turn};
use crate::views::audit::history::{self as views, Data, Ways};
use crate::views::parts::percent;
use crate::views::staff::Room;
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On};

/// Events of a page.
const PAGE: usize = 50;

/// `GET /audit`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Auditor>,
) -> Result<HttpResponse, Stop> {
    let query = Form::parse(req.query_string().as_bytes());
    let mut data = typed(&query);
    let desk = desk(&house, &req, spoken, &browser, &on, Room::History)?;
    let terms = match history::parse(&data.whole) {
        Ok(terms) => terms,
        Err(bad) => {
            data.bad = Some((bad.flaw, bad.span));
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, views::page(&desk, &data)));
        }
    };
    let (turn, past) = match (cursor(&query, "older"), cursor(&query, "newer")) {
        (None, Some(past)) => (Turn::Newer, Some(past)),
        (past, _) => (Turn::Older, past),
    };
    let search = Search { text: data.whole.clone(), terms, turn, past, most: PAGE };
    let (found, lines) = search::search(&house.app, on.proof, search).await?;
    data.ways = ways(&data, &found, past.is_some());
    (data.looked_to, data.cut) = (found.looked_to, found.cut);
    data.lines = super::lines(lines)?;
    Ok(page(StatusCode::OK, views::page(&desk, &data)))
}

/// The form, and all of it as one search.
fn typed(query: &Form) -> Data {
    // nothing that is stored holds a control character
    let line = |name: &str| -> String {
        let text = query.one(name).text().unwrap_or_default();
        text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
    };
    let mut data = Data {
        search: line("q"),
        group: Group::from_code(&line("group")),
        refused: match line("outcome").as_str() {
            "done" => Some(false),
            "refused" => Some(true),
            _ => None,
        },
        from: line("from"),
        to: line("to"),
        ..Data::default()
    };
    let mut whole = vec![data.search.clone()];
    whole.extend(data.group.map(|group| format!("kind:{}", group.code())));
    whole.extend(data.refused.map(|refused| format!("outcome:{}", if refused { "refused" } else { "done" })));
    if !data.from.is_empty() || !data.to.is_empty() {
        whole.push(format!("at:{}..{}", data.from, data.to));
    }
    whole.retain(|part| !part.is_empty());
    data.whole = whole.join(" ");
    data
}

/// `<microseconds>.<id>` of the event beyond which a page begins.
fn cursor(query: &Form, name: &str) -> Option<Key> {
    let (at, id) = query.one(name).text()?.split_once('.')?;
    // what no calendar of the database holds is no place
    let at = at.parse().ok().filter(|at| (0..32_503_680_000_000_000).contains(at))?;
    Some(Key { at: DateTime::from_timestamp_micros(at)?, id: Uuid::try_parse(id).ok()? })
}

fn ways(data: &Data, found: &Found, further: bool) -> Ways {
    let outcome = data.refused.map_or("", |refused| if refused { "refused" } else { "done" });
    let group = data.group.map_or("", Group::code);
    let fields =
        [("q", data.search.as_str()), ("group", group), ("outcome", outcome), ("from", &data.from), ("to", &data.to)];
    let mut base = "/audit?".to_owned();
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        let _ = write!(base, "{name}={}&", percent(value));
    }
    let to = |name: &str, key: Key| format!("{base}{name}={}.{}", key.at.timestamp_micros(), key.id.simple());
    Ways {
        first: further.then(|| base.trim_end_matches(['&', '?']).to_owned()),
        newer: found.newer.map(|key| to("newer", key)),
        older: found.older.map(|key| to("older", key)),
    }
}

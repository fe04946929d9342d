//! The feed of events: what happened to a portal's accounts, page by page from a cursor on.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::problem::time;
use super::{Asked, Flaw, Problem, json};
use crate::app::portal::{ReadsEvents, Scoped as _};
use crate::base::fault::Fault;
use crate::model::portal_feed::news;
use crate::store::portal_feed::{self as feed, Line};
use crate::web::House;

/// Events of a page where nothing is said.
const USUAL: i64 = 100;
/// Events of a page at most.
const MOST: i64 = 1_000;
/// Digits of a cursor at most.
const DIGITS: usize = 18;

/// A page of the feed
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedPage {
    /// What happened, oldest first.
    events: Vec<FeedEvent>,
    /// What to ask `after` next.
    #[schema(example = "4711")]
    next: String,
    /// Whether there is more to look at now; a page may be empty and there may be more.
    more: bool,
}

/// Something that happened
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedEvent {
    /// Its place: never given twice, always growing.
    #[schema(example = "4711")]
    cursor: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// `reset.done`, `reset.waiting`, `reset.cancelled`, `totp.activated`, `totp.disabled`, `account.locked`,
    /// `account.unlocked`, `account.disputed`, `freeze.set` or `freeze.lifted`.
    #[serde(rename = "type")]
    #[schema(example = "reset.done")]
    kind: &'static str,
    /// The account's User ID; none where it is about no account.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// The reference of the reset it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "R-7QK2-M9TX")]
    reference: Option<String>,
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    after: Option<i64>,
    limit: i64,
}

/// What happened
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "events",
    description = "Resets, activations, locks and freezes that concern this portal, in an order that nothing comes before later. \
        Without `after` there are no events and `next` is the newest place: keep it, and ask from there on. `after=0` begins with \
        the first event that is kept. An event is told about a second after it happened.",
    params(
        ("after" = Option<String>, Query, description = "A cursor, or `next` of the page before", pattern = "^[0-9]{1,18}$"),
        ("limit" = Option<i64>, Query, description = "Events at most; 100 where it is missing", minimum = 1, maximum = 1000),
    ),
    responses((status = 200, body = FeedPage))
)]
pub async fn list(
    req: HttpRequest,
    house: web::Data<House>,
    asked: Asked<ReadsEvents>,
) -> Result<HttpResponse, Problem> {
    let wanted = wanted(req.query_string())?;
    let mut read = house.app.read().await?;
    let size = feed::size(&mut read).await?;
    let Some(after) = wanted.after else {
        return Ok(json(StatusCode::OK, &FeedPage { events: Vec::new(), next: size.to_string(), more: false }));
    };
    if after > size {
        // a cursor outlived the log it was given for, as after an older backup was restored
        return Err(flaw("after", "is beyond the newest event"));
    }
    let page = feed::page(&mut read, asked.0.caller().portal(), after, size, wanted.limit).await?;
    let told: Result<Vec<_>, Fault> = page.lines.into_iter().map(event).collect();
    let events = told?.into_iter().flatten().collect();
    Ok(json(StatusCode::OK, &FeedPage { events, next: page.next.to_string(), more: page.more }))
}

/// As it is told, where it is.
fn event(line: Line) -> Result<Option<FeedEvent>, Fault> {
    let body: Value = serde_json::from_str(&line.body).map_err(|e| Fault::bug("an event's bytes", e))?;
    Ok(news(&line.kind, &body["facts"]).map(|news| FeedEvent {
        // a cursor is how many leaves were looked at with it
        cursor: line.index.saturating_add(1).to_string(),
        at: time(line.at),
        kind: news.code(),
        user_id: line.user_id,
        reference: line.reference,
    }))
}

fn flaw(at: &str, detail: impl Into<String>) -> Problem {
    Problem::Flawed(vec![Flaw::new(at, detail)])
}

/// Each parameter once, and no other.
fn wanted(query: &str) -> Result<Wanted, Problem> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query).map_err(|e| flaw("", e.to_string()))?;
    let (mut after, mut limit) = (None, None);
    for (name, value) in pairs.into_inner() {
        let place = match name.as_str() {
            "after" => &mut after,
            "limit" => &mut limit,
            _ => return Err(flaw(&name, "is no parameter of this call")),
        };
        let digits = (1..=DIGITS).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
        let number = value.parse().ok().filter(|_| digits);
        let number: i64 = number.ok_or_else(|| flaw(&name, "is no number of 1 to 18 digits"))?;
        if place.replace(number).is_some() {
            return Err(flaw(&name, "is said twice"));
        }
    }
    let limit = limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(flaw("limit", format!("is not between 1 and {MOST}")));
    }
    Ok(Wanted { after, limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_each_parameter_once_and_no_other() {
        let read = |query: &str| wanted(query).ok().map(|wanted| (wanted.after, wanted.limit));
        assert_eq!(read(""), Some((None, 100)));
        assert_eq!(read("after=0&limit=1000"), Some((Some(0), 1000)));
        let no = ["after=", "after=-1", "after=%2B1", "after=1&after=2", "limit=0", "limit=1001", "after=1e3", "x=1"];
        let more = ["after=9999999999999999999", "after=%FF", "limit", "&=1", "after=%00"];
        for query in no.into_iter().chain(more) {
            assert_eq!(read(query), None, "{query}");
        }
    }
}

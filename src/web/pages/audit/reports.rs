//! Reports: the figures of a month, or of other days, on a page or as a file.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::super::page;
use super::super::staff::desk;
use crate::actions::audit::report;
use crate::app::staff::Auditor;
use crate::base::fault::Fault;
use crate::model::figures::report::{Domain, Report};
use crate::model::figures::{Range, RangeFlaw};
use crate::model::refusal::Stop;
use crate::store::audit::figures;
use crate::store::outbox;
use crate::views::audit::reports::{self as views, Data};
use crate::views::staff::Room;
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On};

/// Domains shown.
const DOMAINS: i64 = 30;

/// `GET /audit/reports`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Auditor>,
) -> Result<HttpResponse, Stop> {
    let asked = Asked::read(&Form::parse(req.query_string().as_bytes()));
    let zone = house.app.config().locale.zone;
    let today = house.app.clock().now().with_timezone(&zone).date_naive();
    let range = asked.range.unwrap_or(Ok(Range::month_of(today)));
    let file = asked.json && range.is_ok();
    let shown = range.unwrap_or(Range::month_of(today));
    // what cannot be told is not shown
    report::read(&house.app, on.proof, shown, if file { "json" } else { "page" }).await?;
    let report = collect(&house, shown).await?;
    if file {
        let name = format!("attachment; filename=\"pulih-report-{}-{}.json\"", shown.from, shown.to);
        return Ok(HttpResponse::Ok()
            .insert_header((CONTENT_DISPOSITION, name))
            .content_type("application/json")
            .body(format!("{:#}\n", report.json())));
    }
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Reports)?;
    let wrong = range.err().map(|flaw| (asked.from, asked.to, flaw));
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page(status, views::page(&desk, &Data { report, wrong })))
}

/// What the address asks for.
struct Asked {
    range: Option<Result<Range, RangeFlaw>>,
    from: String,
    to: String,
    json: bool,
}

impl Asked {
    fn read(query: &Form) -> Self {
        let text = |name: &'static str| query.one(name).text().map(str::trim).filter(|t| !t.is_empty());
        let short = |text: Option<&str>| text.unwrap_or_default().chars().take(20).collect::<String>();
        let (month, from, to) = (text("month"), text("from"), text("to"));
        let range = match (month, from, to) {
            (Some(month), ..) => Some(Range::month(month)),
            (None, None, None) => None,
            (None, from, to) => Some(Range::days(from.unwrap_or_default(), to.unwrap_or_default())),
        };
        Self { range, from: short(from.or(month)), to: short(to), json: text("format") == Some("json") }
    }
}

/// Reads the figures of those days: a handful of walks along them, and none of the events.
async fn collect(house: &House, range: Range) -> Result<Report, Fault> {
    let mut read = house.app.read().await?;
    let counted = figures::counted(&mut read).await?;
    let (sums, days) = (figures::sums(&mut read, range).await?, figures::resets(&mut read, range).await?);
    let mut report = Report::new((range, house.app.config().locale.zone, counted), sums, &days);
    let ids: Vec<Uuid> = report.ids().into_iter().filter_map(|id| Uuid::parse_str(id).ok()).collect();
    report.people = figures::people(&mut read, ids).await?.into_iter().collect();
    let measured = outbox::delays(&mut read, DOMAINS).await?.into_iter().map(|d| Domain {
        domain: d.domain,
        handed: d.handed_p50_seconds.zip(d.handed_p95_seconds),
        clicked: d.p50_seconds.zip(d.p95_seconds),
        samples: d.samples,
    });
    report.domains = measured.filter(|d| d.handed.is_some() || d.clicked.is_some()).collect();
    Ok(report)
}

//! Bantuan, Cek jam and the privacy notice.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{frame, page};
use crate::views::{self, clock, privacy};
use crate::web::lang::Spoken;
use crate::web::{Form, House};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// `GET /help`
pub async fn help(req: HttpRequest, house: web::Data<House>, spoken: Spoken) -> HttpResponse {
    page(StatusCode::OK, views::help::page(&frame(&house, &req, spoken, None)))
}

/// `GET /help/clock`
pub async fn clock(req: HttpRequest, house: web::Data<House>, spoken: Spoken) -> HttpResponse {
    // measured by the page that refused a code; nobody is a day away from us
    let off = Form::parse(req.query_string().as_bytes()).one("off").text().and_then(|s| s.parse::<i64>().ok());
    let off = off.filter(|seconds| (60..=DAY).contains(&seconds.abs()));
    let data = clock::Data { now: house.app.clock().now(), off };
    page(StatusCode::OK, clock::page(&frame(&house, &req, spoken, None), &data))
}

/// `GET /help/privacy`
pub async fn privacy(req: HttpRequest, house: web::Data<House>, spoken: Spoken) -> HttpResponse {
    let keep = house.app.config().retention;
    let data = privacy::Data {
        unmatched_days: keep.unmatched_days,
        links_days: keep.links_days,
        evidence_days: keep.evidence_days,
        raw_mail_days: keep.raw_mail_days,
        sessions_days: keep.sessions_days,
        events_years: keep.events_years,
    };
    page(StatusCode::OK, privacy::page(&frame(&house, &req, spoken, None), &data))
}

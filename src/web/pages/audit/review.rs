//! Samples for review: drawn by a seed, so that anybody can draw them again.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Datelike as _;
use data_encoding::HEXLOWER;

use super::super::staff::desk;
use super::super::{page, see};
use crate::actions::audit::sample::{self, Sample};
use crate::app::staff::Auditor;
use crate::base::fault::Fault;
use crate::base::random;
use crate::model::history::span;
use crate::model::refusal::Stop;
use crate::model::sample::{Class, SEED_MAX, SIZE, SIZE_MAX, period};
use crate::store::audit::mark::Open;
use crate::views::audit::review::{self as views, Data, Drawn, Typed};
use crate::views::parts::percent;
use crate::views::staff::Room;
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On};

/// `GET /audit/review`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Auditor>,
) -> Result<HttpResponse, Stop> {
    let query = Form::parse(req.query_string().as_bytes());
    let wanted = query.one("draw").text().is_some();
    let mut data = Data { typed: typed(&house, &query), ..Data::default() };
    if wanted {
        match read(&data.typed) {
            // the address holds the seed, so that it draws the same again
            Ok(sample) if sample.seed.is_empty() => return Ok(see(&again(&data.typed)?)),
            Ok(sample) => data.drawn = Some(draw(&house, &on, &sample).await?),
            Err(flaws) => data.flaws = flaws,
        }
    }
    let open = sample::open(&house.app, on.proof).await?;
    data.open = open.into_iter().map(shown).collect::<Result<_, Fault>>()?;
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Review)?;
    let status = if data.flaws.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page(status, views::page(&desk, &data)))
}

/// The form: this month, where nothing was typed.
fn typed(house: &House, query: &Form) -> Typed {
    let line = |name: &str| -> Option<String> {
        let text = query.one(name).text()?;
        Some(text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned())
    };
    let today = house.app.clock().now().with_timezone(&house.app.config().locale.zone);
    Typed {
        period: line("period").unwrap_or_else(|| format!("{}-{:02}", today.year(), today.month())),
        class: line("class").and_then(|code| Class::from_code(&code)),
        size: line("size").unwrap_or_else(|| SIZE.to_string()),
        seed: line("seed").unwrap_or_default(),
    }
}

fn read(typed: &Typed) -> Result<Sample, Vec<(&'static str, &'static str)>> {
    let mut flaws = Vec::new();
    let days = period(&typed.period);
    let class = typed.class.unwrap_or(Class::All);
    match days {
        None => flaws.push(("period", "review-period-flaw")),
        Some((from, to)) if !class.draws(from, to) => flaws.push(("period", "review-period-long")),
        Some(_) => {}
    }
    let size: Option<i64> = typed.size.parse().ok().filter(|n| (1..=SIZE_MAX).contains(n));
    if size.is_none() {
        flaws.push(("size", "review-size-flaw"));
    }
    if typed.seed.chars().count() > SEED_MAX {
        flaws.push(("seed", "review-seed-flaw"));
    }
    match (days, size) {
        (Some((from, to)), Some(size)) if flaws.is_empty() => {
            Ok(Sample { from, to, class, size, seed: typed.seed.clone() })
        }
        _ => Err(flaws),
    }
}

/// The address of the same sample with a seed of its own.
fn again(typed: &Typed) -> Result<String, Fault> {
    let seed = HEXLOWER.encode(&random::bytes::<8>()?);
    let class = typed.class.unwrap_or(Class::All).code();
    let period = percent(&typed.period);
    Ok(format!("/audit/review?period={period}&class={class}&size={}&seed={seed}&draw=1", percent(&typed.size)))
}

async fn draw(house: &House, on: &On<Auditor>, wanted: &Sample) -> Result<Drawn, Stop> {
    let (population, lines) = sample::draw(&house.app, on.proof, wanted).await?;
    let (_, end) = span(house.app.config().locale.zone, None, Some(wanted.to));
    Ok(Drawn { population, over: end <= house.app.clock().now(), lines: super::lines(lines)? })
}

fn shown(open: Open) -> Result<views::Open, Fault> {
    Ok(views::Open {
        mark: super::mark(&open.mark, open.event)?,
        event: open.event.to_string(),
        kind: open.kind,
        note: open.note,
        staff: open.staff,
        at: open.at,
    })
}

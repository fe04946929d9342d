//! Working hours and holidays.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::super::{page, see};
use super::desk;
use crate::actions::hours as actions;
use crate::app::staff::Admin;
use crate::model::hours::{Holidays, Week};
use crate::model::refusal::{Refusal, Stop};
use crate::store::desk::setting;
use crate::views::staff::Room;
use crate::views::staff::settings::{self as views, DAYS, Hours};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent};

const SAVED: &str = "/staff/settings/hours?note=saved";
/// The most of the holidays that is read, in bytes.
const HOLIDAYS_MAX: usize = 20_000;

/// `GET /staff/settings/hours`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Admin>,
) -> Result<HttpResponse, Stop> {
    let mut data = current(&house).await?;
    data.saved = Form::parse(req.query_string().as_bytes()).one("note").text() == Some("saved");
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Settings)?;
    Ok(page(StatusCode::OK, views::hours(&desk, &data)))
}

/// What holds.
async fn current(house: &House) -> Result<Hours, Stop> {
    let found = setting::current(&mut house.app.read().await?, house.app.config().locale.zone).await?;
    Ok(Hours {
        days: std::array::from_fn(|day| found.hours.week.typed(day)),
        week_version: found.week_version,
        holidays: found.hours.holidays.lines(),
        holidays_version: found.holidays_version,
        wrong_days: Vec::new(),
        wrong_line: None,
        saved: false,
        stale: false,
    })
}

fn version(sent: &Sent) -> Result<i32, Refusal> {
    sent.form.one("version").text().and_then(|version| version.parse().ok()).ok_or(Refusal::FormInvalid)
}

/// `POST /staff/settings/hours`
pub async fn set_week(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Admin>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let typed: [String; 7] = std::array::from_fn(|day| sent.form.typed(DAYS[day]));
    let read: Vec<_> = typed.iter().map(|day| Week::day(day)).collect();
    let wrong: Vec<usize> = read.iter().enumerate().filter(|(_, day)| day.is_none()).map(|(day, _)| day).collect();
    let days: Option<Vec<_>> = read.into_iter().collect();
    let (mut data, mut status) = (Hours { days: typed, ..current(&house).await? }, StatusCode::UNPROCESSABLE_ENTITY);
    if let Some(days) = days.and_then(|days| <[_; 7]>::try_from(days).ok()) {
        match actions::set_week(&house.app, on.proof, version(&sent)?, &Week(days)).await {
            Ok(()) => return Ok(see(SAVED)),
            Err(Stop::Refused(Refusal::ChangedMeanwhile)) => (data.stale, status) = (true, StatusCode::CONFLICT),
            Err(stop) => return Err(stop),
        }
    } else {
        (data.wrong_days, data.week_version) = (wrong, version(&sent)?);
    }
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Settings)?;
    Ok(page(status, views::hours(&desk, &data)))
}

/// `POST /staff/settings/holidays`
pub async fn set_holidays(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Admin>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let typed = sent.form.one("holidays").text().unwrap_or_default();
    if typed.len() > HOLIDAYS_MAX {
        return Err(Refusal::TooLarge.into());
    }
    let data = Hours { holidays: sent.form.typed("holidays"), ..current(&house).await? };
    let (data, status) = match Holidays::typed(typed) {
        Ok(holidays) => match actions::set_holidays(&house.app, on.proof, version(&sent)?, &holidays).await {
            Ok(()) => return Ok(see(SAVED)),
            Err(Stop::Refused(Refusal::ChangedMeanwhile)) => (Hours { stale: true, ..data }, StatusCode::CONFLICT),
            Err(stop) => return Err(stop),
        },
        Err(line) => {
            let holidays_version = version(&sent)?;
            (Hours { holidays_version, wrong_line: Some(line), ..data }, StatusCode::UNPROCESSABLE_ENTITY)
        }
    };
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Settings)?;
    Ok(page(status, views::hours(&desk, &data)))
}

//! The freeze switch.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::super::{dated, page, see};
use super::{desk, step_up};
use crate::actions::freeze;
use crate::app::staff::Lead;
use crate::model::freeze::{Frozen, Scope};
use crate::model::refusal::{Refusal, Stop};
use crate::store;
use crate::views::staff::freeze::{self as views, Line, Trouble};
use crate::views::staff::{Desk, Room};
use crate::web::lang::Spoken;
use crate::web::{Browser, House, On, Sent};

const HERE: &str = "/staff/freeze";

/// `GET /staff/freeze`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Lead>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Settings)?;
    draw(&house, &desk, None).await
}

async fn draw(house: &House, desk: &Desk, trouble: Option<Trouble>) -> Result<HttpResponse, Stop> {
    let status = if trouble.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let held = trouble.as_ref().and_then(|trouble| trouble.code?.held());
    let all = store::freeze::all(&mut house.app.read().await?).await?;
    let frozen = all
        .into_iter()
        .filter_map(|f| Some(Line { scope: Scope::from_code(&f.scope)?, reason: f.reason, since: f.since, by: f.by }));
    let data = views::Data { frozen: frozen.collect(), trouble };
    Ok(dated(house, page(status, views::freeze(desk, &data)), held))
}

/// `POST /staff/freeze`
pub async fn switch(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Lead>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Settings)?;
    let scope = sent.form.one("scope").text().and_then(Scope::from_code).ok_or(Refusal::FormInvalid)?;
    let set = match sent.form.one("act").text() {
        Some("set") => true,
        Some("lift") => false,
        _ => return Err(Refusal::FormInvalid.into()),
    };
    let reason = sent.form.typed("reason");
    let mut trouble = Trouble { scope, reason, reason_mistake: None, code: None };
    let Some(reason) = super::reason(&sent.form) else {
        trouble.reason_mistake = Some(desk.t("desk-account-reason-missing"));
        return draw(&house, &desk, Some(trouble)).await;
    };
    let code = sent.form.one("code").text().unwrap_or_default();
    let done = freeze::switch(&house.app, on.proof, scope, set, &reason, code).await;
    match step_up(done)? {
        Ok(()) => {
            // other servers read it within a second
            let all = store::freeze::all(&mut house.app.read().await?).await?;
            house.app.set_frozen(Frozen::of(all.iter().filter_map(|f| Scope::from_code(&f.scope))));
            Ok(see(HERE))
        }
        Err(code) => draw(&house, &desk, Some(Trouble { code: Some(code), ..trouble })).await,
    }
}

//! An invitation to the desk: the mailed link, and the first password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::super::{frame, page, see};
use crate::actions::staff::join;
use crate::base::fault::Fault;
use crate::base::password::{self, PasswordFlaw};
use crate::base::token::TokenPurpose;
use crate::model::refusal::{Refusal, Stop};
use crate::store::staff::invite::Invite;
use crate::views::password::ChangeFlaw;
use crate::views::staff::invite as views;
use crate::web::cookies::{self, Cookie};
use crate::web::lang::Spoken;
use crate::web::{Browser, House, Sent, proof};

const INVITE: &str = "/staff/invite";

/// `GET /staff/invite/{token}`: a genuine token leaves the address at once; nothing else changes.
pub async fn arrive(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    token: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    if proof::prove_invite(&house, &token).await?.is_none() {
        return Ok(gone(&house, spoken));
    }
    proof::keep(&house, &req, TokenPurpose::Invite, &token);
    Ok(see(INVITE))
}

/// `GET /staff/invite`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
) -> Result<HttpResponse, Stop> {
    let Some(invite) = held(&house, &req).await? else { return Ok(gone(&house, spoken)) };
    Ok(draw(&req, &house, spoken, &browser, invite, vec![]))
}

/// `POST /staff/invite`: spends it.
pub async fn set_password(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let Some(invite) = held(&house, &req).await? else { return Ok(gone(&house, spoken)) };
    let typed = |name: &str| sent.form.one(name).text().unwrap_or_default().to_owned();
    let new = typed("new_password");
    let flaw = match password::flaw(&new, &invite.username) {
        Some(PasswordFlaw::Short) => Some(ChangeFlaw::Short),
        Some(PasswordFlaw::Long) => Some(ChangeFlaw::Long),
        Some(PasswordFlaw::Guessable) => Some(ChangeFlaw::Guessable),
        None => (new != typed("new_password_again")).then_some(ChangeFlaw::Repeat),
    };
    if let Some(flaw) = flaw {
        return Ok(draw(&req, &house, spoken, &sent.browser, invite, vec![flaw]));
    }
    let hash = house.app.passwords().hash(new).await?;
    match join::join(&house.app, invite.id, invite.staff_id, &hash).await {
        Ok(()) => {
            cookies::remove(&house, &req, Cookie::Invite);
            Ok(see("/staff/login?note=joined"))
        }
        Err(Stop::Refused(Refusal::LinkEnded)) => Ok(gone(&house, spoken)),
        Err(stop) => Err(stop),
    }
}

/// The open invitation whose token this browser holds.
async fn held(house: &House, req: &HttpRequest) -> Result<Option<Invite>, Fault> {
    let Some(text) = cookies::read(house, req.headers(), Cookie::Invite) else { return Ok(None) };
    Ok(proof::prove_invite(house, text).await?.filter(|invite| invite.open))
}

fn gone(house: &House, spoken: Spoken) -> HttpResponse {
    page(StatusCode::GONE, views::gone(&house.frame(spoken.0, INVITE.to_owned(), None)))
}

fn draw(
    req: &HttpRequest,
    house: &House,
    spoken: Spoken,
    browser: &Browser,
    invite: Invite,
    flaws: Vec<ChangeFlaw>,
) -> HttpResponse {
    let status = if flaws.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = frame(house, req, spoken, Some(browser.csrf(house)));
    page(status, views::invite(&frame, &views::Invite { username: invite.username, name: invite.name, flaws }))
}

//! On to the portal: with this browser's grant after a reset, or with the one that a mailed activation link carries.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{DONE, frame, page, see};
use crate::actions::hand_over::hand_over;
use crate::base::token::TokenPurpose;
use crate::model::account::mask_user_id;
use crate::model::refusal::{Refusal, Stop};
use crate::store::notice::Notice;
use crate::views::{link_problem, portal_way};
use crate::web::cookies::{self, Cookie};
use crate::web::lang::Spoken;
use crate::web::{Browser, House, Sent, holding, proof, way_back};

/// The page behind a mailed activation link.
const PAGE: &str = super::TO_PORTAL;

/// `POST /reset-totp/hand-over`: this browser's grant, after its reset.
pub async fn after_reset(req: HttpRequest, house: web::Data<House>, sent: Sent) -> Result<HttpResponse, Stop> {
    let link = proof::posted(&house, &req, TokenPurpose::Reset, &sent.form).await?;
    leave(&house, &req, link.id, DONE).await
}

/// `GET /activate/portal`: where a mailed activation link leads whose account activates at a portal.
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
) -> Result<HttpResponse, Stop> {
    let Some(link) = mailed(&house, &req).await? else {
        return Ok(super::no_link(&house, spoken, PAGE, &link_problem::Data::Unknown));
    };
    if link.over {
        return Ok(super::no_link(&house, spoken, PAGE, &link_problem::Data::Ended));
    }
    let Some(way) = way_back::find(&house, link.id).await? else { return Ok(see("/login?note=link")) };
    let user_id = mask_user_id(&way.user_id);
    let way = way_back::shown(&house, &req, way, link.id, PAGE).await?;
    let frame = frame(&house, &req, spoken, Some(browser.csrf(&house)));
    let mut answer = page(StatusCode::OK, portal_way::page(&frame, &user_id, &way));
    way_back::allow(&mut answer, &way);
    Ok(answer)
}

/// `POST /activate/portal`: the grant that the mailed link carries.
pub async fn by_mail(req: HttpRequest, house: web::Data<House>, sent: Sent) -> Result<HttpResponse, Stop> {
    let link = mailed(&house, &req).await?.ok_or(Refusal::LinkUnknown)?;
    if sent.form.one("link").text() != Some(link.id.to_string().as_str()) {
        return Err(Refusal::LinkMismatch.into());
    }
    leave(&house, &req, link.id, PAGE).await
}

/// The activation link whose token this browser holds.
async fn mailed(house: &House, req: &HttpRequest) -> Result<Option<Notice>, Stop> {
    let Some(text) = cookies::read(house, req.headers(), Cookie::Activate) else { return Ok(None) };
    let link = proof::prove_notice(house, text, TokenPurpose::Activate).await?;
    Ok(link.filter(|link| link.grant_id.is_some()))
}

/// On to the portal, or back to the page, which says why not.
async fn leave(house: &House, req: &HttpRequest, link: Uuid, page: &str) -> Result<HttpResponse, Stop> {
    let shown = holding::shown(house, req).await?;
    match hand_over(&house.app, link, &shown).await {
        Ok(url) => Ok(way_back::leave(&url)),
        Err(Stop::Refused(_)) => Ok(see(page)),
        Err(fault) => Err(fault),
    }
}

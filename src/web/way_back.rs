//! The way back to a portal, as this browser may go it, and what its pages and answers need for that.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue, LOCATION, REFERRER_POLICY};
use actix_web::{HttpRequest, HttpResponse};
use uuid::Uuid;

use super::house::House;
use super::{headers, holding};
use crate::base::fault::Fault;
use crate::model::portal::origin;
use crate::store::way_back::{self, WayBack};
use crate::views::portal_way::{Back, Take, Way};

/// The way back of who holds that mailed link; none for who activates here.
pub async fn find(house: &House, link: Uuid) -> Result<Option<WayBack>, Fault> {
    way_back::find(&mut house.app.read().await?, link).await
}

/// The portal of a way back.
pub fn back(way: WayBack) -> Back {
    Back { name: way.name, url: way.return_url }
}

/// The way as a page shows it, with what this browser can take there; `action` is where its button is sent.
pub async fn shown(
    house: &House,
    req: &HttpRequest,
    way: WayBack,
    link: Uuid,
    action: &'static str,
) -> Result<Way, Fault> {
    let shown = holding::shown(house, req).await?;
    let grant = way_back::grant(&mut house.app.read().await?, way.account_id, &shown).await?;
    let take = match grant {
        Some(grant) if grant.taken => Take::Taken,
        Some(grant) if !way.locked => Take::Grant { action, link: link.to_string(), until: grant.expires_at },
        _ => Take::Nothing,
    };
    let here = way.has_password;
    Ok(Way { back: back(way), take, here })
}

/// Lets the button of a page lead on to the portal.
pub fn allow(answer: &mut HttpResponse, way: &Way) {
    if let (Take::Grant { .. }, Ok(policy)) =
        (&way.take, HeaderValue::from_str(&headers::policy_towards(origin(&way.back.url))))
    {
        answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// 303 to the portal, which is not told where the browser comes from.
pub fn leave(url: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, url))
        .insert_header((REFERRER_POLICY, HeaderValue::from_static("no-referrer")))
        .finish()
}

//! The portal itself: who it is here, and what its key may do.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Asked, Problem, json};
use crate::app::portal::{AnyPortal, Scoped as _};
use crate::base::fault::Fault;
use crate::store::portal;
use crate::web::House;

/// A portal as it is known here.
#[derive(Debug, Serialize, ToSchema)]
pub struct Portal {
    /// How commands and addresses name it.
    #[schema(example = "spse")]
    slug: String,
    /// How people see it.
    name: String,
    /// Where browsers go back to, with a grant, after a reset.
    return_url: Option<String>,
    /// Where its login page leads people who lost their device: `user_id` and `user_type` may be added.
    #[schema(example = "https://pulih.example.go.id/reset-totp?portal=spse")]
    reset_page: String,
}

/// Who am I
#[utoipa::path(
    get,
    path = "/api/v1/portal",
    tag = "portal",
    description = "The portal that the key belongs to. Any key may ask; a good first call.",
    responses((status = 200, description = "The portal", body = Portal))
)]
pub async fn show(house: web::Data<House>, asked: Asked<AnyPortal>) -> Result<HttpResponse, Problem> {
    let id = asked.0.caller().portal();
    let known = portal::by_id(&mut house.app.read().await?, id).await?;
    let known = known.ok_or_else(|| Fault::broken("a key belongs to no portal"))?;
    let reset_page = format!("{}/reset-totp?portal={}", house.origin, known.slug);
    let portal = Portal { slug: known.slug, name: known.name, return_url: known.return_url, reset_page };
    Ok(json(StatusCode::OK, &portal))
}

//! What a portal's page changes about an active TOTP, each for a right code: new recovery codes, and *Disable TOTP*.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::time;
use super::verify::{CodeOf, brought};
use super::{Call, Problem, json, known_user_id};
use crate::actions::{portal_codes, portal_disable};
use crate::app::portal::{Disables, Enrols};
use crate::web::House;

/// A code of the app.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Renew {
    /// The code that the app shows; a wrong one is counted as by *verify*.
    #[schema(example = "123456", max_length = 64)]
    code: String,
    /// What your page calls this browser, as in *verify*.
    #[schema(example = "b7c1f0aa2d4e", min_length = 1, max_length = 128)]
    device: Option<String>,
}

/// New recovery codes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten of them, each good once: show them now, since nobody can later. Those that were are dead.
    #[schema(min_items = 10, max_items = 10)]
    recovery_codes: Vec<String>,
}

/// A code.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Disable {
    /// The code; a wrong one is counted as by *verify*.
    #[schema(example = "123456", max_length = 64)]
    code: String,
    /// What it is a code of; `totp` where nothing is said.
    method: Option<CodeOf>,
    /// What your page calls this browser, as in *verify*.
    #[schema(example = "b7c1f0aa2d4e", min_length = 1, max_length = 128)]
    device: Option<String>,
}

/// TOTP is disabled.
#[derive(Debug, Serialize, ToSchema)]
pub struct Disabled {
    /// The grant with which the account enrols anew: for *enrolment*, at this portal alone.
    #[schema(example = "pulih_grant_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")]
    grant: String,
    /// When it ends.
    #[schema(format = DateTime)]
    grant_expires_at: String,
}

/// Make recovery codes anew
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{user_id}/recovery-codes",
    tag = "enrolment",
    description = "Ten new recovery codes for a right code of the app, in place of those that were; the owner is told by mail.",
    params(("user_id" = String, Path, description = "User ID")),
    request_body = Renew,
    responses((status = 200, body = RecoveryCodes))
)]
pub async fn renew(
    house: web::Data<House>,
    user_id: web::Path<String>,
    call: Call<Enrols, Renew>,
) -> Result<HttpResponse, Problem> {
    let user_id = known_user_id(&user_id)?;
    let Renew { code, device } = &call.body;
    let brought = brought(user_id, None, code, device.as_deref())?;
    let renewed = portal_codes::renew(&house.app, call.by, brought, call.once.as_ref()).await?;
    Ok(json(StatusCode::OK, &RecoveryCodes { recovery_codes: renewed.recovery_codes }))
}

/// Disable TOTP
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{user_id}/disable",
    tag = "enrolment",
    description = "Revokes TOTP and its recovery codes for a right code, ends Pulih's own sessions and tells the owner by \
        mail. The grant that is answered lets the account enrol anew, here alone and once.",
    params(("user_id" = String, Path, description = "User ID")),
    request_body = Disable,
    responses((status = 200, body = Disabled))
)]
pub async fn disable(
    house: web::Data<House>,
    user_id: web::Path<String>,
    call: Call<Disables, Disable>,
) -> Result<HttpResponse, Problem> {
    let user_id = known_user_id(&user_id)?;
    let Disable { code, method, device } = &call.body;
    let brought = brought(user_id, *method, code, device.as_deref())?;
    let disabled = portal_disable::disable(&house.app, call.by, brought, call.once.as_ref()).await?;
    let disabled = Disabled { grant: disabled.grant, grant_expires_at: time(disabled.grant_expires_at) };
    Ok(json(StatusCode::OK, &disabled))
}

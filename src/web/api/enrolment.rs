//! Enrolment at a portal's own page: begun, and proved by a first code.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::problem::time;
use super::{Call, Problem, json, known_user_id};
use crate::actions::portal_enrol::{self, Begun};
use crate::app::portal::Enrols;
use crate::base::fault::Fault;
use crate::base::qr;
use crate::base::totp::{self, Algorithm, Params};
use crate::i18n::Lang;
use crate::model::refusal::Refusal;
use crate::web::House;

/// By what an account may enrol.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    /// The grant that the return URL received after a reset, or that *disable* answered. Not needed by an account that
    /// never had TOTP.
    #[schema(example = "pulih_grant_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", max_length = 100)]
    grant: Option<String>,
}

/// A secret that is to be proved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Enrolment)]
pub struct Shown {
    /// Its id, for *confirm*.
    enrolment: Uuid,
    /// The secret in base 32. No answer holds it again once it is proved, replaced or over.
    #[schema(example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")]
    secret: String,
    /// The same as an `otpauth:` address, which apps on the same device open.
    otpauth: String,
    /// The same as a QR to show: an `<svg>` that is dark on white always, and holds no style.
    qr_svg: String,
    /// `SHA1`, `SHA256` or `SHA512`.
    #[schema(example = "SHA1")]
    algorithm: String,
    /// Digits of a code.
    #[schema(example = 6)]
    digits: i16,
    /// Seconds that a code lasts.
    #[schema(example = 30)]
    period: i16,
    /// When it ends, if it is not proved before.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// The first code.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// The code that the app shows; blanks in it do not matter.
    #[schema(example = "123456", max_length = 64)]
    code: String,
}

/// TOTP is active.
#[derive(Debug, Serialize, ToSchema)]
pub struct Active {
    /// `active`.
    #[schema(example = "active")]
    status: &'static str,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
    /// Ten recovery codes, each good once: show them now, since nobody can later.
    #[schema(min_items = 10, max_items = 10)]
    recovery_codes: Vec<String>,
}

/// Begin an enrolment
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{user_id}/enrolment",
    tag = "enrolment",
    description = "A new secret for the person's app. A secret that was begun before and not proved is dead. \
        An account that had TOTP needs a grant, which is used up by *confirm* alone.",
    params(("user_id" = String, Path, description = "User ID")),
    request_body = Begin,
    responses((status = 201, body = Shown))
)]
pub async fn begin(
    house: web::Data<House>,
    user_id: web::Path<String>,
    call: Call<Enrols, Begin>,
) -> Result<HttpResponse, Problem> {
    let user_id = known_user_id(&user_id)?;
    let grant = call.body.grant.as_deref();
    let begun = portal_enrol::begin(&house.app, call.by, user_id, grant, call.once.as_ref()).await?;
    Ok(json(StatusCode::CREATED, &written(&house, begun)?))
}

/// Prove an enrolment
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{user_id}/enrolment/{enrolment}/confirm",
    tag = "enrolment",
    description = "The first code makes the secret the account's one TOTP: whatever was active is dead, the grant is used \
        up, Pulih's own sessions end, and the owner is told by mail.",
    params(
        ("user_id" = String, Path, description = "User ID"),
        ("enrolment" = String, Path, description = "The id that *begin* answered"),
    ),
    request_body = Confirm,
    responses((status = 200, body = Active))
)]
pub async fn confirm(
    house: web::Data<House>,
    path: web::Path<(String, String)>,
    call: Call<Enrols, Confirm>,
) -> Result<HttpResponse, Problem> {
    let (user_id, enrolment) = path.into_inner();
    let user_id = known_user_id(&user_id)?;
    let enrolment = Uuid::parse_str(&enrolment).map_err(|_| Refusal::NotFound)?;
    let (typed, once) = (call.body.code.as_str(), call.once.as_ref());
    let confirmed = portal_enrol::confirm(&house.app, call.by, user_id, enrolment, typed, once).await?;
    let active = Active { status: "active", since: time(confirmed.since), recovery_codes: confirmed.recovery_codes };
    Ok(json(StatusCode::OK, &active))
}

fn written(house: &House, begun: Begun) -> Result<Shown, Fault> {
    let broken = |what| move || Fault::broken(format!("an enrolment has no {what}"));
    let params = Params {
        algorithm: Algorithm::from_code(&begun.algorithm).ok_or_else(broken("algorithm"))?,
        digits: u8::try_from(begun.digits).map_err(|_| broken("digits")())?,
        period: u32::try_from(begun.period).map_err(|_| broken("period")())?,
    };
    let secret = BASE32_NOPAD.decode(begun.secret.as_bytes()).map_err(|_| broken("secret")())?;
    let otpauth = totp::uri(house.app.config().totp_issuer(), &begun.user_id, &secret, &params);
    let label = Lang::from_code(&begun.language).unwrap_or_default().t("activate-qr-label");
    Ok(Shown {
        enrolment: begun.enrolment,
        qr_svg: qr::svg(&otpauth, &label)?,
        otpauth,
        secret: begun.secret,
        algorithm: begun.algorithm,
        digits: begun.digits,
        period: begun.period,
        expires_at: time(begun.expires_at),
    })
}

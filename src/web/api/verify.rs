//! Whether a code is right.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::time;
use super::{Call, Flaw, Problem, json, known_user_id};
use crate::actions::verify::{self as action, Judged, Verified};
use crate::app::portal::Verifies;
use crate::app::portal_code::Brought;
use crate::base::clock;
use crate::model::refusal::Stop;
use crate::model::session::Method;
use crate::web::House;

/// Whatever is no right code is answered this long after it came, or a whole multiple of it: what was looked up meanwhile
/// tells nobody whether somebody has the User ID.
const TICK: Duration = Duration::from_millis(10);
/// Characters of a code at most.
const CODE_MAX: usize = 64;
/// Characters of a device's name at most.
const DEVICE_MAX: usize = 128;

/// A code that somebody typed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The code, as typed: blanks and hyphens in it do not matter.
    #[schema(example = "123456", max_length = 64)]
    code: String,
    /// What it is a code of; `totp` where nothing is said.
    method: Option<CodeOf>,
    /// What your page calls this browser, for instance the random value of a cookie that outlives the login. A device with
    /// which a code was right has a budget of its own: what strangers try does not hold it.
    #[schema(example = "b7c1f0aa2d4e", min_length = 1, max_length = 128)]
    device: Option<String>,
}

/// What a code is of.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeOf {
    /// The authenticator app.
    Totp,
    /// The recovery codes.
    Recovery,
}

/// What a code was.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeResult {
    /// Let the person in. The code is used up.
    Right,
    /// No code of this account, or nobody has the User ID.
    Wrong,
    /// A code that was used, or shown before its time: wait for the next one.
    Replayed,
    /// A code of another time: the clock of the device is off.
    Clock,
}

/// A code was looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct Verification {
    /// What it was.
    result: CodeResult,
    /// How many seconds the device's clock is ahead, negative where it is behind; with `clock` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    clock_offset_seconds: Option<i64>,
    /// How many codes may be wrong before none is looked at for a while; null where this house has no limits.
    #[schema(required, example = 4)]
    attempts_left: Option<u32>,
    /// When the next code is looked at; where none are left alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    retry_at: Option<String>,
}

/// Ask whether a code is right
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{user_id}/verify",
    tag = "codes",
    description = "Ask once your page knows that the password is right. A right code is right once: whoever asks again is \
        told `replayed`; under the same `Idempotency-Key` it is right again for two minutes, unless the account was locked or its \
        TOTP reset meanwhile. Wrong ones are counted for the account, here as on our own pages: 5 in 5 minutes, 20 in an hour, \
        50 in a day, after which codes are not looked at (429 `codes-held`); 100 in a row close this way until a reset \
        (403 `codes-closed`). A User ID that nobody has is answered as a wrong code. An account without TOTP is 409 \
        `not-active`, a locked one 403 `locked`.",
    params(("user_id" = String, Path, description = "User ID")),
    request_body = Verify,
    responses((status = 200, body = Verification))
)]
pub async fn verify(
    house: web::Data<House>,
    user_id: web::Path<String>,
    call: Call<Verifies, Verify>,
) -> Result<HttpResponse, Problem> {
    let began = clock::instant();
    let user_id = known_user_id(&user_id)?;
    let Verify { code, method, device } = &call.body;
    let brought = brought(user_id, *method, code, device.as_deref())?;
    let verified = action::verify(&house.app, call.by, &brought, call.once.as_ref()).await;
    if !matches!(&verified, Ok(Verified { judged: Judged::Right, .. }) | Err(Stop::Fault(_))) {
        let over = began.elapsed().as_micros() % TICK.as_micros();
        tokio::time::sleep(TICK.saturating_sub(Duration::from_micros(u64::try_from(over).unwrap_or(0)))).await;
    }
    Ok(json(StatusCode::OK, &written(&verified?)))
}

/// A code as it was sent, or what cannot be right about it.
pub(super) fn brought<'a>(
    user_id: &'a str,
    method: Option<CodeOf>,
    code: &'a str,
    device: Option<&'a str>,
) -> Result<Brought<'a>, Problem> {
    let mut flaws = Vec::new();
    if code.chars().count() > CODE_MAX {
        flaws.push(Flaw::new("/code", format!("at most {CODE_MAX} characters")));
    }
    if device.is_some_and(|device| !(1..=DEVICE_MAX).contains(&device.chars().count())) {
        flaws.push(Flaw::new("/device", format!("1 to {DEVICE_MAX} characters")));
    }
    if !flaws.is_empty() {
        return Err(Problem::Flawed(flaws));
    }
    let method = match method {
        None | Some(CodeOf::Totp) => Method::Totp,
        Some(CodeOf::Recovery) => Method::Recovery,
    };
    Ok(Brought { user_id, method, code, device })
}

fn written(verified: &Verified) -> Verification {
    let (result, clock_offset_seconds) = match verified.judged {
        Judged::Right => (CodeResult::Right, None),
        Judged::Wrong => (CodeResult::Wrong, None),
        Judged::Replayed => (CodeResult::Replayed, None),
        Judged::Clock(seconds) => (CodeResult::Clock, Some(seconds)),
    };
    let retry_at = verified.retry_at.map(time);
    Verification { result, clock_offset_seconds, attempts_left: verified.attempts_left, retry_at }
}

//! Accounts: stated by their portal, and read.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::time;
use super::{Asked, Call, Flaw, Problem, json};
use crate::actions::register_account::register;
use crate::app::App;
use crate::app::portal::{ReadsAccounts, Scoped as _, WritesAccounts};
use crate::model::account::fold_user_id;
use crate::model::portal_account::{self as model, Said, Standing};
use crate::model::refusal::Refusal;
use crate::store::portal_account;
use crate::web::House;

/// What a portal states of an account
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Tipe User.
    #[schema(example = "penyedia", pattern = "^(penyedia|non_penyedia)$")]
    user_type: String,
    /// Name of the person or firm, on one line.
    #[schema(example = "Rina Wijaya", min_length = 1, max_length = 200)]
    name: String,
    /// The registered address: links and grants go there alone.
    #[schema(example = "rina@example.com", min_length = 3, max_length = 254)]
    email: String,
    /// A second address that is told of what happens. Where it is missing or null, the one on file stays.
    #[serde(default)]
    #[schema(max_length = 254)]
    email_2: Option<String>,
    /// The language of letters, `id` or `en`. Where it is missing or null, the one on file stays; `id` at first.
    #[serde(default)]
    #[schema(example = "id", pattern = "^(id|en)$")]
    language: Option<String>,
    /// When the password changed last, as far as the portal knows. A later time than the one on file is a changed
    /// password: its person is told, and resets wait for seven days.
    #[serde(default)]
    #[schema(format = DateTime)]
    password_changed_at: Option<String>,
}

/// An account as it stands
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    /// User ID, as it was first written.
    #[schema(example = "AMANAH7")]
    user_id: String,
    /// `penyedia` or `non_penyedia`.
    #[schema(example = "penyedia")]
    user_type: String,
    /// Name of the person or firm.
    name: String,
    /// `id` or `en`.
    #[schema(example = "id")]
    language: String,
    /// The registered address, masked.
    #[schema(example = "r•••@e•••.com")]
    email: String,
    /// The second address, masked.
    email_2: Option<String>,
    /// `active` or `locked`; the helpdesk unlocks it.
    #[schema(example = "active")]
    status: &'static str,
    /// Its TOTP.
    totp: Totp,
    /// Its resets.
    resets: Resets,
}

/// An account's TOTP
#[derive(Debug, Serialize, ToSchema)]
pub struct Totp {
    /// `active`, `none`, or `enrolling`: begun and not confirmed.
    #[schema(example = "active")]
    status: &'static str,
    /// Since when it is active.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    since: Option<String>,
    /// Recovery codes that were not used.
    recovery_codes_left: i64,
    /// Whether enrolling needs a grant: the account had TOTP before.
    grant_required: bool,
}

/// An account's resets
#[derive(Debug, Serialize, ToSchema)]
pub struct Resets {
    /// Whether one is under way.
    open: bool,
    /// When the one that waits takes effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    waiting_until: Option<String>,
    /// When the last one took effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    last_at: Option<String>,
}

impl Account {
    fn of(app: &App, standing: Standing) -> Self {
        let when = |at: Option<DateTime<Utc>>| at.map(time);
        let totp = Totp {
            status: match (standing.active_since, standing.enrolling) {
                (Some(_), _) => "active",
                (None, true) => "enrolling",
                (None, false) => "none",
            },
            grant_required: standing.active_since.is_none() && (standing.had_factor || !app.password_enrols_first()),
            since: when(standing.active_since),
            recovery_codes_left: standing.recovery_codes,
        };
        let resets = Resets {
            open: standing.reset_open,
            waiting_until: when(standing.reset_due),
            last_at: when(standing.last_reset_at),
        };
        Self {
            user_id: standing.user_id,
            user_type: standing.user_type,
            name: standing.name,
            language: standing.language,
            email: standing.email,
            email_2: standing.email_2,
            status: if standing.locked { "locked" } else { "active" },
            totp,
            resets,
        }
    }
}

/// State an account
#[utoipa::path(
    put,
    path = "/api/v1/accounts/{user_id}",
    tag = "accounts",
    description = "Makes the account, or changes what differs. A changed address or a later password_changed_at is told to every \
        address on file and to the one that was, and resets of the account wait 24 hours for seven days. An account of the \
        helpdesk's own that no portal has becomes this portal's, and its owner is told; a protected one does not (409 \
        account-protected). While a reset or a decision waits, and while its owner may still activate after a reset (72 hours at \
        most), neither addresses nor portal change (409 change-held).",
    params(("user_id" = String, Path, description = "User ID; capitals and small letters are the same", example = "AMANAH7")),
    request_body = NewAccount,
    responses(
        (status = 200, body = Account, description = "It was there"),
        (status = 201, body = Account, description = "It was made"),
    )
)]
pub async fn put(
    house: web::Data<House>,
    user_id: web::Path<String>,
    call: Call<WritesAccounts, NewAccount>,
) -> Result<HttpResponse, Problem> {
    let user_id = model::user_id(&user_id).ok_or(Refusal::NotFound)?;
    let body = &call.body;
    let said = Said {
        user_type: &body.user_type,
        name: &body.name,
        email: &body.email,
        email_2: body.email_2.as_deref(),
        language: body.language.as_deref(),
        password_changed_at: body.password_changed_at.as_deref(),
    };
    let stated = model::stated(&said, house.app.clock().now())
        .map_err(|flaws| Problem::Flawed(flaws.into_iter().map(|(at, why)| Flaw::new(at, why)).collect()))?;
    let done = register(&house.app, call.by, call.once.as_ref(), user_id, &stated).await?;
    let status = if done.made { StatusCode::CREATED } else { StatusCode::OK };
    Ok(json(status, &Account::of(&house.app, done.standing)))
}

/// Read an account
#[utoipa::path(
    get,
    path = "/api/v1/accounts/{user_id}",
    tag = "accounts",
    description = "How the account stands. One of another portal is not found.",
    params(("user_id" = String, Path, description = "User ID; capitals and small letters are the same", example = "AMANAH7")),
    responses((status = 200, body = Account))
)]
pub async fn show(
    house: web::Data<House>,
    user_id: web::Path<String>,
    asked: Asked<ReadsAccounts>,
) -> Result<HttpResponse, Problem> {
    let folded = model::user_id(&user_id).map(fold_user_id).ok_or(Refusal::NotFound)?;
    let portal = asked.0.caller().portal();
    let standing = portal_account::find(&mut house.app.read().await?, &folded, portal).await?;
    Ok(json(StatusCode::OK, &Account::of(&house.app, standing.ok_or(Refusal::NotFound)?)))
}

//! Resets that a portal asks for by its own form, and how they stand.

use std::net::IpAddr;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::time;
use super::{Asked, Call, Flaw, Problem, json};
use crate::actions::ask::{self, Typed};
use crate::app::portal::{AsksResets, Scoped as _};
use crate::base::crockford;
use crate::base::network::Network;
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::model::asked_reset::{ASKED_FOR, standing};
use crate::model::refusal::Refusal;
use crate::store::request;
use crate::web::fields::{self, TextFlaw};
use crate::web::{Field, House, captcha};

/// What was typed into a portal's own form.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReset {
    /// The User ID as typed.
    #[schema(min_length = 1, max_length = 64, example = "AMANAH7")]
    user_id: String,
    /// The address as typed.
    #[schema(min_length = 1, max_length = 254, example = "rina@amanah.example")]
    email: String,
    /// The Tipe User chosen: `penyedia` or `non_penyedia`.
    #[schema(pattern = "^(penyedia|non_penyedia)$", example = "penyedia")]
    user_type: String,
    /// The language of the letter: `id` (where none is named) or `en`.
    #[schema(pattern = "^(id|en)$")]
    language: Option<String>,
    /// The address of the person at the form, so that offices are told apart; it is kept as a personal detail.
    #[schema(example = "203.0.113.7")]
    client_ip: Option<String>,
}

/// A reset that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedReset {
    /// Its reference, for the person and for later questions.
    #[schema(example = "R-7K2M-9QXD")]
    reference: String,
    /// When it was asked.
    #[schema(example = "2026-11-22T07:05:00Z")]
    asked_at: String,
}

/// How a reset stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reset {
    /// Its reference.
    #[schema(example = "R-7K2M-9QXD")]
    reference: String,
    /// `open`, `waiting` (confirmed, takes effect later), `done` or `ended`. One that matched nobody is `open` for a day
    /// like any other.
    #[schema(pattern = "^(open|waiting|done|ended)$")]
    state: &'static str,
    /// When it was asked.
    asked_at: String,
}

/// Ask for a reset
#[utoipa::path(
    post,
    path = "/api/v1/resets",
    tag = "resets",
    description = "Kirim by the portal's own form. The answer is the same whoever was typed: where User ID, \
        address and Tipe User belong together, a letter goes to the registered address. Show the person the same words \
        for everybody.",
    request_body = NewReset,
    responses((status = 202, body = AskedReset))
)]
pub async fn ask(house: web::Data<House>, call: Call<AsksResets, NewReset>) -> Result<HttpResponse, Problem> {
    let typed = read(&call.body)?;
    if let Some(network) = &typed.network {
        captcha::count(&house, network);
    }
    let asked = ask::by_portal(&house.app, call.by, call.once.as_ref(), typed).await?;
    Ok(json(StatusCode::ACCEPTED, &AskedReset { reference: asked.reference, asked_at: time(asked.at) }))
}

/// How a reset stands
#[utoipa::path(
    get,
    path = "/api/v1/resets/{reference}",
    tag = "resets",
    description = "A reset that was asked by this portal's form, or by our page for its people; for 30 days.",
    params(("reference" = String, Path, description = "`R-XXXX-XXXX`")),
    responses((status = 200, body = Reset))
)]
pub async fn show(
    house: web::Data<House>,
    asked: Asked<AsksResets>,
    reference: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let reference = crockford::parse(&reference).ok_or(Refusal::NotFound)?;
    let portal = asked.0.caller().portal();
    let found = request::of_portal(&mut house.app.read().await?, &reference, portal).await?;
    let found = found.filter(|found| found.now - found.asked_at < ASKED_FOR).ok_or(Refusal::NotFound)?;
    let state = standing(found.state, found.confirmed, found.now - found.asked_at).code();
    Ok(json(StatusCode::OK, &Reset { reference, state, asked_at: time(found.asked_at) }))
}

/// The fields, as strict as those of our own form; or what is wrong with each.
fn read(body: &NewReset) -> Result<Typed, Problem> {
    let mut flaws = Vec::new();
    let mut flaw = |at: &str, detail: &str| flaws.push(Flaw::new(at, detail));
    let user_id = fields::user_id_of(Field::Text(&body.user_id));
    let user_id = user_id.map_err(|why| flaw("/user_id", said(why, "one line of text"))).ok();
    let address = fields::address_of(Field::Text(&body.email));
    let address = address.map_err(|why| flaw("/email", said(why, "one mail address"))).ok();
    let user_type = UserType::from_code(&body.user_type);
    if user_type.is_none() {
        flaw("/user_type", "penyedia or non_penyedia");
    }
    let language = body.language.as_deref().map_or(Some(Lang::Id), Lang::from_code);
    if language.is_none() {
        flaw("/language", "id or en");
    }
    let client = body.client_ip.as_deref().map(str::parse::<IpAddr>);
    if let Some(Err(_)) = client {
        flaw("/client_ip", "an IPv4 or IPv6 address");
    }
    let network = client.and_then(Result::ok).map(|ip| Network::of(ip).to_string());
    match (user_id, address, user_type, language) {
        (Some(user_id), Some(address), Some(user_type), Some(language)) if flaws.is_empty() => {
            Ok(Typed { user_id, address, user_type, language, network })
        }
        _ => Err(Problem::Flawed(flaws)),
    }
}

fn said(why: TextFlaw, shape: &'static str) -> &'static str {
    match why {
        TextFlaw::Missing => "nothing was typed",
        TextFlaw::TooLong => "too long",
        TextFlaw::Unreadable => shape,
    }
}

//! One's own request: what Kirim showed to the browser that asked; its state to whoever holds its mailed link.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{page, see};
use crate::actions::help;
use crate::actions::inbound::go_on;
use crate::base::fault::Fault;
use crate::base::token::TokenPurpose;
use crate::base::{crockford, secret_hash};
use crate::model::account::{mask_address, mask_user_id};
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::State;
use crate::store::inbound::permission;
use crate::store::link::{self, Link};
use crate::store::request::{self, Own};
use crate::views::status::{self, Help, Line};
use crate::web::lang::Spoken;
use crate::web::{Browser, House, Sent, proof};

/// `GET /requests/{ref}`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    reference: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let (own, link) = find(&req, &house, &browser, &reference).await?;
    let (status, data) = match (link, own) {
        (Some(link), _) => (StatusCode::OK, status::Data::ByLink(by_link(&link)?)),
        (None, Some(own)) => {
            let hash = secret_hash(&browser.id);
            let permitted = permission::is_live(&mut house.app.read().await?, own.id, &hash).await?;
            (StatusCode::OK, status::Data::Own(of_browser(own, permitted)))
        }
        (None, None) => (StatusCode::NOT_FOUND, status::Data::Hidden),
    };
    // the language switch repeats a reference, not whatever stood in the address
    let path = crockford::parse(&reference).map_or("/".to_owned(), |reference| format!("/requests/{reference}"));
    Ok(page(status, status::page(&house.frame(spoken.0, path, Some(browser.csrf(&house))), &data)))
}

/// `POST /requests/{ref}/help`
pub async fn ask_help(
    req: HttpRequest,
    house: web::Data<House>,
    reference: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let (own, link) = find(&req, &house, &sent.browser, &reference).await?;
    let (id, reference) = match (own, link) {
        (Some(own), _) => (own.id, own.reference),
        (None, Some(link)) => (link.request_id, link.reference),
        (None, None) => return Err(Refusal::NotFound.into()),
    };
    help::ask_help(&house.app, id).await?;
    Ok(see(&format!("/requests/{reference}")))
}

/// `POST /requests/{ref}/permit`: on to the confirm page, where a mail permits it to the browser that asked.
pub async fn permit(
    req: HttpRequest,
    house: web::Data<House>,
    reference: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let reference = crockford::parse(&reference).ok_or(Refusal::NotFound)?;
    let hash = secret_hash(&sent.browser.id);
    let own = request::own(&mut house.app.read().await?, &reference, &hash).await?.ok_or(Refusal::NotFound)?;
    let Some(link) = go_on::go_on(&house.app, own.id, &hash).await? else {
        // its half hour is over, or it was used: the page says how to begin again
        return Ok(see(&format!("/reset-totp/sent?r={reference}")));
    };
    let link = link::find(&mut house.app.read().await?, link).await?;
    let token = link.and_then(|link| house.app.permit_token(&link)).ok_or(Refusal::NotPossibleNow)?;
    proof::keep(&house, &req, TokenPurpose::Reset, &token);
    Ok(see("/reset-totp/confirm"))
}

async fn find(
    req: &HttpRequest,
    house: &House,
    browser: &Browser,
    reference: &str,
) -> Result<(Option<Own>, Option<Link>), Fault> {
    let Some(reference) = crockford::parse(reference) else { return Ok((None, None)) };
    // one that was never mailed says no more than the browser that asked
    let link = proof::held(house, req, TokenPurpose::Reset).await?;
    let link = link.filter(|link| link.reference == reference && !link.is_permit());
    let own = request::own(&mut house.app.read().await?, &reference, &secret_hash(&browser.id)).await?;
    Ok((own, link))
}

fn of_browser(own: Own, permitted: bool) -> status::Own {
    status::Own {
        help: own.help_asked_at.map_or(Help::Possible, Help::Asked),
        reference: own.reference,
        user_id: own.user_id,
        email_masked: mask_address(&own.address),
        asked_at: own.asked_at,
        permitted,
    }
}

fn by_link(link: &Link) -> Result<status::ByLink, Fault> {
    let state = link.state()?;
    let help = match link.help_asked_at {
        Some(at) => Help::Asked(at),
        None if state.is_final() => Help::Over,
        None => Help::Possible,
    };
    Ok(status::ByLink {
        reference: link.reference.clone(),
        user_id_masked: mask_user_id(&link.user_id),
        state: state.code(),
        timeline: timeline(link, state),
        help,
    })
}

fn timeline(link: &Link, state: State) -> Vec<Line> {
    let entry = |at: Option<_>, state: State| at.map(|at| Line { at, code: state.code() });
    let confirmed = link.due_at.and(link.spent_at);
    let ended = link.request_ended_at.filter(|_| state.is_final());
    let ran_out = link.expires_at.filter(|at| state == State::Expired && *at <= link.now);
    [
        entry(Some(link.asked_at), State::Received),
        entry(link.handed_over_at, State::Mailed),
        entry(link.opened_at, State::Opened),
        entry(confirmed, State::Waiting),
        entry(ran_out, State::Expired),
        entry(ended, state),
    ]
    .into_iter()
    .flatten()
    .collect()
}

//! The first TOTP of somebody of the desk.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::super::{dated, frame, page, see};
use crate::actions::staff::enrol::{self, Holder};
use crate::base::fault::Fault;
use crate::base::{qr, totp};
use crate::model::refusal::{Refusal, Stop};
use crate::store::factor::Enrolment;
use crate::store::staff::factor;
use crate::views::code::CodeTrouble;
use crate::views::staff::enrol::{self as views, Enrol};
use crate::web::lang::Spoken;
use crate::web::{Browser, Client, DeskSession, House, Sent};

const ENROL: &str = "/staff/enrol";

/// `GET /staff/enrol`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    held: DeskSession,
) -> Result<HttpResponse, Stop> {
    if held.session.has_factor {
        return Ok(see("/staff"));
    }
    let at = At { req: &req, house: &house, spoken, browser: &browser, held: &held };
    Ok(at.draw(StatusCode::OK, None, false).await?)
}

/// `POST /staff/enrol/start`: a new secret.
pub async fn start(
    house: web::Data<House>,
    client: Client,
    held: DeskSession,
    _sent: Sent,
) -> Result<HttpResponse, Stop> {
    match enrol::begin(&house.app, &holder(&held, client)).await {
        Ok(()) => Ok(see(ENROL)),
        Err(Stop::Refused(Refusal::AlreadyActive)) => Ok(see("/staff")),
        Err(stop) => Err(stop),
    }
}

/// `POST /staff/enrol`: the first code.
pub async fn confirm(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    client: Client,
    held: DeskSession,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let at = At { req: &req, house: &house, spoken, browser: &sent.browser, held: &held };
    let typed = sent.form.one("code").text().unwrap_or_default().trim();
    if typed.is_empty() {
        return Ok(at.draw(StatusCode::UNPROCESSABLE_ENTITY, Some(CodeTrouble::Missing), false).await?);
    }
    let shown = sent.form.one("factor").text().and_then(|id| Uuid::parse_str(id).ok()).unwrap_or_default();
    match enrol::confirm(&house.app, &holder(&held, client), shown, typed).await {
        Ok(token) => {
            DeskSession::keep(&house, &req, &token);
            Ok(see("/staff"))
        }
        Err(Stop::Refused(Refusal::AlreadyActive)) => Ok(see("/staff")),
        Err(Stop::Refused(Refusal::EnrolmentGone)) => Ok(at.draw(StatusCode::CONFLICT, None, true).await?),
        Err(Stop::Refused(refusal)) => match CodeTrouble::of(refusal) {
            Some(trouble) => Ok(at.draw(StatusCode::UNPROCESSABLE_ENTITY, Some(trouble), false).await?),
            None => Err(refusal.into()),
        },
        Err(fault) => Err(fault),
    }
}

fn holder(held: &DeskSession, client: Client) -> Holder {
    Holder {
        staff: held.session.staff_id,
        token_hash: held.token_hash,
        browser_hash: held.browser_hash,
        browser_name: client.browser_name,
        network: client.network.to_string(),
    }
}

/// Who looks at the page, from where.
struct At<'a> {
    req: &'a HttpRequest,
    house: &'a House,
    spoken: Spoken,
    browser: &'a Browser,
    held: &'a DeskSession,
}

impl At<'_> {
    async fn draw(
        &self,
        status: StatusCode,
        trouble: Option<CodeTrouble>,
        renewed: bool,
    ) -> Result<HttpResponse, Fault> {
        let frame = frame(self.house, self.req, self.spoken, Some(self.browser.csrf(self.house)));
        let mut read = self.house.app.read().await?;
        let shown = factor::shown(&mut read, self.held.session.staff_id, &self.held.browser_hash).await?;
        let data = shown.map(|shown| self.data(&shown, trouble, renewed)).transpose()?;
        let until = trouble.and_then(CodeTrouble::held);
        Ok(dated(self.house, page(status, views::enrol(&frame, data.as_ref())), until))
    }

    fn data(&self, shown: &Enrolment, trouble: Option<CodeTrouble>, renewed: bool) -> Result<Enrol, Fault> {
        let (app, session) = (&self.house.app, &self.held.session);
        let (secret, params) = app.enrolling(shown)?;
        // beside somebody's own account in the same app
        let issuer = format!("{} {}", app.config().totp_issuer(), self.spoken.0.t("staff-app"));
        let uri = totp::uri(&issuer, &session.username, &secret, &params);
        Ok(Enrol {
            factor: shown.id.to_string(),
            qr_svg: qr::svg(&uri, &self.spoken.0.t("activate-qr-label"))?,
            secret_groups: totp::groups(&secret),
            uri,
            username: session.username.clone(),
            ends_at: session.expires_at,
            trouble,
            renewed,
        })
    }
}

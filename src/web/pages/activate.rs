//! Aktivasi TOTP: the QR, the first code, the recovery codes, and the mailed way here.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{dated, frame, page, see};
use crate::actions::activate;
use crate::actions::activation_link;
use crate::base::fault::Fault;
use crate::base::token::TokenPurpose;
use crate::base::{qr, totp};
use crate::model::account::mask_address;
use crate::model::activation::{Shown, entitled, mailable};
use crate::model::refusal::{Refusal, Stop};
use crate::store::factor::{self, Enrolment};
use crate::store::session::Session;
use crate::views::activate::{self as views, Data, Enrol, LinkState, NeedsLink};
use crate::views::code::CodeTrouble;
use crate::views::link_problem;
use crate::web::cookies::{self, Cookie};
use crate::web::lang::Spoken;
use crate::web::{Browser, Client, Form, Holding, House, Sent, SignedIn, holding, proof, way_back};

const ACTIVATE: &str = "/activate";
const CODES: &str = "/activate/codes";
const ACCOUNT: &str = "/account";

/// `GET /activate/{token}`: a genuine token leaves the address at once; nothing else changes.
pub async fn arrive(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    token: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let link = proof::prove_notice(&house, &token, TokenPurpose::Activate).await?;
    let Some(link) = link.filter(|link| link.grant_id.is_some()) else {
        return Ok(super::no_link(&house, spoken, ACTIVATE, &link_problem::Data::Unknown));
    };
    if link.over {
        return Ok(super::no_link(&house, spoken, ACTIVATE, &link_problem::Data::Ended));
    }
    proof::keep(&house, &req, TokenPurpose::Activate, &token);
    if Holding::of(&house, &req).await?.is_some() {
        return Ok(see(ACTIVATE));
    }
    let at_portal = way_back::find(&house, link.id).await?.is_some();
    Ok(see(if at_portal { super::TO_PORTAL } else { "/login?note=link" }))
}

/// `GET /activate`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    client: Client,
) -> Result<HttpResponse, Stop> {
    let Some(holding) = Holding::of(&house, &req).await? else { return Ok(see("/login?note=activate")) };
    if holding.session.activated.is_some() {
        return Ok(see(CODES));
    }
    let holding = holding.prolonged(&house).await?;
    let at = At { req: &req, house: &house, spoken, browser: &browser, client: &client, holding: &holding };
    Ok(at.draw(StatusCode::OK, None, false).await?)
}

/// `POST /activate/start`: a new secret.
pub async fn start(
    req: HttpRequest,
    house: web::Data<House>,
    client: Client,
    holding: Holding,
    _sent: Sent,
) -> Result<HttpResponse, Stop> {
    let holder = holding.holder(&house, &req, &client).await?;
    match activate::begin(&house.app, &holder).await {
        Ok(()) | Err(Stop::Refused(Refusal::AlreadyActive | Refusal::GrantRequired)) => Ok(see(ACTIVATE)),
        Err(stop) => Err(stop),
    }
}

/// `POST /activate`: the first code.
pub async fn confirm(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    client: Client,
    holding: Holding,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let Sent { form, browser } = &sent;
    let at = At { req: &req, house: &house, spoken, browser, client: &client, holding: &holding };
    let typed = form.one("code").text().unwrap_or_default().trim();
    if typed.is_empty() {
        return Ok(at.draw(StatusCode::UNPROCESSABLE_ENTITY, Some(CodeTrouble::Missing), false).await?);
    }
    let enrolment = form.one("enrolment").text().and_then(|id| Uuid::parse_str(id).ok()).unwrap_or_default();
    let holder = holding.holder(&house, &req, &client).await?;
    match activate::confirm(&house.app, &holder, enrolment, typed).await {
        Ok(token) => {
            holding::keep(&house, &req, &token);
            for over in [Cookie::Grant, Cookie::Activate, Cookie::Login] {
                cookies::remove(&house, &req, over);
            }
            Ok(see(CODES))
        }
        Err(Stop::Refused(Refusal::AlreadyActive | Refusal::GrantRequired)) => Ok(see(ACTIVATE)),
        Err(Stop::Refused(Refusal::EnrolmentGone)) => Ok(at.draw(StatusCode::CONFLICT, None, true).await?),
        Err(Stop::Refused(refusal)) => match CodeTrouble::of(refusal) {
            Some(trouble) => Ok(at.draw(StatusCode::UNPROCESSABLE_ENTITY, Some(trouble), false).await?),
            None => Err(refusal.into()),
        },
        Err(fault) => Err(fault),
    }
}

/// `POST /activate/link`: one tap mails the link.
pub async fn mail_link(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    holding: Holding,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    match activation_link::by_session(&house.app, &holding.token_hash, &holding.browser_hash).await {
        Ok(()) => Ok(see("/activate?sent=1")),
        Err(Stop::Refused(Refusal::AlreadyActive | Refusal::NotPossibleNow)) => Ok(see(ACTIVATE)),
        Err(Stop::Refused(Refusal::TooMany(until))) => {
            let session = &holding.session;
            let needs = NeedsLink { email_masked: mask_address(&session.address), state: LinkState::TooMany(until) };
            let frame = frame(&house, &req, spoken, Some(sent.browser.csrf(&house)));
            Ok(dated(&house, page(StatusCode::OK, views::page(&frame, &Data::NeedsLink(needs))), Some(until)))
        }
        Err(stop) => Err(stop),
    }
}

/// `GET /activate/codes`: the recovery codes, until they are said to be kept.
pub async fn codes(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    signed_in: SignedIn,
) -> Result<HttpResponse, Stop> {
    let session = signed_in.0.session;
    let activated = session.activated.filter(|id| session.guard.credential_id == Some(*id));
    let (Some(credential), Some(sealed)) = (activated, session.guard.sealed_secret) else { return Ok(see(ACCOUNT)) };
    let data = views::Codes {
        user_id: session.user_id,
        at: session.factor_since.unwrap_or(session.now),
        codes: house.app.recovery_codes(credential, &sealed)?.to_vec(),
    };
    Ok(page(StatusCode::OK, views::codes(&frame(&house, &req, spoken, Some(browser.csrf(&house))), &data)))
}

/// `POST /activate/codes`: they are kept.
pub async fn keep_codes(
    req: HttpRequest,
    house: web::Data<House>,
    client: Client,
    signed_in: SignedIn,
    _sent: Sent,
) -> Result<HttpResponse, Stop> {
    activate::keep_codes(&house.app, &signed_in.0.holder(&house, &req, &client).await?).await?;
    Ok(see("/account?note=codes-kept"))
}

/// Who looks at the page, from where.
struct At<'a> {
    req: &'a HttpRequest,
    house: &'a House,
    spoken: Spoken,
    browser: &'a Browser,
    client: &'a Client,
    holding: &'a Holding,
}

impl At<'_> {
    async fn draw(
        &self,
        status: StatusCode,
        trouble: Option<CodeTrouble>,
        renewed: bool,
    ) -> Result<HttpResponse, Fault> {
        let frame = frame(self.house, self.req, self.spoken, Some(self.browser.csrf(self.house)));
        let data = self.data(trouble, renewed).await?;
        Ok(page(status, views::page(&frame, &data)))
    }

    async fn data(&self, trouble: Option<CodeTrouble>, renewed: bool) -> Result<Data, Fault> {
        let (app, session) = (&self.house.app, &self.holding.session);
        if let Some(since) = session.factor_since {
            return Ok(Data::Active { since });
        }
        let shown = holding::shown(self.house, self.req).await?;
        let mut read = app.read().await?;
        let grants = factor::read_grants(&mut read, session.account_id).await?;
        let entitled = entitled(&grants, &shown, session.had_factor, app.password_enrols_first(), session.now);
        let Ok(grant) = entitled.grant() else {
            let some = mailable(&grants, session.now).is_some();
            return Ok(Data::NeedsLink(self.needs_link(session, some, shown)));
        };
        let there = factor::enrolment(&mut read, session.account_id).await?;
        let ours = |e: &Enrolment| e.grant_id == grant && e.browser_hash == self.holding.browser_hash;
        match there.filter(ours) {
            Some(enrolment) => Ok(Data::Enrol(self.enrol(session, &enrolment, trouble, renewed)?)),
            None => Ok(Data::Start),
        }
    }

    fn needs_link(&self, session: &Session, has_grant: bool, shown: Shown) -> NeedsLink {
        let query = Form::parse(self.req.query_string().as_bytes());
        let state = if query.one("sent").text().is_some() && shown.mailed.is_none() {
            LinkState::Sent
        } else if !has_grant && self.house.app.is_careful(session) {
            LinkState::NotPossible
        } else {
            LinkState::Possible
        };
        NeedsLink { email_masked: mask_address(&session.address), state }
    }

    fn enrol(
        &self,
        session: &Session,
        enrolment: &Enrolment,
        trouble: Option<CodeTrouble>,
        renewed: bool,
    ) -> Result<Enrol, Fault> {
        let (secret, params) = self.house.app.enrolling(enrolment)?;
        let uri = totp::uri(self.house.app.config().totp_issuer(), &session.user_id, &secret, &params);
        let name = self.client.browser_name.as_deref().unwrap_or_default();
        Ok(Enrol {
            enrolment: enrolment.id.to_string(),
            qr_svg: qr::svg(&uri, &self.spoken.0.t("activate-qr-label"))?,
            secret_groups: totp::groups(&secret),
            uri,
            phone: ["Android", "iPhone", "iPad"].iter().any(|phone| name.contains(phone)),
            user_id: session.user_id.clone(),
            ends_at: session.expires_at,
            now: session.now,
            trouble,
            renewed,
        })
    }
}

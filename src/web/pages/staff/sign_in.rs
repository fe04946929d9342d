//! Sign-in of the desk: user name and password, the code, and the way out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::super::{dated, frame, page, see};
use crate::actions::staff::end_session::{self, Which};
use crate::actions::staff::give_code::{self, Code};
use crate::actions::staff::sign_in::{self, Next, SignIn};
use crate::base::secret_hash;
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Level;
use crate::model::staff::{Role, USERNAME_MAX};
use crate::views::code::CodeTrouble;
use crate::views::staff::sign_in::{self as views, Note, Trouble};
use crate::web::cookies::{self, Cookie};
use crate::web::lang::Spoken;
use crate::web::{Browser, Client, DeskSession, Form, House, Sent};

const LOGIN: &str = "/staff/login";
const TOTP: &str = "/staff/login/totp";
const ENROL: &str = "/staff/enrol";

/// `GET /staff`: to the first room one may enter, or to what is still to be shown.
pub async fn home(req: HttpRequest, house: web::Data<House>) -> Result<HttpResponse, Stop> {
    let Some(held) = DeskSession::of(&house, &req).await? else { return Ok(see(LOGIN)) };
    if let Some(step) = step(&held)? {
        return Ok(see(step));
    }
    let roles = held.session.roles()?;
    Ok(see(if roles.any(&[Role::Helpdesk, Role::Supervisor]) {
        "/staff/requests"
    } else if roles.has(Role::Admin) {
        "/staff/people"
    } else if roles.has(Role::Auditor) {
        "/audit"
    } else {
        "/staff/activity"
    }))
}

/// What somebody past the password has to do before they are signed in; nothing where they are.
fn step(held: &DeskSession) -> Result<Option<&'static str>, Stop> {
    Ok(match (held.session.has_factor, held.session.level()?) {
        (false, _) => Some(ENROL),
        (true, Level::Password) => Some(TOTP),
        (true, Level::Full) => None,
    })
}

/// `GET /staff/login`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
) -> Result<HttpResponse, Stop> {
    if let Some(held) = DeskSession::of(&house, &req).await?
        && step(&held)?.is_none()
    {
        return Ok(see("/staff"));
    }
    let query = Form::parse(req.query_string().as_bytes());
    let note = query.one("note").text().and_then(Note::from_code);
    let frame = frame(&house, &req, spoken, Some(browser.csrf(&house)));
    Ok(page(StatusCode::OK, views::sign_in(&frame, &views::SignIn { note, ..views::SignIn::default() })))
}

/// `POST /staff/login`
pub async fn give_password(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    client: Client,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let (form, browser) = (&sent.form, &sent.browser);
    let attempt = SignIn {
        // what is longer is nobody's, and takes as long
        username: form.one("username").text().unwrap_or_default().chars().take(4 * USERNAME_MAX).collect(),
        password: form.one("password").text().unwrap_or_default().to_owned(),
        browser_hash: secret_hash(&browser.id),
        browser_name: client.browser_name,
        network: client.network.to_string(),
    };
    let trouble = match sign_in::sign_in(&house.app, attempt).await {
        Ok((token, next)) => {
            DeskSession::keep(&house, &req, &token);
            return Ok(see(match next {
                Next::Code => TOTP,
                Next::Enrol => ENROL,
            }));
        }
        Err(Stop::Refused(Refusal::StaffLoginWrong)) => Trouble::Wrong,
        Err(Stop::Refused(Refusal::TooMany(until))) => Trouble::Held(until),
        Err(stop) => return Err(stop),
    };
    let frame = frame(&house, &req, spoken, Some(browser.csrf(&house)));
    let data = views::SignIn { username: form.typed("username"), trouble: Some(trouble), note: None };
    let held = if let Trouble::Held(until) = trouble { Some(until) } else { None };
    Ok(dated(&house, page(StatusCode::UNPROCESSABLE_ENTITY, views::sign_in(&frame, &data)), held))
}

/// `GET /staff/login/totp`
pub async fn totp(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    held: DeskSession,
) -> Result<HttpResponse, Stop> {
    match step(&held)? {
        Some(TOTP) => Ok(code_page(&req, &house, spoken, &browser, &held, None)),
        Some(other) => Ok(see(other)),
        None => Ok(see("/staff")),
    }
}

/// `POST /staff/login/totp`
pub async fn give_code(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    client: Client,
    held: DeskSession,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let typed = sent.form.one("code").text().unwrap_or_default().trim().to_owned();
    let trouble = if typed.is_empty() {
        CodeTrouble::Missing
    } else {
        let attempt = Code {
            staff: held.session.staff_id,
            token_hash: held.token_hash,
            browser_hash: held.browser_hash,
            browser_name: client.browser_name,
            network: client.network.to_string(),
            typed,
        };
        match give_code::give_code(&house.app, attempt).await {
            Ok(token) => {
                DeskSession::keep(&house, &req, &token);
                return Ok(see("/staff"));
            }
            // somebody with this very session was faster, or it needs no code: the page leads on
            Err(Stop::Refused(Refusal::StaffSignInFirst)) => return Ok(see("/staff")),
            Err(Stop::Refused(refusal)) => CodeTrouble::of(refusal).ok_or(refusal)?,
            Err(fault) => return Err(fault),
        }
    };
    Ok(code_page(&req, &house, spoken, &sent.browser, &held, Some(trouble)))
}

fn code_page(
    req: &HttpRequest,
    house: &House,
    spoken: Spoken,
    browser: &Browser,
    held: &DeskSession,
    trouble: Option<CodeTrouble>,
) -> HttpResponse {
    let frame = frame(house, req, spoken, Some(browser.csrf(house)));
    let (username, ends_at) = (held.session.username.clone(), held.session.expires_at);
    let status = if trouble.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let until = trouble.and_then(CodeTrouble::held);
    dated(house, page(status, views::code(&frame, &views::Code { username, ends_at, trouble })), until)
}

/// `POST /staff/logout`
pub async fn logout(
    req: HttpRequest,
    house: web::Data<House>,
    held: DeskSession,
    _sent: Sent,
) -> Result<HttpResponse, Stop> {
    let staff = held.session.staff_id;
    end_session::end(&house.app, staff, &held.token_hash, &held.browser_hash, Which::This).await?;
    cookies::remove(&house, &req, Cookie::Staff);
    Ok(see("/staff/login?note=signed-out"))
}

//! Sign-in in three steps: Tipe User and User ID, password, code.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;

use super::{frame, page, see};
use crate::actions::code::{self, Code};
use crate::actions::login::{self, Login, Next};
use crate::base::form_token;
use crate::base::keyring::Purpose;
use crate::base::{random, secret_hash};
use crate::model::account::{USER_ID_MAX, UserType};
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Method;
use crate::views::code::{self as code_view, Code as CodeData, CodeTrouble};
use crate::views::login::{self as views, Note, PasswordTrouble, StartFlaw};
use crate::views::parts::percent;
use crate::web::cookies::{self, Cookie};
use crate::web::fields::{self, TextFlaw};
use crate::web::lang::Spoken;
use crate::web::{Browser, Client, Form, Holding, House, Sent, holding};

const START: &str = "/login";
const PASSWORD: &str = "/login/password";
const TOTP: &str = "/login/totp";
const ACTIVATE: &str = "/activate";
const ACCOUNT: &str = "/account";
/// Seconds a browser keeps User ID and Tipe User of a sign-in.
const KEPT_SECONDS: u32 = 3600;

/// `GET /login`: who is signed in is led on.
pub async fn start(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
) -> Result<HttpResponse, Stop> {
    if let Some(holding) = Holding::of(&house, &req).await?.filter(Holding::is_full) {
        // a first code that was sent twice: the second answer leads here, and the recovery codes were not seen yet
        return Ok(see(if holding.session.activated.is_some() { ACTIVATE } else { ACCOUNT }));
    }
    let query = Form::parse(req.query_string().as_bytes());
    let note = query.one("note").text().and_then(Note::from_code);
    let (user_type, user_id) = begun(&house, &req).map_or((None, String::new()), |(t, id)| (Some(t), id));
    let frame = frame(&house, &req, spoken, Some(browser.csrf(&house)));
    Ok(page(StatusCode::OK, views::start(&frame, &views::Start { user_id, user_type, flaws: vec![], note })))
}

/// `POST /login`: on to the password, or to Reset TOTP with the User ID.
pub async fn enter(req: HttpRequest, house: web::Data<House>, spoken: Spoken, sent: Sent) -> HttpResponse {
    let form = &sent.form;
    let user_type = form.one("user_type").text().and_then(UserType::from_code);
    if form.one("to").text() == Some("reset") {
        let user_id: String = form.one("user_id").line().unwrap_or_default().trim().chars().take(USER_ID_MAX).collect();
        if let Some(user_type) = user_type.filter(|_| !user_id.is_empty()) {
            // asked once in the whole circle
            remember(&house, &req, user_type, &user_id);
        }
        let user_type = user_type.map_or("", UserType::code);
        return see(&format!("/reset-totp?user_id={}&user_type={user_type}", percent(&user_id)));
    }
    let user_id = fields::user_id(form);
    let mut flaws = Vec::new();
    if user_type.is_none() {
        flaws.push(StartFlaw::UserTypeMissing);
    }
    if let Err(flaw) = user_id {
        flaws.push(match flaw {
            TextFlaw::Missing => StartFlaw::UserIdMissing,
            TextFlaw::TooLong => StartFlaw::UserIdTooLong,
            TextFlaw::Unreadable => StartFlaw::UserIdUnreadable,
        });
    }
    if let (Some(user_type), Ok(user_id)) = (user_type, &user_id) {
        remember(&house, &req, user_type, user_id);
        return see(PASSWORD);
    }
    let frame = frame(&house, &req, spoken, Some(sent.browser.csrf(&house)));
    let data = views::Start { user_id: form.typed("user_id"), user_type, flaws, note: None };
    page(StatusCode::UNPROCESSABLE_ENTITY, views::start(&frame, &data))
}

/// `GET /login/password`
pub async fn password(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
) -> Result<HttpResponse, Stop> {
    let Some((user_type, user_id)) = begun(&house, &req) else { return Ok(see(START)) };
    let over = Form::parse(req.query_string().as_bytes()).one("note").text() == Some(Note::StepOver.code());
    let asked = Asked { req: &req, house: &house, spoken, browser: &browser };
    let mut answer = asked.password(user_type, user_id, over.then_some(PasswordTrouble::Late));
    *answer.status_mut() = StatusCode::OK;
    Ok(answer)
}

/// `POST /login/password`
pub async fn give_password(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    client: Client,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let Sent { form, browser } = &sent;
    let asked = Asked { req: &req, house: &house, spoken, browser };
    let (Some(user_type), Ok(user_id)) =
        (form.one("user_type").text().and_then(UserType::from_code), fields::user_id(form))
    else {
        return Ok(see(START));
    };
    remember(&house, &req, user_type, &user_id);
    if !asked.in_time(form) {
        return Ok(asked.password(user_type, user_id, Some(PasswordTrouble::Late)));
    }
    let password = form.one("password").text().unwrap_or_default().to_owned();
    if password.is_empty() {
        return Ok(asked.password(user_type, user_id, Some(PasswordTrouble::Missing)));
    }
    let attempt = Login {
        user_id: user_id.clone(),
        user_type,
        password,
        browser_hash: secret_hash(&browser.id),
        browser_name: client.browser_name,
        network: client.network.to_string(),
        shown: holding::shown(&house, &req).await?,
    };
    match login::login(&house.app, attempt).await {
        Ok(begun) => {
            holding::keep(&house, &req, &begun.token);
            Ok(see(match begun.next {
                Next::Code => TOTP,
                Next::Activate => ACTIVATE,
                Next::Account => ACCOUNT,
            }))
        }
        Err(Stop::Refused(Refusal::LoginWrong)) => Ok(asked.password(user_type, user_id, Some(PasswordTrouble::Wrong))),
        Err(Stop::Refused(Refusal::TooMany(until))) => {
            Ok(asked.password(user_type, user_id, Some(PasswordTrouble::Held(until))))
        }
        Err(Stop::Refused(Refusal::Locked)) => {
            Ok(page(StatusCode::FORBIDDEN, views::locked(&frame(&house, &req, spoken, None))))
        }
        Err(stop) => Err(stop),
    }
}

/// `GET /login/totp`
pub async fn totp(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
) -> Result<HttpResponse, Stop> {
    let Some(holding) = Holding::of(&house, &req).await? else { return Ok(see(again(&house, &req))) };
    if let Some(on) = beyond(&holding) {
        return Ok(see(on));
    }
    let holding = holding.prolonged(&house).await?;
    let query = Form::parse(req.query_string().as_bytes());
    let method = query.one("method").text().and_then(Method::from_code).unwrap_or(Method::Totp);
    let trouble = house.app.held(&holding.session.guard).and_then(CodeTrouble::of);
    Ok(Asked { req: &req, house: &house, spoken, browser: &browser }.code(&holding, method, trouble))
}

/// `POST /login/totp`
pub async fn give_code(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    client: Client,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let Sent { form, browser } = &sent;
    let method = form.one("method").text().and_then(Method::from_code).unwrap_or(Method::Totp);
    let typed = form.one("code").text().unwrap_or_default().trim().to_owned();
    let Some(token) = holding::token(&house, &req, Cookie::Session) else { return Ok(see(again(&house, &req))) };
    let attempt = Code {
        token_hash: secret_hash(&token),
        browser_hash: secret_hash(&browser.id),
        browser_name: client.browser_name,
        network: client.network.to_string(),
        method,
        typed,
    };
    let trouble = if attempt.typed.is_empty() {
        CodeTrouble::Missing
    } else {
        match code::code(&house.app, attempt).await {
            Ok(token) => {
                holding::keep(&house, &req, &token);
                cookies::remove(&house, &req, Cookie::Login);
                return Ok(see(ACCOUNT));
            }
            // somebody with this very session was faster, or it needs no code: the page leads on
            Err(Stop::Refused(Refusal::SignInFirst)) => return Ok(see(TOTP)),
            Err(Stop::Refused(refusal)) => CodeTrouble::of(refusal).ok_or(refusal)?,
            Err(fault) => return Err(fault),
        }
    };
    let Some(holding) = Holding::of(&house, &req).await? else { return Ok(see(again(&house, &req))) };
    if let Some(on) = beyond(&holding) {
        return Ok(see(on));
    }
    Ok(Asked { req: &req, house: &house, spoken, browser }.code(&holding, method, Some(trouble)))
}

/// `POST /login/keep`: "Ya, lanjutkan".
pub async fn keep(req: HttpRequest, house: web::Data<House>, sent: Sent) -> Result<HttpResponse, Stop> {
    let form = &sent.form;
    if form.one("step").text() == Some("password") {
        if let (Some(user_type), Ok(user_id)) =
            (form.one("user_type").text().and_then(UserType::from_code), fields::user_id(form))
        {
            remember(&house, &req, user_type, &user_id);
        }
        return Ok(see(PASSWORD));
    }
    // the page itself prolongs its step
    Ok(see(if form.one("step").text() == Some("activate") { ACTIVATE } else { TOTP }))
}

/// Where the holder of a session belongs that needs no code, or none any more.
fn beyond(holding: &Holding) -> Option<&'static str> {
    match (holding.is_full(), holding.session.guard.credential_id) {
        (true, _) => Some(ACCOUNT),
        (false, None) => Some(ACTIVATE),
        (false, Some(_)) => None,
    }
}

/// Where a sign-in begins anew, with what is still known of it.
fn again(house: &House, req: &HttpRequest) -> &'static str {
    if begun(house, req).is_some() { "/login/password?note=step-over" } else { "/login?note=step-over" }
}

fn remember(house: &House, req: &HttpRequest, user_type: UserType, user_id: &str) {
    let value = BASE64URL_NOPAD.encode(format!("{} {user_id}", user_type.code()).as_bytes());
    cookies::set(house, req, Cookie::Login, &value, KEPT_SECONDS);
}

/// User ID and Tipe User of the sign-in under way. They prove nothing.
fn begun(house: &House, req: &HttpRequest) -> Option<(UserType, String)> {
    let value = cookies::read(house, req.headers(), Cookie::Login)?;
    let text = String::from_utf8(BASE64URL_NOPAD.decode(value.as_bytes()).ok()?).ok()?;
    let (user_type, user_id) = text.split_once(' ')?;
    let whole = (1..=USER_ID_MAX).contains(&user_id.chars().count());
    UserType::from_code(user_type).filter(|_| whole).map(|user_type| (user_type, user_id.to_owned()))
}

/// Who is asked.
struct Asked<'a> {
    req: &'a HttpRequest,
    house: &'a House,
    spoken: Spoken,
    browser: &'a Browser,
}

impl Asked<'_> {
    fn life(&self) -> TimeDelta {
        TimeDelta::minutes(self.house.app.lives().step_minutes.into())
    }

    /// Whether the form was drawn lately.
    fn in_time(&self, form: &Form) -> bool {
        let key = self.house.app.keys().of(Purpose::Cookie).current().1;
        let text = form.one("form").text().unwrap_or_default();
        form_token::read(key, &self.browser.id, text, self.house.app.clock().now(), self.life()).is_ok()
    }

    fn password(&self, user_type: UserType, user_id: String, trouble: Option<PasswordTrouble>) -> HttpResponse {
        let now = self.house.app.clock().now();
        let key = self.house.app.keys().of(Purpose::Cookie).current().1;
        let form = form_token::issue(key, &self.browser.id, random::id(), now);
        let status = match trouble {
            None => StatusCode::OK,
            Some(PasswordTrouble::Held(_)) => StatusCode::TOO_MANY_REQUESTS,
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let held = if let Some(PasswordTrouble::Held(until)) = trouble { Some(until) } else { None };
        let data = views::Password { user_id, user_type, form, now, ends_at: now + self.life(), trouble };
        let frame = frame(self.house, self.req, self.spoken, Some(self.browser.csrf(self.house)));
        super::dated(self.house, page(status, views::password(&frame, &data)), held)
    }

    fn code(&self, holding: &Holding, method: Method, trouble: Option<CodeTrouble>) -> HttpResponse {
        let status = match trouble {
            None => StatusCode::OK,
            Some(CodeTrouble::Held(_)) => StatusCode::TOO_MANY_REQUESTS,
            Some(CodeTrouble::Closed) => StatusCode::FORBIDDEN,
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let held = trouble.and_then(CodeTrouble::held);
        let session = &holding.session;
        let data = CodeData {
            user_id: session.user_id.clone(),
            method,
            now: session.now,
            ends_at: session.expires_at,
            trouble,
        };
        let frame = frame(self.house, self.req, self.spoken, Some(self.browser.csrf(self.house)));
        super::dated(self.house, page(status, code_view::code(&frame, &data)), held)
    }
}

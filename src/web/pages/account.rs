//! Beranda User: one's own history and sessions, Enable and Disable TOTP, change of password, logout.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{dated, frame, page, see};
use crate::actions::activate;
use crate::actions::change_password::{self, Change};
use crate::actions::disable;
use crate::actions::end_session::{self, Which};
use crate::base::fault::Fault;
use crate::base::password::{self, PasswordFlaw};
use crate::model::account::mask_address;
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Method;
use crate::store::session::Session;
use crate::store::{factor, history, session};
use crate::views::account::{self as views, Factor, HISTORY, Line, Note};
use crate::views::code::CodeTrouble;
use crate::views::disable::{Disable, DisableTrouble};
use crate::views::password::{ChangeFlaw, ChangePassword};
use crate::views::{disable as disable_view, password as password_view};
use crate::web::cookies::{self, Cookie};
use crate::web::lang::Spoken;
use crate::web::{Browser, Client, Form, Holding, House, Sent, SignedIn, holding};

const ACCOUNT: &str = "/account";
/// Lines of history shown.
const LINES: i64 = 20;

/// `GET /account`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    signed_in: SignedIn,
) -> Result<HttpResponse, Stop> {
    if signed_in.0.session.activated.is_some_and(|id| signed_in.0.session.guard.credential_id == Some(id)) {
        // the recovery codes come first, until they are kept
        return Ok(see("/activate/codes"));
    }
    let query = Form::parse(req.query_string().as_bytes());
    let note = query.one("note").text().and_then(Note::from_code);
    let data = data(&house, &signed_in.0.session, note).await?;
    Ok(page(StatusCode::OK, views::page(&frame(&house, &req, spoken, Some(browser.csrf(&house))), &data)))
}

async fn data(house: &House, own: &Session, note: Option<Note>) -> Result<views::Data, Fault> {
    let app = &house.app;
    let mut read = app.read().await?;
    let listed = session::list(&mut read, own.account_id, own.id, app.lives()).await?;
    let last = listed.iter().find(|s| s.id != own.id).map(|s| (s.created_at, s.browser_name.clone()));
    let kinds: Vec<String> = HISTORY.iter().map(|code| kind(code)).collect();
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let happened = history::of_account(&mut read, own.account_id, &kinds, LINES).await?;
    let factor = match own.factor_since {
        Some(since) => {
            let left = factor::recovery_codes_left(&mut read, own.account_id).await?;
            Factor::Active { since, codes_left: u8::try_from(left).unwrap_or(u8::MAX) }
        }
        None => Factor::None,
    };
    let delays = app.delays();
    let careful = own.changed_at.map(|at| at + delays.care_for).filter(|until| *until > own.now);
    Ok(views::Data {
        user_id: own.user_id.clone(),
        name: own.name.clone(),
        user_type: own.user_type()?,
        email_masked: mask_address(&own.address),
        factor,
        last_sign_in: last,
        sessions: listed.into_iter().filter(|s| s.alive).map(|s| shown(s, own.id)).collect(),
        history: happened
            .into_iter()
            .filter_map(|h| {
                let code = HISTORY.iter().copied().find(|code| kind(code) == h.kind)?;
                Some(Line { at: h.at, code, refused: h.refused })
            })
            .collect(),
        waiting: history::waiting(&mut read, own.account_id).await?,
        careful_until: careful,
        note,
    })
}

/// The kind of event that a line of history is about: its first hyphen is the kind's dot.
fn kind(code: &str) -> String {
    let (noun, verb) = match code.strip_prefix("recovery-codes-") {
        Some(verb) => ("recovery-codes", verb),
        None => code.split_once('-').unwrap_or((code, "")),
    };
    format!("{noun}.{verb}")
}

fn shown(s: session::Listed, this: Uuid) -> views::Session {
    views::Session {
        this: s.id == this,
        id: s.id.to_string(),
        from: s.browser_name,
        network: s.network,
        began_at: s.created_at,
        seen_at: s.seen_at,
    }
}

/// `POST /logout`
pub async fn logout(
    req: HttpRequest,
    house: web::Data<House>,
    holding: Holding,
    _sent: Sent,
) -> Result<HttpResponse, Stop> {
    end_session::end(&house.app, &holding.token_hash, &holding.browser_hash, Which::This).await?;
    cookies::remove(&house, &req, Cookie::Session);
    cookies::remove(&house, &req, Cookie::Login);
    Ok(see("/login?note=signed-out"))
}

/// `POST /account/sessions/end`
pub async fn end(house: web::Data<House>, signed_in: SignedIn, sent: Sent) -> Result<HttpResponse, Stop> {
    let which = match sent.form.one("session").text().unwrap_or_default() {
        "others" => Which::Others,
        id => Which::One(Uuid::parse_str(id).map_err(|_| Refusal::NotFound)?),
    };
    let holding = &signed_in.0;
    end_session::end(&house.app, &holding.token_hash, &holding.browser_hash, which).await?;
    Ok(see("/account?note=sessions-ended"))
}

/// `POST /account/enable`: *Enable TOTP*.
pub async fn enable(
    req: HttpRequest,
    house: web::Data<House>,
    client: Client,
    signed_in: SignedIn,
    _sent: Sent,
) -> Result<HttpResponse, Stop> {
    match activate::begin(&house.app, &signed_in.0.holder(&house, &req, &client).await?).await {
        Ok(()) | Err(Stop::Refused(Refusal::AlreadyActive | Refusal::GrantRequired)) => Ok(see("/activate")),
        Err(stop) => Err(stop),
    }
}

/// `GET /account/disable`
pub async fn disable_page(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    signed_in: SignedIn,
) -> HttpResponse {
    if signed_in.0.session.guard.credential_id.is_none() {
        return see(ACCOUNT);
    }
    let user_id = signed_in.0.session.user_id.clone();
    let recovery = Form::parse(req.query_string().as_bytes()).one("method").text() == Some(Method::Recovery.code());
    let frame = frame(&house, &req, spoken, Some(browser.csrf(&house)));
    page(StatusCode::OK, disable_view::disable(&frame, &Disable { user_id, trouble: None, recovery }))
}

/// `POST /account/disable`: *Disable TOTP*.
pub async fn disable(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    client: Client,
    signed_in: SignedIn,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let (holding, form) = (&signed_in.0, &sent.form);
    let method = form.one("method").text().and_then(Method::from_code).unwrap_or(Method::Totp);
    let grant_secret = super::grant_secret(&house, &sent.browser, holding.session.id);
    let attempt = disable::Disable {
        token_hash: holding.token_hash,
        browser_hash: holding.browser_hash,
        browser_name: client.browser_name,
        fitting: fitting(&house, &holding.session, form).await?,
        method,
        typed: form.one("code").text().unwrap_or_default().trim().to_owned(),
        grant_secret,
    };
    let trouble = match disable::disable(&house.app, attempt).await {
        Ok(()) => {
            super::keep_grant(&house, &req, &grant_secret);
            cookies::remove(&house, &req, Cookie::Session);
            return Ok(see("/login?note=disabled"));
        }
        Err(Stop::Refused(Refusal::PasswordWrong)) => DisableTrouble::PasswordWrong,
        Err(Stop::Refused(refusal)) => DisableTrouble::Code(CodeTrouble::of(refusal).ok_or(refusal)?),
        Err(fault) => return Err(fault),
    };
    let frame = frame(&house, &req, spoken, Some(sent.browser.csrf(&house)));
    let user_id = holding.session.user_id.clone();
    let data = Disable { user_id, trouble: Some(trouble), recovery: method == Method::Recovery };
    let held = if let DisableTrouble::Code(CodeTrouble::Held(until)) = trouble { Some(until) } else { None };
    Ok(dated(&house, page(StatusCode::UNPROCESSABLE_ENTITY, disable_view::disable(&frame, &data)), held))
}

/// `GET /account/password`
pub async fn password_page(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    signed_in: SignedIn,
) -> HttpResponse {
    let frame = frame(&house, &req, spoken, Some(browser.csrf(&house)));
    let data = ChangePassword { user_id: signed_in.0.session.user_id, flaws: vec![] };
    page(StatusCode::OK, password_view::change_password(&frame, &data))
}

/// `POST /account/password`
pub async fn change_password(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    client: Client,
    signed_in: SignedIn,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let (holding, form) = (&signed_in.0, &sent.form);
    let typed = |name: &str| form.one(name).text().unwrap_or_default().to_owned();
    let (present, new) = (typed("password"), typed("new_password"));
    let mut flaws = flaws(&present, &new, &typed("new_password_again"), &holding.session.user_id);
    if flaws.is_empty() {
        let fitting = fitting(&house, &holding.session, form).await?;
        let new_hash = match &fitting {
            Some(_) => Some(house.app.passwords().hash(new).await?),
            None => None,
        };
        let change = Change {
            token_hash: holding.token_hash,
            browser_hash: holding.browser_hash,
            browser_name: client.browser_name,
            network: client.network.to_string(),
            fitting,
            new_hash,
        };
        match change_password::change(&house.app, change).await {
            Ok(token) => {
                holding::keep(&house, &req, &token);
                return Ok(see("/account?note=password-changed"));
            }
            Err(Stop::Refused(Refusal::PasswordWrong)) => flaws.push(ChangeFlaw::CurrentWrong),
            Err(Stop::Refused(Refusal::CodesHeld(until))) => flaws.push(ChangeFlaw::Held(until)),
            Err(stop) => return Err(stop),
        }
    }
    let frame = frame(&house, &req, spoken, Some(sent.browser.csrf(&house)));
    let held = flaws.iter().find_map(|flaw| if let ChangeFlaw::Held(until) = flaw { Some(*until) } else { None });
    let data = ChangePassword { user_id: holding.session.user_id.clone(), flaws };
    Ok(dated(&house, page(StatusCode::UNPROCESSABLE_ENTITY, password_view::change_password(&frame, &data)), held))
}

fn flaws(present: &str, new: &str, again: &str, user_id: &str) -> Vec<ChangeFlaw> {
    let mut flaws = Vec::new();
    match password::flaw(new, user_id) {
        Some(PasswordFlaw::Short) => flaws.push(ChangeFlaw::Short),
        Some(PasswordFlaw::Long) => flaws.push(ChangeFlaw::Long),
        Some(PasswordFlaw::Guessable) => flaws.push(ChangeFlaw::Guessable),
        None if new == present => flaws.push(ChangeFlaw::Same),
        None if new != again => flaws.push(ChangeFlaw::Repeat),
        None => {}
    }
    flaws
}

/// The account's hash, where the password typed fits it.
async fn fitting(house: &House, session: &Session, form: &Form) -> Result<Option<String>, Fault> {
    let typed = form.one("password").text().unwrap_or_default().to_owned();
    let fits = house.app.passwords().verify(typed, session.password_hash.clone()).await?;
    Ok(session.password_hash.clone().filter(|_| fits))
}

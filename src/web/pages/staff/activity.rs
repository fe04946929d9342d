//! One's own sessions and actions, password and keys.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::super::{dated, page, see};
use super::desk;
use crate::actions::staff::end_session::{self, Which};
use crate::actions::staff::own::{self, Change};
use crate::app::staff::Anybody;
use crate::base::password::{self, PasswordFlaw};
use crate::base::secret_hash;
use crate::model::refusal::{Refusal, Stop};
use crate::store::staff::{acts, session};
use crate::views::code::CodeTrouble;
use crate::views::password::ChangeFlaw;
use crate::views::staff::Room;
use crate::views::staff::activity::{self as views, Act, Note};
use crate::web::lang::Spoken;
use crate::web::{Browser, Client, DeskSession, Form, House, On, Sent};

const ACTIVITY: &str = "/staff/activity";
/// Acts on a page.
const ACTS: usize = 50;

/// `GET /staff/activity`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Anybody>,
) -> Result<HttpResponse, Stop> {
    let query = Form::parse(req.query_string().as_bytes());
    let note = query.one("note").text().and_then(Note::from_code);
    let before = query.one("before").text().and_then(|id| Uuid::parse_str(id).ok());
    let mut read = house.app.read().await?;
    let (me, this) = (on.session.staff_id, on.session.id);
    let sessions = session::list(&mut read, me, this, house.app.lives()).await?;
    let most = i64::try_from(ACTS).unwrap_or(i64::MAX) + 1;
    let mut done = acts::of(&mut read, me, before, most).await?;
    let more = done.len() > ACTS;
    done.truncate(ACTS);
    let older = done.last().filter(|_| more).map(|last| format!("{ACTIVITY}?before={}", last.id));
    let data = views::Data {
        sessions: sessions
            .into_iter()
            .map(|s| views::Session {
                this: s.id == this,
                id: s.id.to_string(),
                browser: s.browser_name,
                network: s.network,
                began_at: s.created_at,
                seen_at: s.seen_at,
            })
            .collect(),
        acts: done.into_iter().map(|act| Act { at: act.at, kind: act.kind, refused: act.refused }).collect(),
        older,
        note,
    };
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Activity)?;
    Ok(page(StatusCode::OK, views::page(&desk, &data)))
}

/// `POST /staff/activity/sessions`: ends one, or all others.
pub async fn end_sessions(
    house: web::Data<House>,
    on: On<Anybody>,
    held: DeskSession,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let which = match sent.form.one("session").text().unwrap_or_default() {
        "others" => Which::Others,
        id => Which::One(Uuid::parse_str(id).map_err(|_| Refusal::FormInvalid)?),
    };
    end_session::end(&house.app, on.session.staff_id, &held.token_hash, &held.browser_hash, which).await?;
    Ok(see(&format!("{ACTIVITY}?note={}", Note::SessionsEnded.code())))
}

/// `POST /staff/activity/shortcuts`
pub async fn shortcuts(house: web::Data<House>, on: On<Anybody>, sent: Sent) -> Result<HttpResponse, Stop> {
    own::set_shortcuts(&house.app, on.proof, sent.form.one("on").text() == Some("1")).await?;
    Ok(see(&format!("{ACTIVITY}?note={}", Note::ShortcutsSet.code())))
}

/// `GET /staff/activity/password`
pub async fn password_page(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Anybody>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Activity)?;
    let data = views::Password { username: on.session.username.clone(), flaws: vec![], code: None };
    Ok(page(StatusCode::OK, views::password(&desk, &data)))
}

/// `POST /staff/activity/password`
pub async fn change_password(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    client: Client,
    on: On<Anybody>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let typed = |name: &str| sent.form.one(name).text().unwrap_or_default().to_owned();
    let (present, new, code) = (typed("password"), typed("new_password"), typed("code").trim().to_owned());
    let mut flaws: Vec<ChangeFlaw> =
        flaw(&present, &new, &typed("new_password_again"), &on.session.username).into_iter().collect();
    let mut trouble = code.is_empty().then_some(CodeTrouble::Missing);
    if flaws.is_empty() && trouble.is_none() {
        let known = on.session.password_hash.clone();
        let fits = house.app.passwords().verify(present, known.clone()).await?;
        let new_hash = if fits { Some(house.app.passwords().hash(new).await?) } else { None };
        let change = Change {
            code,
            fitting: known.filter(|_| fits),
            new_hash,
            browser_hash: secret_hash(&sent.browser.id),
            browser_name: client.browser_name,
            network: client.network.to_string(),
        };
        match own::change_password(&house.app, on.proof, &change).await {
            Ok(token) => {
                DeskSession::keep(&house, &req, &token);
                return Ok(see(&format!("{ACTIVITY}?note={}", Note::PasswordChanged.code())));
            }
            Err(Stop::Refused(Refusal::PasswordWrong)) => flaws.push(ChangeFlaw::CurrentWrong),
            Err(Stop::Refused(refusal)) => trouble = Some(CodeTrouble::of(refusal).ok_or(refusal)?),
            Err(fault) => return Err(fault),
        }
    }
    let until = trouble.and_then(CodeTrouble::held);
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Activity)?;
    let data = views::Password { username: on.session.username.clone(), flaws, code: trouble };
    Ok(dated(&house, page(StatusCode::UNPROCESSABLE_ENTITY, views::password(&desk, &data)), until))
}

fn flaw(present: &str, new: &str, again: &str, username: &str) -> Option<ChangeFlaw> {
    Some(match password::flaw(new, username) {
        Some(PasswordFlaw::Short) => ChangeFlaw::Short,
        Some(PasswordFlaw::Long) => ChangeFlaw::Long,
        Some(PasswordFlaw::Guessable) => ChangeFlaw::Guessable,
        None if new == present => ChangeFlaw::Same,
        None if new != again => ChangeFlaw::Repeat,
        None => return None,
    })
}

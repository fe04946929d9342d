//! The mailed link: opened, confirmed, done; or too late, and a new mail by one tap.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;

use super::{DONE, frame, page, see};
use crate::actions::reset::{self, Confirm, PasswordProof};
use crate::actions::{activation_link, open, reissue};
use crate::base::fault::Fault;
use crate::base::secret_hash;
use crate::base::token::TokenPurpose;
use crate::model::account::{mask_address, mask_user_id};
use crate::model::activation::GRANT_HOURS;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::{self, State};
use crate::store::link::Link;
use crate::views::confirm::{self, Password, Step};
use crate::views::done::{self, MailLink};
use crate::views::link_problem;
use crate::web::cookies::Cookie;
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, Sent, holding, proof, way_back};

const CONFIRM: &str = "/reset-totp/confirm";
const HAND_OVER: &str = "/reset-totp/hand-over";

/// `GET /r/{token}`: a genuine token leaves the address at once; nothing else changes.
pub async fn arrive(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    token: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let genuine = proof::prove(&house, &token, TokenPurpose::Reset).await?.is_some();
    Ok(super::arrive(&house, &req, spoken, genuine, (TokenPurpose::Reset, &token), CONFIRM))
}

/// `GET /reset-totp/confirm`: the page of the link, with the pop-up once its step is open; `GET /reset-totp/closed`
/// is the same without it.
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
) -> Result<HttpResponse, Stop> {
    let link = proof::held(&house, &req, TokenPurpose::Reset).await?;
    Ok(draw(&req, &house, spoken, &browser, link.as_ref(), None).await?)
}

/// `POST /reset-totp/open`: the "Reset TOTP" button opens the confirm step.
pub async fn open(req: HttpRequest, house: web::Data<House>, sent: Sent) -> Result<HttpResponse, Stop> {
    let link = proof::posted(&house, &req, TokenPurpose::Reset, &sent.form).await?;
    match open::open(&house.app, link.id).await {
        Ok(()) => {
            // laid here before OK, so that a doubled OK cannot lose it with the first answer
            super::keep_grant(&house, &req, &super::grant_secret(&house, &sent.browser, link.id));
            Ok(see(CONFIRM))
        }
        Err(Stop::Refused(Refusal::NotPossibleNow)) => Err(Refusal::NotPossibleNow.into()),
        Err(Stop::Refused(_)) => Ok(see(CONFIRM)),
        Err(fault) => Err(fault),
    }
}

/// `POST /reset-totp/confirm`: OK.
pub async fn confirm(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let link = proof::posted(&house, &req, TokenPurpose::Reset, &sent.form).await?;
    let grant_secret = super::grant_secret(&house, &sent.browser, link.id);
    let password = password_proof(&house, &sent, &link).await?;
    let confirm = Confirm { link: link.id, browser_hash: secret_hash(&sent.browser.id), grant_secret, password };
    match reset::confirm(&house.app, confirm).await {
        Ok(_) => {
            super::keep_grant(&house, &req, &grant_secret);
            Ok(see(DONE))
        }
        // somebody with this very link was faster: it is done, and that is what they wanted
        Err(Stop::Refused(Refusal::LinkUsed)) => Ok(see(DONE)),
        Err(Stop::Refused(Refusal::PasswordWrong)) => {
            Ok(draw(&req, &house, spoken, &sent.browser, Some(&link), Some(Password::Wrong)).await?)
        }
        Err(Stop::Refused(Refusal::NotPossibleNow)) => Err(Refusal::NotPossibleNow.into()),
        Err(Stop::Refused(_)) => Ok(see(CONFIRM)),
        Err(fault) => Err(fault),
    }
}

/// `GET /reset-totp/done`: the receipt, to whoever holds the link.
pub async fn done(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
) -> Result<HttpResponse, Stop> {
    let Some(link) = proof::held(&house, &req, TokenPurpose::Reset).await? else { return Ok(see(CONFIRM)) };
    let way = way_back::find(&house, link.id).await?;
    let outcome = match (link.spent_at, link.state()?) {
        (Some(at), State::Done) => {
            let ours = holding::token(&house, &req, Cookie::Grant).is_some()
                && link.spent_by.as_deref() == Some(secret_hash(&browser.id).as_slice());
            let reset_at = link.request_ended_at.unwrap_or(at);
            let grant_ends = reset_at + TimeDelta::hours(GRANT_HOURS.into());
            let sent = Form::parse(req.query_string().as_bytes()).one("sent").text().is_some();
            let waits = !link.has_factor && !link.locked && link.now < grant_ends;
            done::Outcome::Reset {
                at: reset_at,
                grant_until: ours.then_some(grant_ends),
                mail: waits.then(|| MailLink { link: link.id.to_string(), sent }),
                way: match way {
                    // who has activated already has nothing to take along
                    Some(way) if !link.has_factor => {
                        Some(way_back::shown(&house, &req, way, link.id, HAND_OVER).await?)
                    }
                    _ => None,
                },
            }
        }
        (Some(at), State::Waiting) => {
            let back = way.map(way_back::back);
            done::Outcome::Held { at, effect_at: link.due_at.unwrap_or(at), by_mail: link.is_permit(), back }
        }
        _ => return Ok(see(CONFIRM)),
    };
    let data = done::Data { reference: link.reference, user_id_masked: mask_user_id(&link.user_id), outcome };
    let frame = frame(&house, &req, spoken, Some(browser.csrf(&house)));
    let mut answer = page(StatusCode::OK, done::page(&frame, &data));
    if let done::Outcome::Reset { way: Some(way), .. } = &data.outcome {
        way_back::allow(&mut answer, way);
    }
    Ok(answer)
}

/// `POST /reset-totp/activation-link`: one tap mails the way to activation, for another device.
pub async fn activation_link(req: HttpRequest, house: web::Data<House>, sent: Sent) -> Result<HttpResponse, Stop> {
    let link = proof::posted(&house, &req, TokenPurpose::Reset, &sent.form).await?;
    activation_link::by_link(&house.app, link.id).await?;
    Ok(see("/reset-totp/done?sent=1"))
}

/// `POST /reset-totp/reissue`: a late link's one tap.
pub async fn reissue(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let link = proof::posted(&house, &req, TokenPurpose::Reset, &sent.form).await?;
    match reissue::reissue(&house.app, link.id).await {
        Ok(()) => {
            let frame = house.frame(spoken.0, CONFIRM.to_owned(), None);
            let data = link_problem::Data::Reissued { email_masked: mask_address(&link.address) };
            Ok(page(StatusCode::OK, link_problem::page(&frame, &data)))
        }
        Err(Stop::Refused(Refusal::NoMoreMail | Refusal::NotPossibleNow)) => Err(Refusal::NoMoreMail.into()),
        Err(Stop::Refused(_)) => Ok(see(CONFIRM)),
        Err(fault) => Err(fault),
    }
}

async fn draw(
    req: &HttpRequest,
    house: &House,
    spoken: Spoken,
    browser: &Browser,
    link: Option<&Link>,
    wrong: Option<Password>,
) -> Result<HttpResponse, Fault> {
    let frame = frame(house, req, spoken, Some(browser.csrf(house)));
    let Some(link) = link else {
        return Ok(page(StatusCode::GONE, link_problem::page(&frame, &link_problem::Data::Unknown)));
    };
    let times = link.times()?;
    let step = times.step_until.filter(|_| times.step_open(link.now));
    if let (None, Err(refusal)) = (step, times.may_open(link.now)) {
        return Ok(page(StatusCode::GONE, link_problem::page(&frame, &problem(link, refusal))));
    }
    // Batal only closes the pop-up; the step stays open for its ten minutes
    let step = step.filter(|_| req.path() != confirm::CANCEL);
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let asked = if house.app.asks_password(link) { Password::Asked } else { Password::No };
    let delay = house.app.delay_of(link);
    let data = confirm::Data {
        link: link.id.to_string(),
        user_id_masked: mask_user_id(&link.user_id),
        asked_at: link.asked_at,
        asked_from: link.browser_name.clone(),
        ends_at: times.end(),
        needs_approval: link.protected,
        by_mail: link.is_permit(),
        effect_at: (!delay.is_zero()).then(|| link.now + delay),
        back: way_back::find(house, link.id).await?.map(way_back::back),
        step: step.map(|ends_at| Step { ends_at, password: wrong.unwrap_or(asked) }),
    };
    Ok(page(status, confirm::page(&frame, &data)))
}

fn problem(link: &Link, refusal: Refusal) -> link_problem::Data {
    match refusal {
        Refusal::LinkExpired => link_problem::Data::Expired(link_problem::Late {
            link: link.id.to_string(),
            asked_at: link.asked_at,
            handed_at: link.handed_over_at,
            opened_at: link.now,
            ended_at: link.expires_at.unwrap_or(link.issued_at + crate::model::link::LIFE_MAX),
            reissue: !link.is_permit()
                && link.reissues < reissue::REISSUES
                && link.state().is_ok_and(|state| state.step(request::Step::Reissue).is_ok()),
            case: link.queue_reason.as_ref().map(|_| link.reference.clone()),
        }),
        Refusal::LinkUsed => link_problem::Data::Used { at: link.spent_at },
        Refusal::LinkEnded => link_problem::Data::Ended,
        _ => link_problem::Data::Unknown,
    }
}

async fn password_proof(house: &House, sent: &Sent, link: &Link) -> Result<Option<PasswordProof>, Fault> {
    if !house.app.asks_password(link) {
        return Ok(None);
    }
    let typed = sent.form.one("password").text().unwrap_or_default().to_owned();
    let hash = link.password_hash.clone();
    let fits = house.app.passwords().verify(typed, hash.clone()).await?;
    Ok(Some(PasswordProof { hash, fits }))
}

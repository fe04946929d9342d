//! The form "Reset TOTP", its picture code, and Kirim.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, page, see};
use crate::actions::ask::{self, Ask};
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::{form_token, picture, secret_hash};
use crate::model::account::{USER_ID_MAX, UserType};
use crate::model::portal::is_slug;
use crate::model::refusal::{Refusal, Stop};
use crate::store::portal;
use crate::views::reset::{self, Data, Flaw, Typed};
use crate::web::fields::{self, TextFlaw};
use crate::web::lang::Spoken;
use crate::web::{Browser, Client, Form, House, Sent, captcha};

/// `GET /reset-totp`
pub async fn form(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    client: Client,
) -> Result<HttpResponse, Stop> {
    let query = Form::parse(req.query_string().as_bytes());
    let user_id = query.one("user_id").line().unwrap_or_default().chars().take(USER_ID_MAX).collect();
    let user_type = query.one("user_type").text().and_then(UserType::from_code);
    let typed = Typed { user_id, user_type, ..Typed::default() };
    let network = client.network.to_string();
    let portal = named(&query);
    let asked = Asked { req: &req, house: &house, spoken, browser: &browser, network: &network, portal };
    Ok(asked.draw(StatusCode::OK, typed, vec![], false)?)
}

/// `POST /reset-totp`: Kirim.
pub async fn kirim(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    client: Client,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let Sent { form, browser } = &sent;
    let network = client.network.to_string();
    let asked = Asked { req: &req, house: &house, spoken, browser, network: &network, portal: named(form) };
    let typed = Typed {
        user_id: form.typed("user_id"),
        email: form.typed("email"),
        user_type: form.one("user_type").text().and_then(UserType::from_code),
    };
    let picture = form.one("altcha").text().unwrap_or_default().is_empty()
        && form.one("kode_keamanan").text().is_some_and(|kode| !kode.trim().is_empty());
    if form.one("captcha").text() == Some("image") {
        return Ok(asked.draw(StatusCode::OK, typed, vec![], true)?);
    }
    let (fields, mut flaws) = read(form);
    let token = captcha::form(&house, browser, form.one("form").text().unwrap_or_default());
    match &token {
        None => flaws.push(Flaw::FormStale),
        Some(token) if flaws.is_empty() => {
            if let Err(flaw) = captcha::check(&house, browser, &network, token, form).await? {
                flaws.push(flaw);
            }
        }
        Some(_) => {}
    }
    let (Some(fields), Some(token), true) = (fields, token, flaws.is_empty()) else {
        // no proof and no answer: the script did not run, so the picture is what can be answered
        let picture = picture || flaws.contains(&Flaw::KodeMissing);
        return Ok(asked.draw(StatusCode::UNPROCESSABLE_ENTITY, typed, flaws, picture)?);
    };
    captcha::count(&house, &network);
    let ask = Ask {
        form: token.id,
        user_id: fields.user_id,
        address: fields.address,
        user_type: fields.user_type,
        language: spoken.0,
        browser_hash: secret_hash(&browser.id),
        browser_name: client.browser_name.clone(),
        network: Some(network.clone()),
        again: None,
        portal: asked.known_portal().await?,
    };
    match ask::ask(&house.app, ask).await {
        Ok(reference) => Ok(see(&format!("/reset-totp/sent?r={reference}"))),
        Err(Stop::Refused(Refusal::CaptchaWrong)) => {
            let flaw = if picture { Flaw::KodeWrong } else { Flaw::ProofWrong };
            Ok(asked.draw(StatusCode::UNPROCESSABLE_ENTITY, typed, vec![flaw], picture)?)
        }
        Err(stop) => Err(stop),
    }
}

/// `GET /kode-keamanan/{form}`: the picture of a form, for the browser it was given to.
pub async fn kode(house: web::Data<House>, browser: Browser, form: web::Path<String>) -> Result<HttpResponse, Stop> {
    let token = captcha::form(&house, &browser, &form).ok_or(Refusal::NotFound)?;
    let key = house.app.keys().of(Purpose::Cookie).current().1;
    let answer = form_token::picture_answer(key, &browser.id, token.id);
    let seed = form_token::picture_seed(key, &browser.id, token.id);
    Ok(HttpResponse::Ok().content_type("image/png").body(picture::draw(&answer, &seed)?))
}

/// Who has asked for the form.
struct Asked<'a> {
    req: &'a HttpRequest,
    house: &'a House,
    spoken: Spoken,
    browser: &'a Browser,
    network: &'a str,
    portal: Option<String>,
}

impl Asked<'_> {
    /// The portal's id; one that nobody knows is no reason to send anybody away.
    async fn known_portal(&self) -> Result<Option<Uuid>, Fault> {
        let Some(slug) = &self.portal else { return Ok(None) };
        Ok(portal::by_slug(&mut self.house.app.read().await?, slug).await?.map(|portal| portal.id))
    }

    fn draw(&self, status: StatusCode, typed: Typed, flaws: Vec<Flaw>, picture: bool) -> Result<HttpResponse, Fault> {
        let (form, captcha) = captcha::ask(self.house, self.browser, self.network, picture)?;
        let frame = frame(self.house, self.req, self.spoken, Some(self.browser.csrf(self.house)));
        Ok(page(status, reset::page(&frame, &Data { typed, flaws, form, captcha, portal: self.portal.clone() })))
    }
}

struct Fields {
    user_id: String,
    address: String,
    user_type: UserType,
}

/// The three fields, or what is wrong with each.
fn read(form: &Form) -> (Option<Fields>, Vec<Flaw>) {
    let mut flaws = Vec::new();
    let user_id = user_id(form).map_err(|flaw| flaws.push(flaw)).ok();
    let address = address(form).map_err(|flaw| flaws.push(flaw)).ok();
    let user_type = form.one("user_type").text().and_then(UserType::from_code);
    if user_type.is_none() {
        flaws.push(Flaw::UserTypeMissing);
    }
    let fields = user_id.zip(address).zip(user_type);
    (fields.map(|((user_id, address), user_type)| Fields { user_id, address, user_type }), flaws)
}

fn user_id(form: &Form) -> Result<String, Flaw> {
    fields::user_id(form).map_err(|flaw| match flaw {
        TextFlaw::Missing => Flaw::UserIdMissing,
        TextFlaw::TooLong => Flaw::UserIdTooLong,
        TextFlaw::Unreadable => Flaw::UserIdUnreadable,
    })
}

fn address(form: &Form) -> Result<String, Flaw> {
    fields::address_of(form.one("email")).map_err(|flaw| match flaw {
        TextFlaw::Missing => Flaw::EmailMissing,
        TextFlaw::TooLong => Flaw::EmailTooLong,
        TextFlaw::Unreadable => Flaw::EmailUnreadable,
    })
}

/// The portal that a form was opened for, as its page named it.
fn named(form: &Form) -> Option<String> {
    form.one("portal").text().filter(|slug| is_slug(slug)).map(str::to_owned)
}

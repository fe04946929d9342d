//! "Berhasil Kirim Reset TOTP", and *Kirim ulang*.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;

use super::{frame, page, see};
use crate::actions::ask::{self, Ask, RESENDS};
use crate::base::{crockford, secret_hash};
use crate::model::account::{UserType, mask_address};
use crate::model::refusal::{Refusal, Stop};
use crate::store::inbound::permission;
use crate::store::{portal, request};
use crate::views::permit::Permit;
use crate::views::portal_way::Back;
use crate::views::sent;
use crate::web::lang::Spoken;
use crate::web::{Browser, Client, Form, House, Sent, captcha};

/// `GET /reset-totp/sent?r=…`: what Kirim showed, to the browser that pressed it.
pub async fn sent(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    client: Client,
) -> Result<HttpResponse, Stop> {
    let query = Form::parse(req.query_string().as_bytes());
    let reference = query.one("r").text().and_then(crockford::parse).ok_or(Refusal::NotFound)?;
    let hash = secret_hash(&browser.id);
    let own = request::own(&mut house.app.read().await?, &reference, &hash).await?.ok_or(Refusal::NotFound)?;
    let permit = match permission::is_live(&mut house.app.read().await?, own.id, &hash).await? {
        _ if !house.app.config().inbound.permission => Permit::Off,
        true => Permit::Arrived,
        false => Permit::Code(house.app.permission_code(own.id)),
    };
    let back = match own.portal {
        // the request's own, never the account's: that would tell who exists
        Some(id) => portal::by_id(&mut house.app.read().await?, id)
            .await?
            .and_then(|portal| Some(Back { name: portal.name, url: portal.return_url? })),
        None => None,
    };
    let (form, _) = captcha::ask(&house, &browser, &client.network.to_string(), true)?;
    let data = sent::Data {
        reference: own.reference,
        user_id: own.user_id,
        email_masked: mask_address(&own.address),
        now: own.now,
        resend_at: own.asked_at + TimeDelta::minutes(i64::from(own.resends) + 1),
        resends_left: u8::try_from(RESENDS - own.resends).unwrap_or(0),
        form,
        resent: query.one("again").text().is_some(),
        permit,
        back,
    };
    Ok(page(StatusCode::OK, sent::page(&frame(&house, &req, spoken, Some(browser.csrf(&house))), &data)))
}

/// `POST /reset-totp/resend`: *Kirim ulang*.
pub async fn resend(house: web::Data<House>, spoken: Spoken, client: Client, sent: Sent) -> Result<HttpResponse, Stop> {
    let Sent { form, browser } = &sent;
    let reference = form.one("r").text().and_then(crockford::parse).ok_or(Refusal::NotFound)?;
    let token = captcha::form(&house, browser, form.one("form").text().unwrap_or_default()).ok_or(Refusal::Forged)?;
    let again = Ask {
        form: token.id,
        user_id: String::new(),
        address: String::new(),
        user_type: UserType::Penyedia,
        language: spoken.0,
        browser_hash: secret_hash(&browser.id),
        browser_name: client.browser_name,
        network: Some(client.network.to_string()),
        again: None,
        portal: None,
    };
    match ask::ask_again(&house.app, &reference, again).await {
        Ok(reference) => Ok(see(&format!("/reset-totp/sent?r={reference}&again=1"))),
        // too early, or too often: the page says when, or that it was enough
        Err(Stop::Refused(Refusal::NoMoreMail)) => Ok(see(&format!("/reset-totp/sent?r={reference}"))),
        Err(stop) => Err(stop),
    }
}

//! The session a browser holds: proof that its person has shown the password, or is signed in.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use futures_util::future::LocalBoxFuture;

use super::cookies::{self, Cookie};
use super::edge::Client;
use super::forgery::Browser;
use super::house::House;
use super::proof;
use crate::actions::activate::Holder;
use crate::base::fault::Fault;
use crate::base::secret_hash;
use crate::base::token::TokenPurpose;
use crate::model::activation::Shown;
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Level;
use crate::store::session::{self, Session};

/// A session is noted as seen at most so often.
const TOUCH: TimeDelta = TimeDelta::minutes(1);

/// Somebody who has shown the password at least.
#[derive(Clone, Debug)]
pub struct Holding {
    /// SHA-256 of the session's token.
    pub token_hash: [u8; 32],
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The session.
    pub session: Session,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Holding);

impl Holding {
    /// The session of a request, if it has one that goes on.
    pub async fn of(house: &House, req: &HttpRequest) -> Result<Option<Self>, Fault> {
        let (Some(token), Some(browser)) = (token(house, req, Cookie::Session), Browser::known(house, req.headers()))
        else {
            return Ok(None);
        };
        let (token_hash, browser_hash) = (secret_hash(&token), secret_hash(&browser.id));
        let mut read = house.app.read().await?;
        let found = session::find(&mut read, &token_hash, &browser_hash, house.app.lives()).await?;
        let Some(session) = found else { return Ok(None) };
        if session.now - session.seen_at > TOUCH {
            session::touch(&mut read, session.id).await?;
        }
        Ok(Some(Self { token_hash, browser_hash, session }))
    }

    /// The same for the actions of activation, with what the browser can show besides.
    pub async fn holder(&self, house: &House, req: &HttpRequest, client: &Client) -> Result<Holder, Fault> {
        Ok(Holder {
            token_hash: self.token_hash,
            browser_hash: self.browser_hash,
            browser_name: client.browser_name.clone(),
            network: client.network.to_string(),
            shown: shown(house, req).await?,
        })
    }

    /// The same with its step's minutes given anew: its page is looked at.
    pub async fn prolonged(mut self, house: &House) -> Result<Self, Fault> {
        if !self.is_full() {
            let mut read = house.app.read().await?;
            self.session.expires_at = session::extend(&mut read, self.session.id, house.app.lives()).await?;
        }
        Ok(self)
    }

    /// Whether it is signed in, not only past the password.
    pub fn is_full(&self) -> bool {
        self.session.level == Level::Full.code()
    }
}

impl FromRequest for Holding {
    type Error = Stop;
    type Future = LocalBoxFuture<'static, Result<Self, Stop>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let house = req.app_data::<web::Data<House>>();
            let house = house.ok_or_else(|| Fault::broken("the web floor has no settings"))?;
            Self::of(house, &req).await?.ok_or(Stop::Refused(Refusal::SignInFirst))
        })
    }
}

impl FromRequest for SignedIn {
    type Error = Stop;
    type Future = LocalBoxFuture<'static, Result<Self, Stop>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let holding = Holding::from_request(req, payload);
        Box::pin(async move {
            let holding = holding.await?;
            if holding.is_full() { Ok(Self(holding)) } else { Err(Refusal::SignInFirst.into()) }
        })
    }
}

/// Gives the browser the token of its session.
pub fn keep(house: &House, req: &HttpRequest, token: &[u8; 32]) {
    let seconds = u32::try_from(house.app.lives().absolute_minutes).unwrap_or_default().saturating_mul(60);
    cookies::set(house, req, Cookie::Session, &BASE64URL_NOPAD.encode(token), seconds);
}

/// What the browser can show besides a password: its grant, and the grant its mailed activation link carries.
pub async fn shown(house: &House, req: &HttpRequest) -> Result<Shown, Fault> {
    let mailed = match cookies::read(house, req.headers(), Cookie::Activate) {
        Some(text) => proof::prove_notice(house, text, TokenPurpose::Activate).await?,
        None => None,
    };
    Ok(Shown {
        secret_hash: token(house, req, Cookie::Grant).map(|secret| secret_hash(&secret)),
        mailed: mailed.filter(|link| !link.over).and_then(|link| link.grant_id),
        handed: None,
    })
}

/// The 32 bytes of a cookie.
pub fn token(house: &House, req: &HttpRequest, cookie: Cookie) -> Option<[u8; 32]> {
    let text = cookies::read(house, req.headers(), cookie)?;
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()
}

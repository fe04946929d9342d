//! Somebody of the desk who is signed in here: the proof that a handler takes.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use futures_util::future::LocalBoxFuture;

use super::cookies::{self, Cookie};
use super::forgery::Browser;
use super::holding;
use super::house::House;
use crate::app::staff::Proof;
use crate::base::fault::Fault;
use crate::base::secret_hash;
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Level;
use crate::store::staff::session::{self, Session};

/// A session is noted as seen at most so often.
const TOUCH: TimeDelta = TimeDelta::minutes(1);
/// The header of what a page fetches by itself.
const BY_ITSELF: &str = "x-by-itself";

/// A session of the desk that this browser holds, whatever it has shown.
#[derive(Clone, Debug)]
pub struct DeskSession {
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The session with its person.
    pub session: Session,
}

impl DeskSession {
    /// The session of a request, if it has one that goes on.
    pub async fn of(house: &House, req: &HttpRequest) -> Result<Option<Self>, Fault> {
        let token = holding::token(house, req, Cookie::Staff);
        let (Some(token), Some(browser)) = (token, Browser::known(house, req.headers())) else { return Ok(None) };
        let (token_hash, browser_hash) = (secret_hash(&token), secret_hash(&browser.id));
        let mut read = house.app.read().await?;
        let found = session::find(&mut read, &token_hash, &browser_hash, house.app.lives()).await?;
        let Some(session) = found else { return Ok(None) };
        // what a page fetches by itself is nobody's doing: who left the room is signed out all the same
        let by_itself = req.headers().contains_key(BY_ITSELF) || req.path().ends_with("/live");
        if !by_itself && session.now - session.seen_at > TOUCH {
            session::touch(&mut read, session.id).await?;
        }
        Ok(Some(Self { token_hash, browser_hash, session }))
    }

    /// Gives the browser the token of its session.
    pub fn keep(house: &House, req: &HttpRequest, token: &[u8; 32]) {
        let seconds = u32::try_from(house.app.lives().absolute_minutes).unwrap_or_default().saturating_mul(60);
        cookies::set(house, req, Cookie::Staff, &BASE64URL_NOPAD.encode(token), seconds);
    }
}

/// Past the password, with or without the code.
impl FromRequest for DeskSession {
    type Error = Stop;
    type Future = LocalBoxFuture<'static, Result<Self, Stop>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let house = req.app_data::<web::Data<House>>();
            let house = house.ok_or_else(|| Fault::broken("the web floor has no settings"))?;
            Self::of(house, &req).await?.ok_or(Stop::Refused(Refusal::StaffSignInFirst))
        })
    }
}

/// Signed in, with one of the roles that `P` asks for. Who has none of them finds nothing here.
#[derive(Clone, Debug)]
pub struct On<P> {
    /// What actions take.
    pub proof: P,
    /// The session with its person.
    pub session: Session,
}

impl<P: Proof + 'static> FromRequest for On<P> {
    type Error = Stop;
    type Future = LocalBoxFuture<'static, Result<Self, Stop>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let held = DeskSession::from_request(&req, payload);
        Box::pin(async move {
            let session = held.await?.session;
            if session.level()? != Level::Full || !session.has_factor {
                return Err(Refusal::StaffSignInFirst.into());
            }
            let house = req.app_data::<web::Data<House>>();
            let house = house.ok_or_else(|| Fault::broken("the web floor has no settings"))?;
            let proof = house.app.prove(&session)?.ok_or(Refusal::NotFound)?;
            Ok(Self { proof, session })
        })
    }
}

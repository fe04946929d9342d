//! The mailed token a browser holds: proved against its link's row by one keyed comparison.

use actix_web::HttpRequest;

use super::House;
use super::cookies::{self, Cookie};
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::token::{self, Presented, TokenPurpose};
use crate::model::refusal::{Refusal, Stop};
use crate::store::link::{self, Link};
use crate::store::notice::{self, Notice};
use crate::store::staff::invite::{self, Invite};
use crate::web::Form;

/// Seconds a browser keeps the token of a link: as long as its row is kept.
const KEPT_SECONDS: u32 = 30 * 24 * 3600;

/// The link of a genuine token; nothing for any other text.
pub async fn prove(house: &House, text: &str, purpose: TokenPurpose) -> Result<Option<Link>, Fault> {
    let Some(presented) = token::read(text) else { return Ok(None) };
    let link = link::find(&mut house.app.read().await?, presented.link_id).await?;
    Ok(link.filter(|link| genuine(house, &presented, purpose, &link.key_id, &link.random)))
}

/// The link of a genuine token that is about an account alone.
pub async fn prove_notice(house: &House, text: &str, purpose: TokenPurpose) -> Result<Option<Notice>, Fault> {
    let Some(presented) = token::read(text) else { return Ok(None) };
    let notice = notice::find(&mut house.app.read().await?, presented.link_id).await?;
    Ok(notice.filter(|notice| genuine(house, &presented, purpose, &notice.key_id, &notice.random)))
}

/// The invitation to the desk of a genuine token.
pub async fn prove_invite(house: &House, text: &str) -> Result<Option<Invite>, Fault> {
    let Some(presented) = token::read(text) else { return Ok(None) };
    let invite = invite::find(&mut house.app.read().await?, presented.link_id).await?;
    Ok(invite.filter(|i| genuine(house, &presented, TokenPurpose::Invite, &i.key_id, &i.random)))
}

fn genuine(house: &House, presented: &Presented, purpose: TokenPurpose, key_id: &str, random: &[u8]) -> bool {
    match (house.app.keys().of(Purpose::Link).by_id(key_id), <&[u8; 32]>::try_from(random)) {
        (Some(key), Ok(random)) => presented.matches(key, purpose, random),
        _ => false,
    }
}

/// The link whose token this browser holds.
pub async fn held(house: &House, req: &HttpRequest, purpose: TokenPurpose) -> Result<Option<Link>, Fault> {
    match cookies::read(house, req.headers(), cookie(purpose)) {
        Some(text) => prove(house, text, purpose).await,
        None => Ok(None),
    }
}

/// The link a posted form was drawn for, which must be the one whose token this browser holds.
pub async fn posted(house: &House, req: &HttpRequest, purpose: TokenPurpose, form: &Form) -> Result<Link, Stop> {
    let link = held(house, req, purpose).await?.ok_or(Refusal::LinkUnknown)?;
    if form.one("link").text() == Some(link.id.to_string().as_str()) {
        Ok(link)
    } else {
        Err(Refusal::LinkMismatch.into())
    }
}

/// The link this browser may call *Ini bukan saya*: that of its notice, or of its reset link; the one of this id, where
/// one is named.
pub async fn disputable(house: &House, req: &HttpRequest, id: Option<&str>) -> Result<Option<Link>, Fault> {
    for purpose in [TokenPurpose::NotMe, TokenPurpose::Reset] {
        let link = held(house, req, purpose).await?;
        if link.as_ref().is_some_and(|link| id.is_none_or(|id| id == link.id.to_string())) {
            return Ok(link);
        }
    }
    Ok(None)
}

/// The notice about an account that this browser may call *Ini bukan saya*. The notice of a reset is none, even where it
/// carries a grant: it disputes that reset.
pub async fn disputable_notice(house: &House, req: &HttpRequest, id: Option<&str>) -> Result<Option<Notice>, Fault> {
    let Some(text) = cookies::read(house, req.headers(), Cookie::NotMe) else { return Ok(None) };
    let notice = prove_notice(house, text, TokenPurpose::NotMe).await?;
    let about = |notice: &Notice| notice.request_id.is_none() && id.is_none_or(|id| id == notice.id.to_string());
    Ok(notice.filter(about))
}

/// Moves a genuine token from the address into the browser's cookie.
pub fn keep(house: &House, req: &HttpRequest, purpose: TokenPurpose, text: &str) {
    cookies::set(house, req, cookie(purpose), text, KEPT_SECONDS);
}

fn cookie(purpose: TokenPurpose) -> Cookie {
    match purpose {
        TokenPurpose::Reset => Cookie::Link,
        TokenPurpose::Activate => Cookie::Activate,
        TokenPurpose::Invite => Cookie::Invite,
        TokenPurpose::NotMe | TokenPurpose::Cancel => Cookie::NotMe,
    }
}

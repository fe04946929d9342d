//! TOTP secrets: made and sealed, opened and judged by; recovery codes beside them.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::App;
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::token::{self, TokenPurpose};
use crate::base::totp::{self, Algorithm, Params, Verdict};
use crate::base::{crockford, random, recovery, seal};
use crate::model::activation::RECOVERY_CODES;
use crate::store::factor::{Enrolment, Guard};
use crate::store::link::Link;
use crate::store::staff::factor::Factor;
use crate::store::staff::invite::Posted;

impl App {
    /// A new secret for that browser, sealed.
    pub fn new_enrolment(&self, browser_hash: &[u8; 32], grant: Option<Uuid>) -> Result<Enrolment, Fault> {
        let (id, params) = (random::id(), self.config().totp.params());
        let secret = totp::generate()?;
        Ok(Enrolment {
            id,
            browser_hash: browser_hash.to_vec(),
            grant_id: grant,
            sealed_secret: seal::seal(self.keys().of(Purpose::Seal), id, &secret)?,
            algorithm: params.algorithm.code().to_owned(),
            digits: i16::from(params.digits),
            period: i16::try_from(params.period).map_err(|e| Fault::bug("the period is too long", e))?,
            burned: Vec::new(),
        })
    }

    /// The secret of an enrolment, and what its codes are like.
    pub fn enrolling(&self, enrolment: &Enrolment) -> Result<(Zeroizing<Vec<u8>>, Params), Fault> {
        let secret = seal::open(self.keys().of(Purpose::Seal), enrolment.id, &enrolment.sealed_secret)?;
        Ok((secret, params(&enrolment.algorithm, enrolment.digits, enrolment.period)?))
    }

    /// What a typed code is to an active TOTP; nothing where none is active.
    pub fn judge(&self, guard: &Guard, typed: &str) -> Result<Option<Verdict>, Fault> {
        let (Some(id), Some(sealed), Some(algorithm), Some(digits), Some(period)) = (
            guard.credential_id,
            guard.sealed_secret.as_deref(),
            guard.algorithm.as_deref(),
            guard.digits,
            guard.period,
        ) else {
            return Ok(None);
        };
        let secret = seal::open(self.keys().of(Purpose::Seal), id, sealed)?;
        totp::judge(&secret, &params(algorithm, digits, period)?, guard.now, typed).map(Some)
    }

    /// What a typed code is to the TOTP of somebody of the desk.
    pub fn judge_staff(&self, factor: &Factor, typed: &str) -> Result<Verdict, Fault> {
        let secret = seal::open(self.keys().of(Purpose::Seal), factor.id, &factor.sealed_secret)?;
        totp::judge(&secret, &params(&factor.algorithm, factor.digits, factor.period)?, factor.now, typed)
    }

    /// What a typed first code is to an enrolment.
    pub fn judge_first(&self, enrolment: &Enrolment, now: DateTime<Utc>, typed: &str) -> Result<Verdict, Fault> {
        let (secret, params) = self.enrolling(enrolment)?;
        totp::judge(&secret, &params, now, typed)
    }

    /// Id of the key that new links are derived with.
    pub fn link_key_id(&self) -> &str {
        self.keys().of(Purpose::Link).current().0
    }

    /// The token of an invitation that was just posted with the current key.
    pub fn invite_token(&self, posted: &Posted) -> String {
        let key = self.keys().of(Purpose::Link).current().1;
        token::issue(key, TokenPurpose::Invite, posted.link, &posted.random)
    }

    /// The code by which a mail permits that request, derived: of a key that rotates with the browsers' cookies, since it is
    /// worth something in one browser alone.
    pub fn permission_code(&self, request: Uuid) -> String {
        let mac = self.keys().of(Purpose::Cookie).current().1.mac(&[b"mail-in", request.as_bytes()]);
        crockford::code(std::array::from_fn(|i| mac[i]))
    }

    /// The token of a link that goes on with a permission by mail; none where its key is gone.
    pub fn permit_token(&self, link: &Link) -> Option<String> {
        let key = self.keys().of(Purpose::Link).by_id(&link.key_id)?;
        let random = <&[u8; 32]>::try_from(link.random.as_slice()).ok()?;
        link.is_permit().then(|| token::issue(key, TokenPurpose::Reset, link.id, random))
    }

    /// The code an authenticator app shows at `now`.
    pub fn code_now(&self, enrolment: &Enrolment, now: DateTime<Utc>) -> Result<String, Fault> {
        let (secret, params) = self.enrolling(enrolment)?;
        totp::code(&secret, &params, totp::step(now, &params))
    }

    /// The recovery codes of a credential: of the key that sealed its secret, since keys may change before they are kept.
    pub fn recovery_codes(&self, credential: Uuid, sealed_secret: &[u8]) -> Result<[String; RECOVERY_CODES], Fault> {
        Ok(recovery::derive(seal::key(self.keys().of(Purpose::Seal), credential, sealed_secret)?, credential))
    }
}

fn params(algorithm: &str, digits: i16, period: i16) -> Result<Params, Fault> {
    let broken = || Fault::broken(format!("no TOTP is like {algorithm}, {digits} digits, {period} s"));
    Ok(Params {
        algorithm: Algorithm::from_code(algorithm).ok_or_else(broken)?,
        digits: u8::try_from(digits).map_err(|_| broken())?,
        period: u32::try_from(period).map_err(|_| broken())?,
    })
}

//! Kode Keamanan: asked with each form, bound to form and browser, and good for one Kirim.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Browser, Form, House};
use crate::base::fault::Fault;
use crate::base::form_token::{self, FormToken};
use crate::base::keyring::Purpose;
use crate::base::{pow, random, slots};
use crate::config::{CaptchaMode, LimitsMode};
use crate::model::refusal::{Refusal, Stop};
use crate::store::limit;
use crate::views::reset::{Captcha, Flaw, Work};

/// How long a form, and what Kode Keamanan asked in it, may be answered.
const FORM_LIFE: TimeDelta = TimeDelta::minutes(60);
/// Hashes at most for any proof of work: below 5 s on a cheap phone.
const WORK_MAX: u32 = 400_000;
/// What the counts of networks call a Kirim.
const KIRIM: &str = "kirim";
/// What they call an answered picture.
const PICTURE: &str = "picture";

/// A fresh form: its token, and how Kode Keamanan is asked in it.
pub fn ask(house: &House, browser: &Browser, network: &str, picture: bool) -> Result<(String, Captcha), Fault> {
    let key = house.app.keys().of(Purpose::Cookie).current().1;
    let now = house.app.clock().now();
    let form = form_token::issue(key, &browser.id, random::id(), now);
    let url = format!("/kode-keamanan/{form}");
    let captcha = match house.app.config().captcha.mode {
        CaptchaMode::Off => Captcha::Off,
        CaptchaMode::Pow if !picture => {
            let level = level(house, network);
            let challenge = pow::issue(key, &form, level, work(house, level), now + FORM_LIFE)?;
            Captcha::Work(Work {
                algorithm: challenge.algorithm,
                challenge: challenge.challenge,
                salt: challenge.salt,
                signature: challenge.signature,
                max: u64::from(challenge.maxnumber),
                picture: url,
            })
        }
        CaptchaMode::Pow | CaptchaMode::Image => Captcha::Picture { url },
    };
    Ok((form, captcha))
}

/// The form a POST came from, if this browser was given it lately.
pub fn form(house: &House, browser: &Browser, text: &str) -> Option<FormToken> {
    let key = house.app.keys().of(Purpose::Cookie).current().1;
    form_token::read(key, &browser.id, text, house.app.clock().now(), FORM_LIFE).ok()
}

/// Checks the answer. A wrong picture answer burns its form, so that the picture cannot be tried again.
pub async fn check(
    house: &House,
    browser: &Browser,
    network: &str,
    token: &FormToken,
    form: &Form,
) -> Result<Result<(), Flaw>, Stop> {
    let now = house.app.clock().now();
    let mode = house.app.config().captcha.mode;
    let key = house.app.keys().of(Purpose::Cookie).current().1;
    let proof = form.one("altcha").text().unwrap_or_default();
    if mode == CaptchaMode::Off {
        return Ok(Ok(()));
    }
    if mode == CaptchaMode::Pow && !proof.is_empty() {
        let text = form.one("form").text().unwrap_or_default();
        let proven = pow::verify(key, proof, text, now);
        // the limit may have been reached while the form was being filled: one step of grace
        return Ok(match proven {
            Ok(level) if level + 1 >= self::level(house, network) => Ok(()),
            _ => Err(Flaw::ProofWrong),
        });
    }
    let answer = form.one("kode_keamanan").text().unwrap_or_default().trim();
    if answer.is_empty() {
        return Ok(Err(Flaw::KodeMissing));
    }
    let slot = slots::slot(now);
    let cap = house.app.config().captcha.pictures_per_10_min;
    if limited(house) && house.app.networks().hit(network, PICTURE, slot) > cap {
        return Err(Refusal::TooMany(slots::end(slot)).into());
    }
    if form_token::answers(answer, &form_token::picture_answer(key, &browser.id, token.id)) {
        return Ok(Ok(()));
    }
    burn(house, token.id).await?;
    Ok(Err(Flaw::KodeWrong))
}

async fn burn(house: &House, form: Uuid) -> Result<(), Fault> {
    limit::burn_form(&mut house.app.read().await?, form).await
}

/// Counts a Kirim of a network.
pub fn count(house: &House, network: &str) {
    house.app.networks().hit(network, KIRIM, slots::slot(house.app.clock().now()));
}

/// How hard the proof of work is for a network: 0 up to its limit, then harder with each doubling.
fn level(house: &House, network: &str) -> u8 {
    if !limited(house) {
        return 0;
    }
    let most = house.app.config().limits.network_per_10_min.max(1);
    let hits = house.app.networks().seen(network, KIRIM, slots::slot(house.app.clock().now()));
    match hits / most {
        0 => 0,
        1 => 1,
        2..4 => 2,
        _ => 3,
    }
}

fn work(house: &House, level: u8) -> u32 {
    house.app.config().captcha.work.saturating_mul(1 << level).min(WORK_MAX)
}

fn limited(house: &House) -> bool {
    house.app.config().limits.mode == LimitsMode::On
}

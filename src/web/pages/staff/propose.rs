//! Proposing something about an account that somebody else has to agree to.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use uuid::Uuid;

use super::super::{dated, page, see};
use super::desk;
use crate::actions::propose::{self, Propose, obstacle};
use crate::app::staff::{Helpdesk, Proof};
use crate::base::form_token;
use crate::base::keyring::Purpose;
use crate::base::random;
use crate::model::account::{fold_address, fold_user_id, mask_address, mask_user_id};
use crate::model::proposal::{Kind, Reason, Verified};
use crate::model::refusal::{Refusal, Stop};
use crate::store::proposal;
use crate::store::proposal::subject::{self, Subject};
use crate::views::staff::Room;
use crate::views::staff::propose::{self as views, Flaw, Typed};
use crate::web::body::Field;
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent};

/// How long a form may be filled in.
const FORM_LIFE: TimeDelta = TimeDelta::hours(2);
/// Characters of one line, and of a note, at most.
const LINE: usize = 200;
const NOTE: usize = 2_000;

/// `GET /staff/accounts/{id}/reset`, `/address`, `/protect`, `/unlock`
pub async fn form(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Helpdesk>,
    id: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let (kind, account) = about(&req, &house, &id).await?;
    let asked = Asked { req: &req, house: &house, spoken, browser: &browser, on: &on };
    asked.draw(kind, &account, Typed::default(), Vec::new())
}

/// `POST` to the same addresses.
pub async fn send(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Helpdesk>,
    id: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let (kind, account) = about(&req, &house, &id).await?;
    let asked = Asked { req: &req, house: &house, spoken, browser: &sent.browser, on: &on };
    let key = house.app.keys().of(Purpose::Cookie).current().1;
    let token = sent.form.one("form").text().unwrap_or_default();
    let now = house.app.clock().now();
    let token = form_token::read(key, &sent.browser.id, token, now, FORM_LIFE).map_err(|_| Refusal::Forged)?;
    let there = format!("/staff/approvals/{}", token.id);
    // the same form posted again is the same proposal
    if proposal::is_by(&mut house.app.read().await?, token.id, on.proof.by().staff()).await? {
        return Ok(see(&there));
    }
    let typed = typed(&sent.form);
    let (proposed, mut flaws) = read(&house, kind, &account, token.id, &typed, &sent.form);
    if flaws.is_empty() {
        match propose::propose(&house.app, on.proof, &proposed).await {
            Ok(_) => return Ok(see(&there)),
            Err(Stop::Refused(refusal @ (Refusal::NotFound | Refusal::StaffSignInFirst))) => return Err(refusal.into()),
            Err(Stop::Refused(refusal)) => flaws.push(Flaw::Refused(refusal)),
            Err(fault) => return Err(fault),
        }
        if proposal::is_by(&mut house.app.read().await?, token.id, on.proof.by().staff()).await? {
            return Ok(see(&there));
        }
    }
    asked.draw(kind, &account, typed, flaws)
}

/// What an address of ours proposes, for which account.
async fn about(req: &HttpRequest, house: &House, id: &str) -> Result<(Kind, Subject), Stop> {
    let id = Uuid::parse_str(id).map_err(|_| Refusal::NotFound)?;
    let account = subject::find(&mut house.app.read().await?, id).await?.ok_or(Refusal::NotFound)?;
    let kind = match req.path().rsplit('/').next().unwrap_or_default() {
        "reset" => Kind::Reset,
        "address" => Kind::Address,
        "unlock" => Kind::Unlock,
        "protect" if account.protected => Kind::Unprotect,
        "protect" => Kind::Protect,
        _ => return Err(Refusal::NotFound.into()),
    };
    Ok((kind, account))
}

/// Who has asked for the form.
struct Asked<'a> {
    req: &'a HttpRequest,
    house: &'a House,
    spoken: Spoken,
    browser: &'a Browser,
    on: &'a On<Helpdesk>,
}

impl Asked<'_> {
    fn draw(&self, kind: Kind, account: &Subject, typed: Typed, flaws: Vec<Flaw>) -> Result<HttpResponse, Stop> {
        let key = self.house.app.keys().of(Purpose::Cookie).current().1;
        let delays = self.house.app.delays();
        let recent = |at: Option<DateTime<Utc>>| at.is_some_and(|at| account.now < at + delays.care_for);
        let refused =
            flaws.iter().find_map(|flaw| if let Flaw::Refused(refusal) = flaw { Some(*refusal) } else { None });
        let status = match refused {
            Some(refusal) => StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::CONFLICT),
            None if flaws.is_empty() => StatusCode::OK,
            None => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let held = if let Some(Refusal::CodesHeld(until)) = refused { Some(until) } else { None };
        let data = views::Data {
            kind,
            action: self.req.path().to_owned(),
            user_id_masked: mask_user_id(&account.user_id),
            name: account.name.clone(),
            user_type: account.kind()?,
            addresses: account.addresses.iter().map(|address| mask_address(address)).collect(),
            careful: recent(account.address_changed_at) || recent(account.password_changed_at),
            protected: account.protected,
            form: form_token::issue(key, &self.browser.id, random::id(), self.house.app.clock().now()),
            typed,
            obstacle: obstacle(kind, account).filter(|_| flaws.is_empty()),
            flaws,
        };
        let desk = desk(self.house, self.req, self.spoken, self.browser, self.on, Room::Accounts)?;
        Ok(dated(self.house, page(status, views::page(&desk, &data)), held))
    }
}

/// What was typed, as far as it can be shown again.
fn typed(form: &Form) -> Typed {
    let word = |name: &str| form.one(name).text().unwrap_or_default();
    Typed {
        reason: Reason::from_code(word("reason")),
        verified: Verified::from_code(word("verified")),
        evidence: form.typed("evidence"),
        note: form.typed("note"),
        number: form.typed("called_number"),
        called_at: form.typed("called_at"),
        mailbox_lost: word("mailbox_lost") == "yes",
        address: form.typed("address"),
        urgent: word("urgent") == "yes",
        user_id: form.typed("user_id"),
    }
}

/// The proposal, and what is wrong with it.
fn read(house: &House, kind: Kind, account: &Subject, id: Uuid, typed: &Typed, form: &Form) -> (Propose, Vec<Flaw>) {
    let mut flaws = Vec::new();
    let verifies = matches!(kind, Kind::Reset | Kind::Address | Kind::Unlock);
    let reset = kind == Kind::Reset;
    let mut want = |wrong: bool, flaw| {
        if wrong {
            flaws.push(flaw);
        }
    };
    want(reset && typed.reason.is_none(), Flaw::Reason);
    want(verifies && typed.verified.is_none(), Flaw::Verified);
    let number = line(form, "called_number");
    let called_at = moment(house, &typed.called_at);
    let urgent = reset && typed.urgent;
    let called = urgent || (verifies && typed.verified == Some(Verified::CallBack));
    want(number.is_none() || (called && number.as_deref() == Some("")), Flaw::Number);
    want(called && called_at.is_none_or(|at| at > account.now), Flaw::CalledAt);
    let evidence = line(form, "evidence");
    want(evidence.is_none() || (verifies && evidence.as_deref() == Some("")), Flaw::Evidence);
    let moves = kind == Kind::Address || (reset && typed.mailbox_lost);
    let address = line(form, "address").filter(|address| is_address(address, account));
    want(moves && address.is_none(), Flaw::Address);
    let note = note(form);
    let asked = matches!(kind, Kind::Protect | Kind::Unprotect);
    want(note.is_none() || (asked && note.as_deref() == Some("")), Flaw::Note);
    let user_id = line(form, "user_id").unwrap_or_default();
    want(fold_user_id(&user_id) != fold_user_id(&account.user_id), Flaw::UserId);
    let propose = Propose {
        id,
        kind,
        account: account.id,
        reason: typed.reason.filter(|_| reset),
        verified: typed.verified.filter(|_| verifies),
        evidence: evidence.unwrap_or_default(),
        note: note.unwrap_or_default(),
        called: number.filter(|number| !number.is_empty()).zip(called_at),
        address: address.filter(|_| moves),
        urgent,
        code: form.one("code").text().unwrap_or_default().trim().to_owned(),
    };
    (propose, flaws)
}

/// One line of text, trimmed; nothing where it cannot be one.
fn line(form: &Form, name: &str) -> Option<String> {
    match form.one(name) {
        Field::Missing => Some(String::new()),
        field => field.line().ok().map(|text| text.trim().to_owned()).filter(|text| text.chars().count() <= LINE),
    }
}

/// Several lines of text.
fn note(form: &Form) -> Option<String> {
    let text = match form.one("note") {
        Field::Missing => return Some(String::new()),
        field => field.text()?.trim(),
    };
    let seen = text.lines().all(|line| Field::Text(line).line().is_ok());
    (seen && text.chars().count() <= NOTE).then(|| text.to_owned())
}

/// Whether that can be another address of the account.
fn is_address(address: &str, account: &Subject) -> bool {
    let folded = fold_address(address);
    let shaped = folded.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
    });
    let plain = address.is_ascii() && !address.contains([' ', ',', ';', '<', '>', '"', '(', ')']);
    shaped && plain && account.addresses.iter().all(|known| fold_address(known) != folded)
}

/// A time as `datetime-local` gives it, in the zone of the settings.
fn moment(house: &House, text: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok()?;
    let zone = house.app.config().locale.zone;
    Some(zone.from_local_datetime(&local).earliest()?.with_timezone(&Utc))
}

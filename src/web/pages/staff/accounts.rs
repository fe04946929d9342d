//! Accounts: search, one account, lock and unlock, export.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::super::{dated, page, see};
use super::{desk, step_up};
use crate::actions::lock_account::{self, Decision};
use crate::actions::{export, search_accounts};
use crate::app::staff::{Helpdesk, Lead, Officer};
use crate::base::fault::Fault;
use crate::model::account::{ADDRESS_MAX, mask_address};
use crate::model::account_csv::Writer;
use crate::model::refusal::{Refusal, Stop};
use crate::store::lookup::{self, Found};
use crate::store::{self, erasure, history};
use crate::views::account::HISTORY;
use crate::views::code::CodeTrouble;
use crate::views::staff::account::{self as one, DESK_HISTORY, Trouble};
use crate::views::staff::accounts::{self as views, Marks, TermFlaw};
use crate::views::staff::{Desk, Room, erase};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent};

/// Characters of a search at least.
const TERM_MIN: usize = 3;
/// Lines of history shown.
const LINES: i64 = 40;
/// Accounts read with one statement.
const PAGE: i64 = 5_000;

/// `GET /staff/accounts`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Officer>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Accounts)?;
    Ok(page(StatusCode::OK, views::accounts(&desk, &views::Data::default())))
}

/// `POST /staff/accounts`: a search leaves its event, hence no GET.
pub async fn search(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Helpdesk>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Accounts)?;
    let mut data = views::Data { term: sent.form.typed("term"), ..views::Data::default() };
    let term = match term(&sent.form) {
        Ok(term) => term,
        Err(flaw) => {
            data.flaw = Some(flaw);
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, views::accounts(&desk, &data)));
        }
    };
    let mut found = search_accounts::search(&house.app, on.proof, &term).await?;
    let most = usize::try_from(search_accounts::MOST).unwrap_or(usize::MAX);
    data.more = found.len() > most;
    found.truncate(most);
    data.found = Some(found.iter().map(line).collect::<Result<_, _>>()?);
    Ok(page(StatusCode::OK, views::accounts(&desk, &data)))
}

fn term(form: &Form) -> Result<String, TermFlaw> {
    let term = form.one("term").line().map_err(|_| TermFlaw::Unreadable)?.trim();
    match term.chars().count() {
        n if n < TERM_MIN => Err(TermFlaw::Short),
        n if n > ADDRESS_MAX => Err(TermFlaw::Unreadable),
        _ => Ok(term.to_owned()),
    }
}

fn line(found: &Found) -> Result<views::Line, Fault> {
    Ok(views::Line {
        id: found.id.to_string(),
        user_id: found.user_id.clone(),
        name: found.name.clone(),
        user_type: found.user_type()?,
        address: mask_address(&found.address),
        marks: Marks { locked: found.locked, protected: found.protected, has_factor: found.has_factor },
    })
}

/// `GET /staff/accounts/{id}`
pub async fn account(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Helpdesk>,
    id: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Accounts)?;
    let id = read_id(&id)?;
    if let Some(at) = erasure::at(&mut house.app.read().await?, Some(id), None).await? {
        return Ok(page(StatusCode::OK, erase::erased(&desk, at)));
    }
    draw(&house, &desk, id, Trouble::default()).await
}

/// `POST /staff/accounts/{id}/status`
pub async fn status(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Helpdesk>,
    sent: Sent,
    id: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let id = read_id(&id)?;
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Accounts)?;
    let mut trouble = Trouble { reason: sent.form.typed("reason"), ..Trouble::default() };
    let Some(reason) = super::reason(&sent.form) else {
        trouble.reason_mistake = Some(desk.t("desk-account-reason-missing"));
        return draw(&house, &desk, id, trouble).await;
    };
    let code = sent.form.one("code").text().unwrap_or_default();
    let decision = Decision { account: id, reason: &reason, code };
    let done = match sent.form.one("act").text() {
        Some("lock") => lock_account::lock(&house.app, on.proof, &decision).await,
        Some("unlock") => lock_account::unlock(&house.app, on.proof, &decision).await,
        _ => return Err(Refusal::FormInvalid.into()),
    };
    match step_up(done)? {
        Ok(()) => Ok(see(&format!("/staff/accounts/{id}"))),
        Err(code) => draw(&house, &desk, id, Trouble { code: Some(code), ..trouble }).await,
    }
}

fn read_id(text: &str) -> Result<Uuid, Refusal> {
    Uuid::try_parse(text).map_err(|_| Refusal::NotFound)
}

async fn draw(house: &House, desk: &Desk, id: Uuid, trouble: Trouble) -> Result<HttpResponse, Stop> {
    let wrong = trouble.reason_mistake.is_some() || trouble.code.is_some();
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let held = trouble.code.and_then(CodeTrouble::held);
    let mut read = house.app.read().await?;
    let account = lookup::seen(&mut read, id).await?.ok_or(Refusal::NotFound)?;
    let codes: Vec<&'static str> = HISTORY.iter().chain(DESK_HISTORY).copied().collect();
    let kinds: Vec<String> = codes.iter().map(|code| super::kind(code)).collect();
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let happened = history::of_account(&mut read, id, &kinds, LINES).await?;
    let lines = happened.into_iter().filter_map(|h| {
        let code = codes.iter().copied().find(|code| super::kind(code) == h.kind)?;
        Some(one::Line { at: h.at, code, refused: h.refused })
    });
    let delays = house.app.delays();
    let changed_at = account.password_changed_at.max(account.address_changed_at);
    let careful_until = changed_at.map(|at| at + delays.care_for).filter(|until| *until > account.now);
    let data = one::Data {
        id: account.id.to_string(),
        user_type: account.user_type()?,
        addresses: [Some(&account.address), account.address_2.as_ref()]
            .into_iter()
            .flatten()
            .map(|a| mask_address(a))
            .collect(),
        suspect: account.suspect,
        marks: Marks {
            locked: account.locked_reason.is_some(),
            protected: account.protected,
            has_factor: account.factor_since.is_some(),
        },
        disputed: account.locked_reason.as_deref().is_some_and(|why| why != lock_account::DESK),
        factor_since: account.factor_since,
        last_reset_at: account.last_reset_at,
        careful_until,
        held_until: account.held_until.filter(|until| *until > account.now),
        created_at: account.created_at,
        sessions: account.sessions,
        requests: account.requests,
        case: account.case_id.map(|id| id.to_string()).zip(account.case_reference),
        proposals: account.proposals.iter().map(Uuid::to_string).zip(account.proposal_kinds).collect(),
        history: lines.collect(),
        user_id: account.user_id,
        name: account.name,
        trouble,
    };
    Ok(dated(house, page(status, one::account(desk, &data)), held))
}

/// `POST /staff/accounts/export`: no hashes, no secrets.
pub async fn export(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Lead>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let rows = store::export::count(&mut house.app.read().await?).await?;
    let code = sent.form.one("code").text().unwrap_or_default();
    let done = export::export_as(&house.app, on.proof, rows, code).await;
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Accounts)?;
    if let Err(trouble) = step_up(done)? {
        let data = views::Data { export_trouble: Some(trouble), ..views::Data::default() };
        let answer = page(StatusCode::UNPROCESSABLE_ENTITY, views::accounts(&desk, &data));
        return Ok(dated(&house, answer, trouble.held()));
    }
    let name = format!("attachment; filename=\"pulih-accounts-{}.csv\"", house.app.clock().now().format("%Y%m%d"));
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/csv; charset=utf-8").insert_header((CONTENT_DISPOSITION, name));
    Ok(answer.body(csv(&house).await?))
}

async fn csv(house: &House) -> Result<Vec<u8>, Fault> {
    let failed = |e| Fault::bug("writing an export", e);
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out).map_err(failed)?;
    let mut after = String::new();
    loop {
        let (rows, next) = store::export::page(&mut house.app.read().await?, &after, PAGE).await?;
        for row in &rows {
            writer.write(row).map_err(failed)?;
        }
        let Some(next) = next else { break };
        after = next;
    }
    writer.finish().map_err(failed)?;
    Ok(out)
}

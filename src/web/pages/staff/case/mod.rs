//! One case: what its page shows.

mod mails;
pub mod writing;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use uuid::Uuid;

use super::super::page;
use super::desk;
use crate::app::staff::Helpdesk;
use crate::base::fault::Fault;
use crate::model::account::{mask_address, mask_addresses};
use crate::model::desk::{CaseState, Reason, Source, answer_word};
use crate::model::refusal::{Refusal, Stop};
use crate::store::Read;
use crate::store::desk::case::{self as store, Detail};
use crate::store::desk::timeline;
use crate::store::desk::{self as cases, canned, setting};
use crate::store::erasure;
use crate::views::staff::Room;
use crate::views::staff::case::{self as views, Account, Data, Line, NOTES};
use crate::views::staff::case_forms::Draft;
use crate::views::staff::queue::Left;
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On};

/// An address changed within this time calls for care.
const ADDRESS_LATELY: TimeDelta = TimeDelta::days(7);
/// A reset within this time does too.
const RESET_LATELY: TimeDelta = TimeDelta::days(90);
/// So many requests within 30 days are many.
const MANY: i64 = 5;

/// `GET /staff/requests/{id}`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Helpdesk>,
    id: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let id = Uuid::parse_str(&id).map_err(|_| Refusal::NotFound)?;
    let query = Form::parse(req.query_string().as_bytes());
    let mut data = data(&house, &on, id).await?;
    data.source = query.one("show").text().and_then(Source::from_code);
    data.note = query.one("note").text().and_then(|code| NOTES.into_iter().find(|note| *note == code));
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Requests)?;
    Ok(page(StatusCode::OK, views::page(&desk, &data)))
}

/// What the page of that case shows.
async fn data(house: &House, on: &On<Helpdesk>, id: Uuid) -> Result<Data, Stop> {
    let mut read = house.app.read().await?;
    let found = store::find(&mut read, id).await?.ok_or(Refusal::NotFound)?;
    let hours = setting::current(&mut read, house.app.config().locale.zone).await?.hours;
    let left = match found.closed_at {
        Some(at) => Left::Ended(at),
        None if found.state()? == CaseState::Waiting => Left::Still,
        None if found.due_at <= found.now => Left::Over(hours.between(found.due_at, found.now)),
        None => Left::For(hours.between(found.now, found.due_at)),
    };
    let proposals = match found.account_id {
        Some(account) => store::proposals(&mut read, account).await?,
        None => Vec::new(),
    };
    let erased = erasure::at(&mut read, found.account_id, Some(found.request_id)).await?;
    let mails = mails::of_case(house, &mut read, id).await?;
    let mail = mails::asking(&mut read, &mails).await?;
    let lines = mails::among(lines(&mut read, id).await?, mails);
    let draft = Draft { language: found.language()?, ..Draft::default() };
    Ok(Data {
        id,
        version: found.version,
        reason: found.reason()?,
        state: found.state()?,
        ending: found.ending()?,
        opened_at: found.opened_at,
        left,
        taken: found.taken_name.clone().map(|name| (name, found.taken_by == Some(on.session.staff_id))),
        typed_address: mask_address(&found.typed_address),
        user_type: found.user_type()?,
        account: account(&found),
        risks: risks(&found)?,
        proposals: proposals.into_iter().map(|p| (p.id, p.kind)).collect(),
        source: None,
        lines,
        mail,
        colleagues: cases::colleagues(&mut read).await?.into_iter().map(|c| (c.id, c.name)).collect(),
        canned: canned::all(&mut read).await?.into_iter().map(|text| (text.id, text.name)).collect(),
        revealed: None,
        note: None,
        impossible: false,
        erased,
        draft,
        reference: found.reference,
        typed_user_id: found.typed_user_id,
    })
}

fn account(found: &Detail) -> Option<Account> {
    Some(Account {
        id: found.account_id?,
        user_id: found.user_id.clone()?,
        name: found.name.clone().unwrap_or_default(),
        address: mask_address(found.address.as_deref().unwrap_or_default()),
        has_factor: found.has_factor,
        resets: found.resets,
        last_reset_at: found.last_reset_at,
    })
}

fn risks(found: &Detail) -> Result<Vec<&'static str>, Fault> {
    let since = |at: Option<chrono::DateTime<chrono::Utc>>, span| at.is_some_and(|at| found.now < at + span);
    let holds = [
        ("disputed", found.reason()? == Reason::Disputed),
        ("address", since(found.address_changed_at, ADDRESS_LATELY)),
        ("many", found.recent_requests >= MANY),
        ("reset", since(found.last_reset_at, RESET_LATELY)),
        ("protected", found.protected),
        ("locked", found.locked),
        ("held", found.held_until.is_some()),
        ("suspect", found.suspect),
    ];
    Ok(holds.into_iter().filter(|(_, holds)| *holds).map(|(risk, _)| risk).collect())
}

async fn lines(read: &mut Read, id: Uuid) -> Result<Vec<(Option<Uuid>, Line)>, Fault> {
    let found = timeline::of_case(read, id).await?;
    Ok(found.into_iter().map(|found| (found.mail, line(found))).collect())
}

fn line(line: timeline::Line) -> Line {
    let code = line.code.and_then(|code| u16::try_from(code).ok());
    let text = line.answer.clone().unwrap_or_default();
    let tried = line.attempts.is_some_and(|n| n > 0) && (code.is_some() || !text.is_empty());
    let told = (line.letter.is_some() && tried).then(|| {
        let code_words = code.map(|code| format!("{code} ")).unwrap_or_default();
        (answer_word(code, &text), format!("{code_words}{}", mask_addresses(&text)).trim().to_owned())
    });
    Line {
        source: line.source(),
        event: line.event,
        at: line.at,
        kind: line.kind.replace('.', "-"),
        refused: line.refused,
        staff: line.staff,
        text: line.text,
        reply: line.reply,
        answer: told,
        mail: None,
    }
}

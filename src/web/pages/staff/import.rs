//! Import of accounts: the file is staged and compared, then taken over with a fresh code.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::super::{dated, page, see};
use super::{desk, step_up};
use crate::actions::import::{self, Ready};
use crate::app::staff::{Lead, Proof as _};
use crate::base::random;
use crate::model::account_csv::{self, Flaw, Line};
use crate::model::refusal::{Refusal, Stop};
use crate::store::import::{self as staging, Brought, Conflict};
use crate::views::staff::import::{self as views, Data, Dry, FileFlaw};
use crate::views::staff::{Desk, Room};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent, upload};

/// Bytes of a file at most; larger ones go by the command line.
const FILE_MAX: usize = 8 * 1024 * 1024;
/// Lines staged with one statement.
const BATCH: usize = 1_000;
/// Lines shown.
const SHOWN: usize = 50;
const HERE: &str = "/staff/accounts/import";

/// `GET /staff/accounts/import`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Lead>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Accounts)?;
    let query = Form::parse(req.query_string().as_bytes());
    let number = |name| query.one(name).text().and_then(|n| n.parse::<u32>().ok()).map(i64::from);
    let data = match (number("created"), number("proposed")) {
        (Some(created), Some(proposed)) => Data::Done { created, proposed },
        _ => Data::Choose(None),
    };
    Ok(page(StatusCode::OK, views::import(&desk, &data)))
}

/// `POST /staff/accounts/import`: nothing but scratch rows is written.
pub async fn check(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Lead>,
    payload: web::Payload,
) -> Result<HttpResponse, Stop> {
    let upload = upload::read(&house, &req, payload, FILE_MAX).await?;
    let desk = desk(&house, &req, spoken, &upload.sent.browser, &on, Room::Accounts)?;
    let Some(file) = upload.file else {
        return Ok(page(
            StatusCode::UNPROCESSABLE_ENTITY,
            views::import(&desk, &Data::Choose(Some(FileFlaw::Missing))),
        ));
    };
    let mut flaws: Vec<Flaw> = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    for line in account_csv::lines(file.bytes.as_slice()) {
        match line {
            Ok(line) => lines.push(line),
            Err(flaw) => flaws.push(flaw),
        }
    }
    if !flaws.is_empty() {
        let count = flaws.len();
        let shown = flaws.into_iter().take(SHOWN).map(|flaw| (flaw.line, flaw.reason)).collect();
        let data = Data::Bad { lines: shown, count };
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, views::import(&desk, &data)));
    }
    let (id, count) = (random::id(), lines.len());
    let file_sha256 = HEXLOWER.encode(&Sha256::digest(&file.bytes));
    let brought = Brought { staff: on.proof.by().staff(), file_sha256: &file_sha256 };
    let mut lines = lines.into_iter();
    loop {
        let batch = lines.by_ref().take(BATCH).map(|line| import::staged(&house.app, line));
        let batch = batch.collect::<Result<Vec<_>, _>>()?;
        if batch.is_empty() {
            break;
        }
        staging::stage_of(&mut house.app.read().await?, id, &batch, Some(brought)).await?;
    }
    let (dry, conflicts) = dry(&house, id, file_sha256.clone(), i64::try_from(count).unwrap_or(i64::MAX)).await?;
    let never: Vec<(u64, String)> = conflicts.iter().filter_map(never).collect();
    if !never.is_empty() {
        staging::clear(&mut house.app.read().await?, id).await?;
        let data = Data::Bad { count: never.len(), lines: never.into_iter().take(SHOWN).collect() };
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, views::import(&desk, &data)));
    }
    Ok(page(StatusCode::OK, views::import(&desk, &Data::Dry(dry))))
}

/// What no import changes, whoever agrees: a TOTP is replaced by a reset alone, and nobody becomes another Tipe User.
fn never(conflict: &Conflict) -> Option<(u64, String)> {
    let named: Vec<&str> = conflict.columns.split(", ").filter(|c| matches!(*c, "totp_secret" | "user_type")).collect();
    let line = u64::try_from(conflict.line).unwrap_or(0);
    (!named.is_empty())
        .then(|| (line, format!("{} of an account that is there cannot be changed by import", named.join(", "))))
}

/// What the staged lines would do.
async fn dry(house: &House, id: Uuid, file_sha256: String, lines: i64) -> Result<(Dry, Vec<Conflict>), Stop> {
    let conflicts = import::compare(&house.app, id).await?;
    let fresh = staging::fresh(&mut house.app.read().await?, id).await?;
    let overwriting = conflicts.len();
    let dry = Dry {
        import: id.to_string(),
        file_sha256,
        fresh,
        unchanged: lines - fresh - i64::try_from(overwriting).unwrap_or(0),
        overwrites: conflicts.iter().take(SHOWN).map(|c| (c.line, c.columns.clone())).collect(),
        overwriting,
        trouble: None,
    };
    Ok((dry, conflicts))
}

/// `POST /staff/accounts/import/confirm`
pub async fn confirm(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Lead>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let text = |name| sent.form.one(name).text().unwrap_or_default();
    let id = Uuid::try_parse(text("import")).map_err(|_| Refusal::FormInvalid)?;
    let whole = HEXLOWER.decode(text("sha256").as_bytes()).is_ok_and(|hash| hash.len() == 32);
    if !whole {
        return Err(Refusal::FormInvalid.into());
    }
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Accounts)?;
    let lines = staging::count(&mut house.app.read().await?, id).await?;
    let (mut dry, conflicts) = dry(&house, id, text("sha256").to_owned(), lines).await?;
    let ready = Ready { import: id, fresh: dry.fresh, unchanged: dry.unchanged, file_sha256: dry.file_sha256.clone() };
    let done = import::import_as(&house.app, on.proof, &ready, &conflicts, text("code")).await;
    if let Err(Stop::Refused(Refusal::ChangedMeanwhile)) = done {
        return Ok(gone(&desk));
    }
    match step_up(done)? {
        Ok(taken) => Ok(see(&format!("{HERE}?created={}&proposed={}", taken.created, taken.proposed))),
        Err(trouble) => {
            dry.trouble = Some(trouble);
            let answer = page(StatusCode::UNPROCESSABLE_ENTITY, views::import(&desk, &Data::Dry(dry)));
            Ok(dated(&house, answer, trouble.held()))
        }
    }
}

fn gone(desk: &Desk) -> HttpResponse {
    page(StatusCode::CONFLICT, views::import(desk, &Data::Choose(Some(FileFlaw::Gone))))
}

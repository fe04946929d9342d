//! What waits for a second person: the list, one proposal, and the decision.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use uuid::Uuid;

use super::super::{dated, page, see};
use super::desk;
use crate::actions::attach::{self, may_attach};
use crate::actions::decide::{self, Decide};
use crate::app::staff::{Anybody, Helpdesk, Officer, Proof};
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::seal;
use crate::model::account::{mask_address, mask_user_id};
use crate::model::dual::{Person, Tie, may_decide};
use crate::model::erasure::Hindrance;
use crate::model::proposal::{FILE_MAX, Kind, State, Verdict};
use crate::model::refusal::{Refusal, Stop};
use crate::model::staff::Role;
use crate::store::proposal::{self, Proposal, file, subject};
use crate::store::{Read, erasure, staff};
use crate::views::staff::approval::{self, Data};
use crate::views::staff::approvals::{self, Row};
use crate::views::staff::erase::Outlook;
use crate::views::staff::{Desk, Room};
use crate::web::lang::Spoken;
use crate::web::{Browser, House, On, Sent, upload};

/// Proposals of the list at most.
const MOST: i64 = 200;

/// `GET /staff/approvals`
pub async fn list(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Anybody>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Approvals)?;
    let mut read = house.app.read().await?;
    let kinds: Vec<Kind> = Kind::ALL.iter().copied().filter(|kind| kind.is_seen_by(&desk.roles)).collect();
    let open = proposal::open(&mut read, &kinds, MOST).await?;
    let me = on.proof.by().staff();
    let mut ids: Vec<Uuid> = open.iter().flat_map(Proposal::hands).chain([me]).collect();
    ids.sort_unstable();
    ids.dedup();
    let persons = staff::persons_shown(&mut read, &ids).await?;
    let rows = open.iter().map(|open| row(open, &persons, me, &desk)).collect::<Result<Vec<_>, _>>()?;
    Ok(page(StatusCode::OK, approvals::page(&desk, &rows)))
}

fn row(open: &Proposal, persons: &[Person], me: Uuid, desk: &Desk) -> Result<Row, Fault> {
    let (kind, state) = (open.kind()?, open.state()?);
    let path = match open.staff_id {
        Some(person) => format!("/staff/people/{person}"),
        None => format!("/staff/approvals/{}", open.id),
    };
    Ok(Row {
        path,
        kind,
        state,
        about: if kind.is_staff() { open.about.clone() } else { mask_user_id(&open.about) },
        proposer: open.proposer.clone(),
        until: open.due_at.unwrap_or(open.expires_at),
        approvals: (open.approvals.len(), open.needed),
        urgent: open.urgent,
        tie: tie(open, persons, me).filter(|_| decides(desk, kind, state)),
    })
}

/// Whether somebody at that desk could decide something about a proposal in that state.
fn decides(desk: &Desk, kind: Kind, state: State) -> bool {
    desk.roles.has(kind.decider()) && matches!(state, State::Proposed | State::Contested)
}

/// Why somebody is no second person for it.
fn tie(proposal: &Proposal, persons: &[Person], me: Uuid) -> Option<Tie> {
    let hands = proposal.hands();
    let others: Vec<Person> = persons.iter().filter(|person| hands.contains(&person.id)).cloned().collect();
    let decider = persons.iter().find(|person| person.id == me)?;
    may_decide(&others, decider, proposal.last_editor, proposal.now).err()
}

/// `GET /staff/approvals/{id}`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Anybody>,
    id: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::Approvals)?;
    let data = data(&house, &desk, on.proof.by().staff(), &id).await?;
    Ok(page(StatusCode::OK, approval::page(&desk, &data)))
}

/// `POST /staff/approvals/{id}`
pub async fn say(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Anybody>,
    id: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let proposal = Uuid::parse_str(&id).map_err(|_| Refusal::NotFound)?;
    let word = |name: &str| sent.form.one(name).text().unwrap_or_default().trim();
    let shown = HEXLOWER.decode(word("shown").as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    let decided = match Verdict::from_code(word("verdict")).zip(shown) {
        Some((verdict, shown)) => {
            let reason = word("reason").chars().filter(|c| !c.is_control() || *c == '\n').take(2_000).collect();
            let decide = Decide { proposal, verdict, reason, shown, code: word("code").to_owned() };
            decide::decide(&house.app, on.proof, &decide).await
        }
        None => Err(Refusal::FormInvalid.into()),
    };
    let refusal = match decided {
        Ok(_) => return Ok(see(&format!("/staff/approvals/{proposal}"))),
        Err(Stop::Refused(refusal @ (Refusal::NotFound | Refusal::StaffSignInFirst))) => return Err(refusal.into()),
        Err(Stop::Refused(refusal)) => refusal,
        Err(fault) => return Err(fault),
    };
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::Approvals)?;
    let stands = data(&house, &desk, on.proof.by().staff(), &id).await?;
    let data = Data { typed: sent.form.typed("reason"), trouble: Some(refusal), ..stands };
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::CONFLICT);
    let held = if let Refusal::CodesHeld(until) = refusal { Some(until) } else { None };
    Ok(dated(&house, page(status, approval::page(&desk, &data)), held))
}

/// `POST /staff/approvals/{id}/files`: a file from who proposed it.
pub async fn attach(
    req: HttpRequest,
    house: web::Data<House>,
    on: On<Helpdesk>,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Stop> {
    let id = Uuid::parse_str(&id).map_err(|_| Refusal::NotFound)?;
    let file = upload::read(&house, &req, payload, FILE_MAX).await?.file.ok_or(Refusal::FormInvalid)?;
    attach::attach(&house.app, on.proof, id, &file.name, &file.bytes).await?;
    Ok(see(&format!("/staff/approvals/{id}")))
}

/// `GET /staff/approvals/{id}/files/{file}`: for who proposed it and who may decide; never shown in place.
pub async fn file(
    house: web::Data<House>,
    on: On<Officer>,
    ids: web::Path<(String, String)>,
) -> Result<HttpResponse, Stop> {
    let (Ok(id), Ok(file)) = (Uuid::parse_str(&ids.0), Uuid::parse_str(&ids.1)) else {
        return Err(Refusal::NotFound.into());
    };
    let mut read = house.app.read().await?;
    let own = proposal::is_by(&mut read, id, on.proof.by().staff()).await?;
    if !own && !on.session.roles()?.has(Role::Supervisor) {
        return Err(Refusal::NotFound.into());
    }
    let found = file::find(&mut read, id, file).await?.ok_or(Refusal::NotFound)?;
    drop(read);
    let sealed = found.sealed.as_deref().ok_or(Refusal::NotFound)?;
    let plain = seal::open(house.app.keys().of(Purpose::Seal), found.id, sealed)?;
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", found.name)))
        .body(plain.to_vec()))
}

async fn data(house: &House, desk: &Desk, me: Uuid, id: &str) -> Result<Data, Stop> {
    let id = Uuid::parse_str(id).map_err(|_| Refusal::NotFound)?;
    let mut read = house.app.read().await?;
    let found = proposal::find(&mut read, id).await?.ok_or(Refusal::NotFound)?;
    // people of the desk are decided about where they are
    let account = found.account_id.ok_or(Refusal::NotFound)?;
    let account = subject::find(&mut read, account).await?.ok_or(Refusal::NotFound)?;
    let kind = found.kind()?;
    if !kind.is_seen_by(&desk.roles) {
        return Err(Refusal::NotFound.into());
    }
    let erases = erases(&mut read, &found, kind).await?;
    let said = proposal::said(&mut read, id).await?;
    let files = file::list(&mut read, id).await?;
    let path = |file: Uuid| format!("/staff/approvals/{id}/files/{file}");
    let mut ids = found.hands();
    ids.push(me);
    let persons = staff::persons_shown(&mut read, &ids).await?;
    let state = if found.is_over() { State::Expired } else { found.state()? };
    let tie = tie(&found, &persons, me).filter(|_| decides(desk, kind, state));
    let supervisor = desk.roles.has(Role::Supervisor);
    let own = found.proposed_by == Some(me);
    let may = |verdict: &Verdict| {
        verdict.fits(state)
            && verdict.is_for(kind, state, &desk.roles, own)
            && !(verdict.needs_another() && tie.is_some())
    };
    Ok(Data {
        action: format!("/staff/approvals/{id}"),
        kind,
        state,
        erases,
        user_id: account.user_id.clone(),
        addresses: account.addresses.iter().map(|address| mask_address(address)).collect(),
        flags: (account.locked, account.protected),
        reference: found.reference.clone(),
        proposer: found.proposer.clone(),
        proposed_at: found.proposed_at,
        expires_at: found.expires_at,
        due_at: found.due_at,
        reason: found.reason.clone(),
        verified: found.verified.clone(),
        evidence: found.evidence.clone(),
        called: found.called_number.clone().map(|number| (number, found.called_at)),
        note: found.note.clone(),
        mailbox_lost: found.mailbox_lost,
        urgent: found.urgent,
        // who decides has to see it whole
        new_address: found.new_address().map(|new| if own || supervisor { new.to_owned() } else { mask_address(new) }),
        columns: columns(&found.change, own || supervisor),
        approvals: (found.approvals.len(), found.needed),
        files: files.into_iter().map(|file| (path(file.id), file.name, file.bytes / 1024 + 1)).collect(),
        attach: may_attach(&found, me).then(|| format!("/staff/approvals/{id}/files")),
        said: said.into_iter().map(|said| (said.name, said.verdict, said.reason, said.at)).collect(),
        shown: HEXLOWER.encode(&found.shown_sha256(&account, erases.map(|erases| erases.counts))?),
        may: Verdict::ALL.iter().copied().filter(may).collect(),
        tie,
        typed: String::new(),
        trouble: None,
    })
}

/// What an erasure would erase, or erased.
async fn erases(read: &mut Read, found: &Proposal, kind: Kind) -> Result<Option<Outlook>, Fault> {
    let (Kind::Erase, Some(account)) = (kind, found.account_id) else { return Ok(None) };
    Ok(match found.state()? {
        State::Done => {
            let gone = erasure::by_proposal(read, found.id).await?;
            gone.map(|counts| Outlook { counts, hindrance: Hindrance::default(), done: true })
        }
        State::Proposed => {
            let erasure::Outlook { counts, hindrance } = erasure::outlook(read, account).await?;
            Some(Outlook { counts, hindrance, done: false })
        }
        _ => None,
    })
}

/// The columns that an import would overwrite, and what with, as far as that is shown.
fn columns(change: &serde_json::Value, whole: bool) -> Option<String> {
    let text = |name: &str| change.get(name).and_then(|value| value.as_str());
    let second = text("email_2").map(|a| if whole { a.to_owned() } else { mask_address(a) });
    let values = text("name").map(str::to_owned).into_iter().chain(second).collect::<Vec<_>>().join(" · ");
    text("columns").map(|columns| if values.is_empty() { columns.to_owned() } else { format!("{columns}: {values}") })
}

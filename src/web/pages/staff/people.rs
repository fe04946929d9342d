//! The people of the desk, and decisions about them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use uuid::Uuid;

use super::super::{dated, page, see};
use super::{desk, member, step_up};
use crate::actions::staff::decide;
use crate::app::staff::{Admin, Lead, Proof};
use crate::base::fault::Fault;
use crate::model::dual::{Tie, apart};
use crate::model::refusal::{Refusal, Stop};
use crate::model::staff::{Role, Status};
use crate::store::Read;
use crate::store::staff::people::{self as store, Member};
use crate::store::staff::persons_shown;
use crate::store::staff::proposal::{self, Proposal};
use crate::views::code::CodeTrouble;
use crate::views::staff::Room;
use crate::views::staff::deed::Deed;
use crate::views::staff::people::{self as views, Note, Waiting};
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent};

/// `GET /staff/people`
pub async fn list(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Lead>,
) -> Result<HttpResponse, Stop> {
    let members = store::list(&mut house.app.read().await?).await?;
    let members = members.iter().map(member).collect::<Result<Vec<_>, _>>()?;
    let desk = desk(&house, &req, spoken, &browser, &on, Room::People)?;
    Ok(page(StatusCode::OK, views::list(&desk, &members)))
}

/// `GET /staff/people/{id}`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Lead>,
    id: web::Path<String>,
) -> Result<HttpResponse, Stop> {
    let query = Form::parse(req.query_string().as_bytes());
    let note = query.one("note").text().and_then(Note::from_code);
    let at = At { req: &req, house: &house, spoken, browser: &browser, on: &on };
    at.draw(super::id(&id)?, note, None).await
}

/// `POST /staff/people/{id}/decide`: a second person confirms or rejects.
pub async fn decide(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Lead>,
    id: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let (staff, proposal) = (super::id(&id)?, chosen(&sent.form)?);
    let confirm = match sent.form.one("verdict").text() {
        Some("confirm") => true,
        Some("reject") => false,
        _ => return Err(Refusal::FormInvalid.into()),
    };
    let shown = sent.form.one("shown").text().and_then(|hex| HEXLOWER.decode(hex.as_bytes()).ok());
    let shown: [u8; 32] = shown.and_then(|bytes| bytes.try_into().ok()).ok_or(Refusal::FormInvalid)?;
    let code = sent.form.one("code").text().unwrap_or_default().trim();
    let trouble = if code.is_empty() {
        CodeTrouble::Missing
    } else {
        match step_up(decide::decide(&house.app, on.proof, code, proposal, &shown, confirm).await)? {
            Ok(()) => {
                let note = if confirm { Note::Confirmed } else { Note::Rejected };
                return Ok(see(&format!("/staff/people/{staff}?note={}", note.code())));
            }
            Err(trouble) => trouble,
        }
    };
    let at = At { req: &req, house: &house, spoken, browser: &sent.browser, on: &on };
    at.draw(staff, None, Some((proposal, trouble))).await
}

/// `POST /staff/people/{id}/withdraw`
pub async fn withdraw(
    house: web::Data<House>,
    on: On<Admin>,
    id: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let staff = super::id(&id)?;
    decide::withdraw(&house.app, on.proof, chosen(&sent.form)?).await?;
    Ok(see(&format!("/staff/people/{staff}?note={}", Note::Withdrawn.code())))
}

fn chosen(form: &Form) -> Result<Uuid, Refusal> {
    form.one("proposal").text().and_then(|id| Uuid::parse_str(id).ok()).ok_or(Refusal::FormInvalid)
}

/// Who looks at the page, from where.
struct At<'a> {
    req: &'a HttpRequest,
    house: &'a House,
    spoken: Spoken,
    browser: &'a Browser,
    on: &'a On<Lead>,
}

impl At<'_> {
    async fn draw(
        &self,
        staff: Uuid,
        note: Option<Note>,
        trouble: Option<(Uuid, CodeTrouble)>,
    ) -> Result<HttpResponse, Stop> {
        let me = self.on.proof.by().staff();
        let mut read = self.house.app.read().await?;
        let about = store::find(&mut read, staff).await?.ok_or(Refusal::NotFound)?;
        let mut waiting = Vec::new();
        for there in proposal::open(&mut read, staff).await? {
            let trouble = trouble.and_then(|(id, trouble)| (id == there.id).then_some(trouble));
            waiting.push(shown(&mut read, me, &about, &there, trouble).await?);
        }
        let admin = self.on.session.roles()?.has(Role::Admin) && staff != me;
        let deeds = if admin { deeds(&about, &waiting)? } else { Vec::new() };
        let data = views::Person { member: member(&about)?, waiting, deeds, note };
        let desk = desk(self.house, self.req, self.spoken, self.browser, self.on, Room::People)?;
        let status = if trouble.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let until = trouble.and_then(|(_, trouble)| trouble.held());
        Ok(dated(self.house, page(status, views::person(&desk, &data)), until))
    }
}

async fn shown(
    read: &mut Read,
    me: Uuid,
    about: &Member,
    there: &Proposal,
    trouble: Option<CodeTrouble>,
) -> Result<Waiting, Fault> {
    let proposer = there.proposed_by.unwrap_or_default();
    let both = persons_shown(read, &[me, proposer]).await?;
    let one = |id: Uuid| both.iter().find(|person| person.id == id);
    let tied = match (one(me), one(proposer)) {
        _ if about.id == me => Some(Tie::Oneself),
        (Some(decider), Some(other)) => apart(other, decider, there.now).err(),
        _ => Some(Tie::Oneself),
    };
    Ok(Waiting {
        id: there.id.to_string(),
        change: there.kind()?,
        roles: there.roles(),
        proposer: there.proposer.clone().unwrap_or_default(),
        proposed_at: there.proposed_at,
        expires_at: there.expires_at,
        shown: HEXLOWER.encode(&there.shown(about)?),
        tied,
        own: proposer == me,
        trouble,
    })
}

/// What an admin may begin about somebody.
fn deeds(about: &Member, waiting: &[Waiting]) -> Result<Vec<Deed>, Fault> {
    let status = about.status()?;
    let free = |change: &str| !waiting.iter().any(|w| w.change.code() == change || w.change.code() == "staff-new");
    let mut deeds = Vec::new();
    if free("staff-roles") {
        deeds.push(Deed::Roles);
    }
    if status == Status::Active && free("staff-mfa") {
        deeds.push(Deed::Mfa);
    }
    if status == Status::Invited {
        deeds.push(Deed::Invite);
    }
    if status != Status::Disabled {
        deeds.push(Deed::Disable);
    }
    Ok(deeds)
}

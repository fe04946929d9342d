//! What an admin begins about the people of the desk.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::super::{dated, page, see};
use super::{desk, member, step_up};
use crate::actions::staff::{disable, propose};
use crate::app::staff::Admin;
use crate::i18n::Lang;
use crate::model::account_csv::is_address;
use crate::model::refusal::{Refusal, Stop};
use crate::model::staff::{NAME_MAX, Role, Roles, RolesFlaw, is_username};
use crate::store::staff::people::{self as store, Member, New};
use crate::views::code::CodeTrouble;
use crate::views::staff::Room;
use crate::views::staff::deed::{self as views, Deed, Flaw, Trouble};
use crate::views::staff::people::Note;
use crate::web::lang::Spoken;
use crate::web::{Browser, Form, House, On, Sent};

/// `GET /staff/people/new`
pub async fn new_page(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Admin>,
) -> Result<HttpResponse, Stop> {
    let desk = desk(&house, &req, spoken, &browser, &on, Room::People)?;
    Ok(page(StatusCode::OK, views::new(&desk, &views::New::default())))
}

/// `POST /staff/people/new`
pub async fn new(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Admin>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let form = &sent.form;
    let mut troubles = Vec::new();
    if let Some(new) = read(form, &mut troubles) {
        match propose::somebody(&house.app, on.proof, &code(form), &new).await {
            Ok(id) => return Ok(see(&format!("/staff/people/{id}?note={}", Note::Proposed.code()))),
            Err(Stop::Refused(Refusal::PersonThere)) => troubles.push(Trouble::Flaw(Flaw::Taken)),
            Err(Stop::Refused(refusal)) => troubles.push(Trouble::Code(CodeTrouble::of(refusal).ok_or(refusal)?)),
            Err(fault) => return Err(fault),
        }
    }
    let until = held(&troubles);
    let data = views::New {
        username: form.typed("username"),
        employee_number: form.typed("employee_number"),
        name: form.typed("name"),
        address: form.typed("address"),
        language: language(form),
        roles: ticked(form),
        troubles,
    };
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::People)?;
    Ok(dated(&house, page(StatusCode::UNPROCESSABLE_ENTITY, views::new(&desk, &data)), until))
}

/// Somebody new out of a form, or what is wrong with it.
fn read(form: &Form, troubles: &mut Vec<Trouble>) -> Option<New> {
    let line = |name: &str, most: usize| {
        let text = form.one(name).line().ok()?.trim();
        (1..=most).contains(&text.chars().count()).then(|| text.to_owned())
    };
    let name = line("name", NAME_MAX);
    let username = line("username", NAME_MAX).filter(|text| is_username(text));
    let number = line("employee_number", NAME_MAX).filter(|text| text.chars().any(char::is_alphanumeric));
    let address = line("address", NAME_MAX * 3).filter(|text| is_address(text));
    let roles = roles(form, troubles);
    for (missing, flaw) in [
        (address.is_none(), Flaw::Address),
        (number.is_none(), Flaw::Number),
        (username.is_none(), Flaw::Username),
        (name.is_none(), Flaw::Name),
    ] {
        if missing {
            troubles.insert(0, Trouble::Flaw(flaw));
        }
    }
    if code(form).is_empty() {
        troubles.push(Trouble::Code(CodeTrouble::Missing));
    }
    if !troubles.is_empty() {
        return None;
    }
    let language = language(form);
    Some(New { username: username?, employee_number: number?, name: name?, address: address?, language, roles: roles? })
}

fn language(form: &Form) -> Lang {
    form.one("language").text().and_then(Lang::from_code).unwrap_or_default()
}

fn code(form: &Form) -> String {
    form.one("code").text().unwrap_or_default().trim().to_owned()
}

fn ticked(form: &Form) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| form.one(&format!("role_{}", role.code())).text().is_some()).collect()
}

fn roles(form: &Form, troubles: &mut Vec<Trouble>) -> Option<Roles> {
    match Roles::of(&ticked(form)) {
        Ok(roles) => return Some(roles),
        Err(RolesFlaw::None) => troubles.push(Trouble::Flaw(Flaw::NoRole)),
        Err(RolesFlaw::AuditorAlone) => troubles.push(Trouble::Flaw(Flaw::AuditorAlone)),
    }
    None
}

fn held(troubles: &[Trouble]) -> Option<chrono::DateTime<chrono::Utc>> {
    troubles.iter().find_map(|t| if let Trouble::Code(code) = t { code.held() } else { None })
}

/// `GET /staff/people/{id}/{deed}`
pub async fn show(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    browser: Browser,
    on: On<Admin>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Stop> {
    let (about, deed) = about(&house, &path).await?;
    let data = views::Data { deed, member: member(&about)?, roles: about.roles()?.iter().collect(), troubles: vec![] };
    let desk = desk(&house, &req, spoken, &browser, &on, Room::People)?;
    Ok(page(StatusCode::OK, views::page(&desk, &data)))
}

/// `POST /staff/people/{id}/{deed}`
pub async fn give(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Admin>,
    path: web::Path<(String, String)>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let (about, deed) = about(&house, &path).await?;
    let (app, form, mut troubles) = (&house.app, &sent.form, Vec::new());
    let code = code(form);
    let roles = if deed == Deed::Roles { roles(form, &mut troubles) } else { None };
    if code.is_empty() {
        troubles.push(Trouble::Code(CodeTrouble::Missing));
    }
    if troubles.is_empty() {
        let done = match (deed, &roles) {
            (Deed::Roles, Some(roles)) => propose::roles(app, on.proof, &code, about.id, roles).await,
            (Deed::Roles, None) => Err(Refusal::FormInvalid.into()),
            (Deed::Mfa, _) => propose::mfa(app, on.proof, &code, about.id).await,
            (Deed::Invite, _) => propose::invite(app, on.proof, &code, about.id).await,
            (Deed::Disable, _) => disable::disable(app, on.proof, &code, about.id).await,
        };
        let note = match deed {
            Deed::Roles | Deed::Mfa => Note::Proposed,
            Deed::Invite => Note::Invited,
            Deed::Disable => Note::Disabled,
        };
        match step_up(done)? {
            Ok(()) => return Ok(see(&format!("/staff/people/{}?note={}", about.id, note.code()))),
            Err(trouble) => troubles.push(Trouble::Code(trouble)),
        }
    }
    let until = held(&troubles);
    let data = views::Data { deed, member: member(&about)?, roles: ticked(form), troubles };
    let desk = desk(&house, &req, spoken, &sent.browser, &on, Room::People)?;
    Ok(dated(&house, page(StatusCode::UNPROCESSABLE_ENTITY, views::page(&desk, &data)), until))
}

async fn about(house: &House, (id, deed): &(String, String)) -> Result<(Member, Deed), Stop> {
    let deed = Deed::from_code(deed).ok_or(Refusal::NotFound)?;
    let about = store::find(&mut house.app.read().await?, super::id(id)?).await?;
    Ok((about.ok_or(Refusal::NotFound)?, deed))
}

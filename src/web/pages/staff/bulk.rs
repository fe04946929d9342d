//! Several cases at once: taken, given to somebody, closed as spam; and all that undone.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::super::see;
use crate::actions::case::{At, claim, end};
use crate::app::staff::Helpdesk;
use crate::model::desk::{Bulk, Ending, View};
use crate::model::refusal::{Refusal, Stop};
use crate::views::parts::percent;
use crate::web::{Form, House, On, Sent};

/// Cases at once at most: those of a page.
const MOST: usize = 50;

/// `POST /staff/requests/bulk`: each case is one transaction and one event.
pub async fn act(house: web::Data<House>, on: On<Helpdesk>, sent: Sent) -> Result<HttpResponse, Stop> {
    let form = &sent.form;
    let what = form.one("do").text().and_then(Bulk::from_code).ok_or(Refusal::FormInvalid)?;
    let to = form.one("to").text().and_then(|id| Uuid::parse_str(id).ok());
    let (mut done, mut not) = (Vec::new(), 0);
    for seen in form.all("case").take(MOST).filter_map(seen) {
        let acted = match (what, to) {
            (Bulk::Take, _) => claim::take(&house.app, on.proof, seen).await,
            (Bulk::Assign, Some(to)) => claim::assign(&house.app, on.proof, seen, to).await,
            (Bulk::Assign, None) => return Err(Refusal::FormInvalid.into()),
            (Bulk::Spam, _) => end::close(&house.app, on.proof, seen, Ending::Spam, None).await.map(|()| None),
        };
        match acted {
            Ok(before) => done.push(mark(seen, before)),
            Err(Stop::Refused(Refusal::ChangedMeanwhile | Refusal::NotPossibleNow | Refusal::NotFound)) => not += 1,
            Err(stop) => return Err(stop),
        }
    }
    let cases = percent(&done.join(" "));
    Ok(see(&format!("{}&did={}&n={}&not={not}&cases={cases}", back(form), what.code(), done.len())))
}

/// `POST /staff/requests/undo`
pub async fn undo(house: web::Data<House>, on: On<Helpdesk>, sent: Sent) -> Result<HttpResponse, Stop> {
    let form = &sent.form;
    let what = form.one("do").text().and_then(Bulk::from_code).ok_or(Refusal::FormInvalid)?;
    let (mut done, mut not) = (0, 0);
    for marked in form.one("cases").text().unwrap_or_default().split(' ').take(MOST) {
        let Some((at, before)) = marked_case(marked) else { continue };
        match claim::undo(&house.app, on.proof, at, what, before).await {
            Ok(()) => done += 1,
            Err(Stop::Refused(Refusal::ChangedMeanwhile | Refusal::NotPossibleNow | Refusal::NotFound)) => not += 1,
            Err(stop) => return Err(stop),
        }
    }
    Ok(see(&format!("{}&did={}&n={done}&not={not}&undone=1", back(form), what.code())))
}

/// A case with the version that was seen: `<id>:<version>`.
fn seen(text: &str) -> Option<At> {
    let (case, version) = text.split_once(':')?;
    Some(At { case: Uuid::parse_str(case).ok()?, version: version.parse().ok()? })
}

/// The same after it was changed, with who had it before: `<id>:<version>:<staff>`.
fn mark(seen: At, before: Option<Uuid>) -> String {
    let before = before.map(|id| id.simple().to_string()).unwrap_or_default();
    format!("{}:{}:{before}", seen.case.simple(), seen.version + 1)
}

fn marked_case(text: &str) -> Option<(At, Option<Uuid>)> {
    let (at, before) = text.rsplit_once(':')?;
    Some((seen(at)?, Uuid::parse_str(before).ok()))
}

/// The view it came from.
fn back(form: &Form) -> String {
    let path = form.one("back").text().unwrap_or_default();
    let query = Form::parse(path.split_once('?').map_or("", |(_, query)| query).as_bytes());
    if let Some(text) = query.one("q").text().filter(|text| !text.is_empty()) {
        return format!("/staff/requests?q={}", percent(text));
    }
    let view = query.one("view").text().and_then(View::from_code).unwrap_or(View::New);
    format!("/staff/requests?view={}", view.code())
}

//! What is done with one case: every write says which version was seen, and one that came too late keeps what was typed.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::super::super::{page, see};
use super::super::desk;
use super::data;
use crate::actions::case::talk::Reply;
use crate::actions::case::{At, claim, end, link, reveal, talk};
use crate::app::staff::Helpdesk;
use crate::i18n::Lang;
use crate::model::account::{mask_address, mask_user_id};
use crate::model::canned::{TEXT_MAX, Values, fill};
use crate::model::desk::Ending;
use crate::model::refusal::{Refusal, Stop};
use crate::store::desk::{canned, case as store};
use crate::views::staff::Room;
use crate::views::staff::case as views;
use crate::views::staff::case_forms::Draft;
use crate::views::staff::case_late::{self, Preview, Stale};
use crate::web::lang::Spoken;
use crate::web::{House, On, Sent};

/// The longest reason, in characters.
const REASON_MAX: usize = 500;

/// A write and who sends it.
struct Write {
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Helpdesk>,
    case: Uuid,
    sent: Sent,
}

/// How a write ended besides done.
enum Left {
    /// Something typed is wrong.
    Wrong(&'static str, &'static str),
    /// It came to nothing.
    Stopped(Stop),
}

impl From<Stop> for Left {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

macro_rules! writes {
    ($($(#[$doc:meta])* $name:ident |$write:ident, $at:ident| $work:expr;)*) => {$(
        $(#[$doc])*
        pub async fn $name(
            req: HttpRequest,
            house: web::Data<House>,
            spoken: Spoken,
            on: On<Helpdesk>,
            id: web::Path<String>,
            sent: Sent,
        ) -> Result<HttpResponse, Stop> {
            let case = Uuid::parse_str(&id).map_err(|_| Refusal::NotFound)?;
            let $write = Write { req, house, spoken, on, case, sent };
            let $at = $write.at()?;
            let done: Result<(), Left> = $work;
            $write.end(stringify!($name), done).await
        }
    )*};
}

writes! {
    /// `POST /staff/requests/{id}/take`
    take |w, at| claim::take(&w.house.app, w.on.proof, at).await.map(drop).map_err(Left::from);
    /// `POST /staff/requests/{id}/release`
    release |w, at| claim::release(&w.house.app, w.on.proof, at).await.map_err(Left::from);
    /// `POST /staff/requests/{id}/assign`
    assign |w, at| {
        let to = w.field("to").and_then(|id| Uuid::parse_str(id).ok()).ok_or(Refusal::FormInvalid)?;
        claim::assign(&w.house.app, w.on.proof, at, to).await.map(drop).map_err(Left::from)
    };
    /// `POST /staff/requests/{id}/wait`
    wait |w, at| talk::wait(&w.house.app, w.on.proof, at).await.map_err(Left::from);
    /// `POST /staff/requests/{id}/resume`
    resume |w, at| talk::resume(&w.house.app, w.on.proof, at).await.map_err(Left::from);
    /// `POST /staff/requests/{id}/link`
    link |w, at| link::send(&w.house.app, w.on.proof, at).await.map_err(Left::from);
    /// `POST /staff/requests/{id}/note`
    note |w, at| match w.text("note", TEXT_MAX) {
        Ok(text) => talk::note(&w.house.app, w.on.proof, at, &text).await.map_err(Left::from),
        Err(wrong) => Err(wrong),
    };
    /// `POST /staff/requests/{id}/reject`
    reject |w, at| match w.text("reject", REASON_MAX) {
        Ok(text) => end::reject(&w.house.app, w.on.proof, at, &text).await.map_err(Left::from),
        Err(wrong) => Err(wrong),
    };
    /// `POST /staff/requests/{id}/close`
    close |w, at| {
        let ending = w.field("ending").and_then(Ending::from_code);
        let ending = ending.filter(|e| matches!(e, Ending::Answered | Ending::Closed | Ending::Spam));
        let ending = ending.ok_or(Refusal::FormInvalid)?;
        end::close(&w.house.app, w.on.proof, at, ending, None).await.map_err(Left::from)
    };
}

/// `POST /staff/requests/{id}/reveal`: the address stands on this one answer.
pub async fn reveal(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Helpdesk>,
    id: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let case = Uuid::parse_str(&id).map_err(|_| Refusal::NotFound)?;
    let w = Write { req, house, spoken, on, case, sent };
    let why = w.sent.form.one("why").line().unwrap_or_default().trim();
    if why.is_empty() || why.chars().count() > REASON_MAX {
        return w.end("reveal", Err(Left::Wrong("why", "desk-reason-missing"))).await;
    }
    match reveal::reveal(&w.house.app, w.on.proof, w.at()?, why).await {
        Ok(address) => {
            let mut shown = data(&w.house, &w.on, w.case).await?;
            shown.revealed = Some(address);
            w.draw(StatusCode::OK, &shown)
        }
        Err(stop) => w.end("reveal", Err(stop.into())).await,
    }
}

/// `POST /staff/requests/{id}/reply`: fill in a text, look at it, then send it.
pub async fn reply(
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Helpdesk>,
    id: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let case = Uuid::parse_str(&id).map_err(|_| Refusal::NotFound)?;
    let w = Write { req, house, spoken, on, case, sent };
    let step = w.field("step").unwrap_or("preview");
    if matches!(step, "fill" | "edit") {
        let mut shown = data(&w.house, &w.on, case).await?;
        shown.draft = w.draft();
        if step == "fill"
            && let Some(text) = w.canned().await?
        {
            shown.draft.reply = if shown.draft.language == Lang::Id { text.text_id } else { text.text_en };
        }
        return w.draw(StatusCode::OK, &shown);
    }
    let text = match w.text("reply", TEXT_MAX) {
        Ok(text) => text,
        Err(wrong) => return w.end("reply", Err(wrong)).await,
    };
    let found = store::find(&mut w.house.app.read().await?, case).await?.ok_or(Refusal::NotFound)?;
    let (Some(user_id), Some(address)) = (&found.user_id, &found.address) else {
        return w.end("reply", Err(Stop::Refused(Refusal::NotPossibleNow).into())).await;
    };
    let (name, reference) = (found.name.clone().unwrap_or_default(), found.reference.clone());
    let values = Values { name, user_id: mask_user_id(user_id), reference };
    let Ok(filled) = fill(&text, &values) else {
        return w.end("reply", Err(Left::Wrong("reply", "desk-text-unknown"))).await;
    };
    let draft = w.draft();
    if step != "send" {
        let fields = w.fields(&[]);
        let version = w.at()?.version;
        let preview = Preview { id: case, version, address: mask_address(address), filled, fields };
        let desk = desk(&w.house, &w.req, w.spoken, &w.sent.browser, &w.on, Room::Requests)?;
        return Ok(page(StatusCode::OK, case_late::preview(&desk, &preview)));
    }
    let canned = w.canned().await?.map(|text| (text.name, text.version));
    let reply = Reply { language: draft.language, text, canned, wait: draft.wait };
    let done = talk::reply(&w.house.app, w.on.proof, w.at()?, &reply).await;
    w.end("reply", done.map_err(Left::from)).await
}

impl Write {
    fn field(&self, name: &str) -> Option<&str> {
        self.sent.form.one(name).text()
    }

    fn at(&self) -> Result<At, Stop> {
        let version = self.field("version").and_then(|version| version.parse().ok()).ok_or(Refusal::FormInvalid)?;
        Ok(At { case: self.case, version })
    }

    /// The text of the form of that field.
    fn text(&self, field: &'static str, most: usize) -> Result<String, Left> {
        let text = self.field("text").unwrap_or_default().replace("\r\n", "\n");
        let text: String = text.trim().chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect();
        match text.chars().count() {
            0 if field == "reject" => Err(Left::Wrong(field, "desk-reason-missing")),
            0 => Err(Left::Wrong(field, "desk-text-missing")),
            n if n > most => Err(Left::Wrong(field, "desk-text-long")),
            _ => Ok(text),
        }
    }

    /// The text for replies that was chosen.
    async fn canned(&self) -> Result<Option<canned::Canned>, Stop> {
        let Some(id) = self.field("canned").and_then(|id| Uuid::parse_str(id).ok()) else { return Ok(None) };
        Ok(canned::find(&mut self.house.app.read().await?, id).await?)
    }

    /// What was typed for a reply.
    fn draft(&self) -> Draft {
        Draft {
            reply: self.sent.form.typed("text"),
            language: self.field("language").and_then(Lang::from_code).unwrap_or_default(),
            wait: self.field("wait").is_some(),
            canned: self.field("canned").unwrap_or_default().to_owned(),
            ..Draft::default()
        }
    }

    /// What was typed, as hidden fields of another form; not the anti-forgery field, the version, the step, nor those named.
    fn fields(&self, not: &[&str]) -> Vec<(String, String)> {
        let known = ["text", "to", "ending", "language", "wait", "canned", "why"];
        let kept = known.iter().filter(|name| !not.contains(name));
        kept.filter_map(|name| Some(((*name).to_owned(), self.field(name)?.to_owned()))).collect()
    }

    fn draw(&self, status: StatusCode, data: &views::Data) -> Result<HttpResponse, Stop> {
        let mut desk = desk(&self.house, &self.req, self.spoken, &self.sent.browser, &self.on, Room::Requests)?;
        desk.frame.path = format!("/staff/requests/{}", self.case);
        Ok(page(status, views::page(&desk, data)))
    }

    /// The answer of a write.
    async fn end(&self, verb: &'static str, done: Result<(), Left>) -> Result<HttpResponse, Stop> {
        let left = match done {
            Ok(()) => return Ok(see(&format!("/staff/requests/{}?note={verb}", self.case))),
            Err(Left::Stopped(Stop::Refused(Refusal::ChangedMeanwhile))) => return self.stale(verb).await,
            Err(left) => left,
        };
        let mut shown = data(&self.house, &self.on, self.case).await?;
        let status = match left {
            Left::Wrong(field, words) => {
                shown.draft = self.draft();
                let typed = std::mem::take(&mut shown.draft.reply);
                match field {
                    "note" => shown.draft.note = typed,
                    "reject" => shown.draft.reject = typed,
                    "why" => shown.draft.reveal = self.sent.form.typed("why"),
                    _ => shown.draft.reply = typed,
                }
                if let Err(name) = fill(&shown.draft.reply, &Values::default()) {
                    shown.draft.unknown = name;
                }
                shown.draft.flaws = vec![(field, words)];
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Left::Stopped(Stop::Refused(Refusal::NotPossibleNow)) => {
                shown.impossible = true;
                StatusCode::CONFLICT
            }
            Left::Stopped(stop) => return Err(stop),
        };
        self.draw(status, &shown)
    }

    /// Somebody else was first: who, and what was typed.
    async fn stale(&self, verb: &'static str) -> Result<HttpResponse, Stop> {
        let found = store::find(&mut self.house.app.read().await?, self.case).await?.ok_or(Refusal::NotFound)?;
        let text = self.field("text").filter(|text| !text.trim().is_empty());
        let mut fields = self.fields(&["text"]);
        if verb == "reply" {
            fields.push(("step".to_owned(), "preview".to_owned()));
        }
        let stale = Stale {
            id: self.case,
            reference: found.reference,
            version: found.version,
            by: found.changed_name,
            at: found.changed_at,
            action: format!("/staff/requests/{}/{verb}", self.case),
            text: text.map(|text| ("text".to_owned(), text.to_owned())),
            fields,
        };
        let mut desk = desk(&self.house, &self.req, self.spoken, &self.sent.browser, &self.on, Room::Requests)?;
        desk.frame.path = format!("/staff/requests/{}", self.case);
        Ok(page(StatusCode::CONFLICT, case_late::stale(&desk, &stale)))
    }
}

//! What is done with one mail: every write says which version of its case was seen, and one that fails keeps what was typed.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::super::super::see;
use super::super::{desk, id};
use super::{data, draw};
use crate::actions::inbound::desk::answer::{self, Answer};
use crate::actions::inbound::desk::{At, link, place, shift};
use crate::actions::search_accounts;
use crate::app::staff::Helpdesk;
use crate::i18n::Lang;
use crate::model::account::fold_user_id;
use crate::model::canned::{TEXT_MAX, fill};
use crate::model::inbound::Box;
use crate::model::refusal::{Refusal, Stop};
use crate::store::desk::canned;
use crate::store::inbound::desk::show as store;
use crate::views::staff::Room;
use crate::views::staff::mail::Data;
use crate::web::lang::Spoken;
use crate::web::{House, On, Sent};

/// The longest note, in characters.
const NOTE_MAX: usize = 500;

/// A write and who sends it.
struct Write {
    req: HttpRequest,
    house: web::Data<House>,
    spoken: Spoken,
    on: On<Helpdesk>,
    mail: Uuid,
    sent: Sent,
}

/// How a write ended besides done.
enum Left {
    /// Something typed is wrong: field and words.
    Wrong(&'static str, &'static str),
    /// It is looked at before it is sent, or filled in.
    Look(Option<String>),
    /// It came to nothing.
    Stopped(Stop),
}

impl From<Stop> for Left {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

impl From<Refusal> for Left {
    fn from(refusal: Refusal) -> Self {
        Self::Stopped(refusal.into())
    }
}

macro_rules! writes {
    ($($(#[$doc:meta])* $name:ident => $work:ident;)*) => {$(
        $(#[$doc])*
        pub async fn $name(
            req: HttpRequest,
            house: web::Data<House>,
            spoken: Spoken,
            on: On<Helpdesk>,
            path: web::Path<String>,
            sent: Sent,
        ) -> Result<HttpResponse, Stop> {
            let mail = id(&path)?;
            let mut write = Write { req, house, spoken, on, mail, sent };
            let done = write.$work().await;
            write.end(done).await
        }
    )*};
}

writes! {
    /// `POST /staff/mail/{id}/place`: which account it is about.
    place_it => place;
    /// `POST /staff/mail/{id}/link`: the link to the registered address.
    send_link => link;
    /// `POST /staff/mail/{id}/answer`: fill in a text, look at it, then send it to who wrote.
    send_answer => answer;
    /// `POST /staff/mail/{id}/move`: into the queue, or among what is no request.
    put => shift;
}

impl Write {
    fn field(&self, name: &str) -> Option<&str> {
        self.sent.form.one(name).text()
    }

    fn at(&self) -> Result<At, Refusal> {
        let version = self.field("version").and_then(|version| version.parse().ok()).ok_or(Refusal::FormInvalid)?;
        Ok(At { mail: self.mail, version })
    }

    /// A text of several lines, without what no text holds.
    fn text(&self, name: &str) -> String {
        let text = self.field(name).unwrap_or_default().replace("\r\n", "\n");
        text.trim().chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect()
    }

    async fn place(&mut self) -> Result<&'static str, Left> {
        let at = self.at()?;
        let account = match self.field("account") {
            Some(account) => self.candidate(account).await?,
            None => self.searched().await?,
        };
        let joined = place::place(&self.house.app, self.on.proof, at, account).await?;
        Ok(if joined { "joined" } else { "placed" })
    }

    /// One of the accounts that the page offers.
    async fn candidate(&self, account: &str) -> Result<Uuid, Left> {
        let account = Uuid::parse_str(account).map_err(|_| Refusal::FormInvalid)?;
        let mut read = self.house.app.read().await.map_err(Stop::from)?;
        let offered = store::candidates(&mut read, self.mail).await.map_err(Stop::from)?;
        if offered.iter().any(|candidate| candidate.id == account) {
            Ok(account)
        } else {
            Err(Refusal::NotFound.into())
        }
    }

    /// The account of the User ID that was typed: a search like any other, counted and told in the log.
    async fn searched(&self) -> Result<Uuid, Left> {
        let typed = self.sent.form.one("user_id").line().unwrap_or_default().trim();
        if typed.is_empty() || typed.contains('@') || typed.chars().count() > 64 {
            return Err(Left::Wrong("user_id", "inmail-user-missing"));
        }
        let found = search_accounts::search(&self.house.app, self.on.proof, typed).await?;
        let folded = fold_user_id(typed);
        let found = found.into_iter().find(|found| fold_user_id(&found.user_id) == folded);
        found.map(|found| found.id).ok_or(Left::Wrong("user_id", "inmail-user-unknown"))
    }

    async fn link(&mut self) -> Result<&'static str, Left> {
        let at = self.at()?;
        let note = self.text("note");
        let mut read = self.house.app.read().await.map_err(Stop::from)?;
        let found = store::find(&mut read, self.mail).await.map_err(Stop::from)?.ok_or(Refusal::NotFound)?;
        drop(read);
        if found.is_weak().map_err(Stop::from)? && note.is_empty() {
            return Err(Left::Wrong("note-link", "inmail-link-note-missing"));
        }
        if note.chars().count() > NOTE_MAX {
            return Err(Left::Wrong("note-link", "desk-text-long"));
        }
        link::send(&self.house.app, self.on.proof, at, &note).await?;
        Ok("link")
    }

    async fn answer(&mut self) -> Result<&'static str, Left> {
        let at = self.at()?;
        let step = self.field("step").unwrap_or("preview").to_owned();
        if step == "fill" {
            let chosen = self.field("canned").and_then(|id| Uuid::parse_str(id).ok());
            let mut read = self.house.app.read().await.map_err(Stop::from)?;
            let text = match chosen {
                Some(id) => canned::find(&mut read, id).await.map_err(Stop::from)?,
                None => None,
            };
            let in_language =
                |text: canned::Canned| if self.language() == Lang::Id { text.text_id } else { text.text_en };
            return Err(Left::Look(text.map(in_language)));
        }
        let text = self.text("text");
        match text.chars().count() {
            0 => return Err(Left::Wrong("answer", "desk-text-missing")),
            n if n > TEXT_MAX => return Err(Left::Wrong("answer", "desk-text-long")),
            _ => {}
        }
        if fill(&text, &answer::values("")).is_err() {
            return Err(Left::Wrong("answer", "desk-text-unknown"));
        }
        if step != "send" {
            return Err(Left::Look(None));
        }
        let answer = Answer { language: self.language(), text };
        answer::send(&self.house.app, self.on.proof, at, &answer).await?;
        Ok("answered")
    }

    async fn shift(&mut self) -> Result<&'static str, Left> {
        let at = self.at()?;
        let place = |name| self.field(name).and_then(Box::from_code).ok_or(Refusal::FormInvalid);
        let (from, to) = (place("from")?, place("to")?);
        let done = if to == Box::Spam { "spam" } else { "queued" };
        // who presses twice, or after somebody else, finds it where it was to go
        let mut read = self.house.app.read().await.map_err(Stop::from)?;
        let found = store::find(&mut read, self.mail).await.map_err(Stop::from)?.ok_or(Refusal::NotFound)?;
        drop(read);
        if found.place().map_err(Stop::from)? == Some(to) {
            return Ok(done);
        }
        shift::shift(&self.house.app, self.on.proof, at, from, to).await?;
        Ok(done)
    }

    fn language(&self) -> Lang {
        self.field("language").and_then(Lang::from_code).unwrap_or_default()
    }

    /// The answer of a write.
    async fn end(&self, done: Result<&'static str, Left>) -> Result<HttpResponse, Stop> {
        let left = match done {
            Ok(note) => return Ok(see(&format!("/staff/mail/{}?note={note}", self.mail))),
            Err(left) => left,
        };
        let mut shown = data(&self.house, self.mail).await?;
        self.keep(&mut shown);
        let status = match left {
            Left::Wrong(field, words) => {
                shown.draft.flaws = vec![(field, words)];
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Left::Look(Some(text)) => {
                shown.draft.answer = text;
                StatusCode::OK
            }
            Left::Look(None) => {
                let reference = shown.case.as_ref().map(|(_, reference, _)| reference.clone()).unwrap_or_default();
                shown.draft.preview =
                    fill(&self.text("text"), &answer::values(&reference)).ok().filter(|t| !t.is_empty());
                StatusCode::OK
            }
            Left::Stopped(Stop::Refused(Refusal::ChangedMeanwhile)) => {
                shown.undone = Some("stale");
                StatusCode::CONFLICT
            }
            Left::Stopped(Stop::Refused(Refusal::NotPossibleNow)) => {
                shown.undone = Some("impossible");
                StatusCode::CONFLICT
            }
            Left::Stopped(stop) => return Err(stop),
        };
        let mut desk = desk(&self.house, &self.req, self.spoken, &self.sent.browser, &self.on, Room::Mail)?;
        desk.frame.path = format!("/staff/mail/{}", self.mail);
        draw(&desk, status, &shown)
    }

    /// What was typed stays typed.
    fn keep(&self, shown: &mut Data) {
        let draft = &mut shown.draft;
        draft.note = self.sent.form.typed("note");
        draft.answer = self.sent.form.typed("text");
        draft.user_id = self.sent.form.typed("user_id");
        draft.language = self.language();
        self.field("canned").unwrap_or_default().clone_into(&mut draft.chosen);
        if let Err(name) = fill(&draft.answer, &answer::values("")) {
            draft.unknown = name;
        }
    }
}

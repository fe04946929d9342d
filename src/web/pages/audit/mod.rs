//! The auditor's rooms.

pub mod case;
pub mod exports;
pub mod history;
pub mod integrity;
pub mod record;
pub mod reports;
pub mod review;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY};
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::refusal::Refusal;
use crate::model::sample::Mark;
use crate::store::audit::line;
use crate::views::audit::Line;

/// The policy of a file: even opened in place it may do nothing.
const SANDBOX: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// An id in an address; what is none leads nowhere.
fn id(text: &str) -> Result<Uuid, Refusal> {
    Uuid::try_parse(text).map_err(|_| Refusal::NotFound)
}

/// Events as pages show them.
fn lines(lines: Vec<line::Line>) -> Result<Vec<Line>, Fault> {
    lines.into_iter().map(one).collect()
}

fn one(line: line::Line) -> Result<Line, Fault> {
    let mark = line.mark.as_deref().map(|word| mark(word, line.id)).transpose()?;
    Ok(Line {
        id: line.id.to_string(),
        at: line.at,
        kind: line.kind,
        refused: line.refused,
        actor: line.actor,
        staff: line.staff,
        reference: line.reference,
        user_id: line.user_id.filter(|user_id| !user_id.is_empty()),
        leaf: line.leaf,
        mark,
    })
}

/// A mark of the database, which its checks guarantee.
fn mark(word: &str, event: Uuid) -> Result<Mark, Fault> {
    Mark::from_code(word).ok_or_else(|| Fault::broken(format!("a mark of {event} holds a word that is not ours")))
}

/// A file that is kept and never shown by us.
fn file(kind: &str, name: &str, bytes: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .body(bytes)
}

//! Forms with a file (RFC 7578), read within a size and a deadline. Their handlers prove first who sends them.

use std::convert::Infallible;
use std::future::ready;
use std::time::Duration;

use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{HttpRequest, web};
use futures_util::stream;
use multer::{Constraints, Multipart, SizeLimit};

use super::body::{Form, collect};
use super::forgery::{self, Sent};
use super::house::House;
use crate::model::refusal::{Refusal, Stop};

/// Bytes of a field that is no file, at most.
const FIELD_MAX: usize = 16 * 1024;
/// Fields at most.
const FIELDS: usize = 40;
/// Time a whole file may take to arrive.
const DEADLINE: Duration = Duration::from_mins(1);

/// A form with its file.
#[derive(Debug)]
pub struct Upload {
    /// Its other fields, and who sent it.
    pub sent: Sent,
    /// The file; none where none was chosen.
    pub file: Option<File>,
}

/// A file as it came.
#[derive(Debug)]
pub struct File {
    /// Its name as the browser says, without folders and of plain characters alone; it proves nothing.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Reads a form whose field `file` holds at most `most` bytes; it is proved like every other form of ours.
pub async fn read(house: &House, req: &HttpRequest, payload: web::Payload, most: usize) -> Result<Upload, Stop> {
    let browser = forgery::sender(house, req)?;
    let (form, file) =
        tokio::time::timeout(DEADLINE, parse(req, payload, most)).await.map_err(|_| Refusal::TooSlow)??;
    forgery::prove(house, &browser, &form)?;
    browser.keep(house, req);
    Ok(Upload { sent: Sent { form, browser }, file })
}

async fn parse(req: &HttpRequest, payload: web::Payload, most: usize) -> Result<(Form, Option<File>), Refusal> {
    let header = |name| req.headers().get(name).and_then(|v| v.to_str().ok());
    let boundary = header(&CONTENT_TYPE).and_then(|kind| multer::parse_boundary(kind).ok());
    let boundary = boundary.ok_or(Refusal::FormUnreadable)?;
    let whole = most + FIELD_MAX * 4;
    if header(&CONTENT_LENGTH).and_then(|n| n.parse::<usize>().ok()).is_some_and(|n| n > whole) {
        return Err(Refusal::TooLarge);
    }
    let body = collect(payload.into_inner(), whole).await?.freeze();
    let bytes = |n| u64::try_from(n).unwrap_or(u64::MAX);
    let limits = SizeLimit::new().per_field(bytes(FIELD_MAX)).for_field("file", bytes(most));
    let body = stream::once(ready(Ok::<_, Infallible>(body)));
    let mut parts = Multipart::with_constraints(body, boundary, Constraints::new().size_limit(limits));
    let (mut fields, mut file) = (Vec::new(), None);
    while let Some(part) = parts.next_field().await.map_err(|e| refusal(&e))? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            let named = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(|e| refusal(&e))?;
            if file.is_some() {
                return Err(Refusal::FormInvalid);
            }
            file = Some(File { name: plain(&named), bytes: bytes.to_vec() }).filter(|f| !f.bytes.is_empty());
        } else {
            let bytes = part.bytes().await.map_err(|e| refusal(&e))?;
            fields.push((name, bytes.to_vec()));
        }
        if fields.len() > FIELDS {
            return Err(Refusal::TooLarge);
        }
    }
    Ok((Form::of(fields), file))
}

fn refusal(error: &multer::Error) -> Refusal {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => Refusal::TooLarge,
        _ => Refusal::FormUnreadable,
    }
}

fn plain(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String =
        last.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ')).take(80).collect();
    let plain = plain.trim_matches(['.', ' ']).to_owned();
    if plain.is_empty() { "berkas".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_leads_nowhere() {
        for (typed, kept) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\surat kuasa.pdf", "surat kuasa.pdf"),
            ("a\r\nX: y\".png", "aX y.png"),
            ("..", "berkas"),
        ] {
            assert_eq!(plain(typed), kept, "{typed:?}");
        }
    }
}

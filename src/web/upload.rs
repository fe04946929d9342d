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
    /// Its name as the browser says, which proves nothing.
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
            file = Some(File { name: named, bytes: bytes.to_vec() }).filter(|f| !f.bytes.is_empty());
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
//! A form with one file, as browsers send it (RFC 7578), from a page of ours; read within a size and a deadline.

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;

use super::forgery::{self, Browser};
use crate::model::proposal::FILE_MAX;
use crate::model::refusal::{Refusal, Stop};

/// Bytes around the file at most.
const AROUND: usize = 16 * 1024;

/// A file sent from a page of ours by the browser it was drawn for.
#[derive(Debug)]
pub struct Upload {
    /// Its name, of plain characters.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl FromRequest for Upload {
    type Error = Stop;
    type Future = LocalBoxFuture<'static, Result<Self, Stop>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let payload = payload.take();
        Box::pin(async move {
            let (house, browser) = forgery::guard(&req)?;
            let boundary = boundary(&req).ok_or(Refusal::FormUnreadable)?;
            let body = tokio::time::timeout(house.body_deadline, collect(payload));
            let body = body.await.map_err(|_| Refusal::TooSlow)??;
            let parts = parts(&body, &boundary).ok_or(Refusal::FormUnreadable)?;
            let one = |name: &str| parts.iter().find(|part| part.name == name);
            let csrf = one("csrf").and_then(|part| std::str::from_utf8(part.bytes).ok());
            if !csrf.is_some_and(|shown| forgery::is_ours(house, &browser, shown)) {
                return Err(Refusal::Forged.into());
            }
            Browser::keep(&browser, house, &req);
            let file = one("file").ok_or(Refusal::FormInvalid)?;
            Ok(Self { name: plain(&file.file), bytes: file.bytes.to_vec() })
        })
    }
}

/// A part of a form.
struct Part<'a> {
    name: String,
    file: String,
    bytes: &'a [u8],
}

fn boundary(req: &HttpRequest) -> Option<String> {
    let kind = req.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let (kind, rest) = kind.split_once(';')?;
    let boundary = rest.split(';').find_map(|piece| piece.trim().strip_prefix("boundary="))?.trim_matches('"');
    let fits = kind.trim().eq_ignore_ascii_case("multipart/form-data") && (1..=70).contains(&boundary.len());
    fits.then(|| boundary.to_owned())
}

async fn collect(mut payload: Payload) -> Result<BytesMut, Refusal> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|e| match e {
            PayloadError::Overflow => Refusal::TooLarge,
            _ => Refusal::FormUnreadable,
        })?;
        if body.len() + chunk.len() > FILE_MAX + AROUND {
            return Err(Refusal::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The parts of a body; nothing where it is no such form.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let between = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(&between.as_bytes()[2..])?;
    let mut parts = Vec::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let head = find(part, b"\r\n\r\n")?;
        let content = &part[head + 4..];
        let end = find(content, between.as_bytes())?;
        let head = String::from_utf8_lossy(&part[..head]).into_owned();
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
        parts.push(Part { name: value(line, " name=\""), file: value(line, " filename=\""), bytes: &content[..end] });
        rest = &content[end + between.len()..];
        if parts.len() > 10 {
            return None;
        }
    }
    rest.starts_with(b"--").then_some(parts)
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn value(line: &str, name: &str) -> String {
    let found = line.split_once(name).and_then(|(_, rest)| rest.split_once('"'));
    found.map(|(value, _)| value.to_owned()).unwrap_or_default()
}

/// The name of a file without its folders and with plain characters alone.
fn plain(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String =
        last.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ')).take(80).collect();
    let plain = plain.trim_matches(['.', ' ']).to_owned();
    if plain.is_empty() { "berkas".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_and_anything_else_is_none() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--x\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"../a b.pdf\"\r\nContent-Type: text/html\r\n\r\n%PDF-\r\n\r\n-\r\n--x--\r\n";
        let found = parts(body, "x").unwrap();
        assert_eq!((found[0].name.as_str(), found[0].bytes), ("csrf", &b"abc"[..]));
        assert_eq!((plain(&found[1].file).as_str(), found[1].bytes), ("a b.pdf", &b"%PDF-\r\n\r\n-"[..]));
        for cut in 0..body.len() - 4 {
            assert!(parts(&body[..cut], "x").is_none(), "cut to {cut}");
        }
        assert!(parts(body, "y").is_none());
    }

    #[test]
    fn a_name_is_plain() {
        for (given, shown) in [("C:\\x\\s\u{202e}urat.pdf", "surat.pdf"), ("..", "berkas"), ("a\"\r\nb.png", "ab.png")]
        {
            assert_eq!(plain(given), shown);
        }
    }
}

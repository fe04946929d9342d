//! Gzip (RFC 1952) for answers of text, with one compressor kept by each thread: making one costs more than using it.

use std::cell::RefCell;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, VARY};
use flate2::{Compress, Compression, Crc, FlushCompress};

/// Answers below this many bytes fit one packet as they are.
const WORTH_IT: usize = 1024;
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

thread_local! {
    static DEFLATE: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

/// Compresses an answer where its reader takes gzip and it is worth it.
pub fn answer(accepts: bool, answer: HttpResponse<BoxBody>) -> HttpResponse<BoxBody> {
    if !is_text(answer.headers()) || answer.headers().contains_key(CONTENT_ENCODING) {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    head.headers_mut().insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    let body = match body.try_into_bytes() {
        Ok(bytes) if accepts && bytes.len() >= WORTH_IT => match gzip(&bytes) {
            Some(small) => {
                head.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                BoxBody::new(small)
            }
            None => BoxBody::new(bytes),
        },
        Ok(bytes) => BoxBody::new(bytes),
        Err(stream) => stream,
    };
    head.set_body(body)
}

/// Whether the reader takes gzip (RFC 9110 §12.5.3).
pub fn accepted(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT_ENCODING).filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        named && !parts.any(|p| p.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0)))
    })
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], |v| v.as_bytes());
    kind.starts_with(b"text/") || kind.starts_with(b"application/json")
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    // Deflate never grows its input by more than 5 bytes in 16 KiB and a few at the end.
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 1000 + 64);
    out.extend_from_slice(&HEADER);
    let done = DEFLATE.with_borrow_mut(|deflate| {
        deflate.reset();
        deflate.compress_vec(bytes, &mut out, FlushCompress::Finish)
    });
    if !matches!(done, Ok(flate2::Status::StreamEnd)) {
        return None;
    }
    let mut crc = Crc::new();
    crc.update(bytes);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    Some(out)
}

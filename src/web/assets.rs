//! Style, scripts and pictures: embedded, named by their content, compressed once.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, LOCATION, VARY};
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::{BASE64, HEXLOWER};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

use super::compress;
use crate::model::refusal::{Refusal, Stop};

#[derive(RustEmbed)]
#[folder = "assets/static/"]
struct Embedded;

struct Asset {
    url: String,
    kind: &'static str,
    plain: web::Bytes,
    gzip: web::Bytes,
}

static ASSETS: LazyLock<HashMap<String, Asset>> =
    LazyLock::new(|| Embedded::iter().filter_map(|name| Some((name.to_string(), load(&name)?))).collect());

fn load(name: &str) -> Option<Asset> {
    let file = Embedded::get(name)?;
    let hash = HEXLOWER.encode(&file.metadata.sha256_hash()[..8]);
    let plain = web::Bytes::from(file.data.into_owned());
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&plain).ok()?;
    Some(Asset { url: format!("/assets/{hash}/{name}"), kind: kind(name), gzip: gzip.finish().ok()?.into(), plain })
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json" | "webmanifest") => "application/json",
        _ => "text/plain; charset=utf-8",
    }
}

/// The address of an asset: it changes with the content, so it may be kept for ever.
pub fn url(name: &str) -> &'static str {
    ASSETS.get(name).map_or("/assets/0/missing", |asset| &asset.url)
}

/// An asset as `data:` address (RFC 2397), for what is too small to be worth a request.
pub fn inline(name: &str) -> String {
    let shown = |asset: &Asset| format!("data:{};base64,{}", asset.kind, BASE64.encode(&asset.plain));
    ASSETS.get(name).map(shown).unwrap_or_default()
}

/// `GET /assets/{hash}/{file}`.
pub async fn file(req: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Stop> {
    let (_, name) = path.into_inner();
    let asset = ASSETS.get(&name).filter(|asset| asset.url == req.path()).ok_or(Refusal::NotFound)?;
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, HeaderValue::from_static(asset.kind)))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")))
        .insert_header((VARY, HeaderValue::from_static("Accept-Encoding")));
    if compress::accepted(req.headers()) && asset.gzip.len() < asset.plain.len() {
        return Ok(answer.insert_header((CONTENT_ENCODING, HeaderValue::from_static("gzip"))).body(asset.gzip.clone()));
    }
    Ok(answer.body(asset.plain.clone()))
}

/// `GET /robots.txt`: there is nothing to find here.
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")))
        .body("User-agent: *\nDisallow: /\n")
}

/// `GET /favicon.ico`: browsers ask for it unasked; it is our mark.
pub async fn favicon() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, HeaderValue::from_static(url("mark.svg")))).finish()
}

//! The sealed log for whoever follows it from elsewhere: checkpoint, tiles and bundles of entries (C2SP tlog-tiles).

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};

use crate::base::fault::Fault;
use crate::base::tile::{TileId, WIDTH, index_of, push_entry};
use crate::model::refusal::{Refusal, Stop};
use crate::store::log::read;
use crate::web::House;
use crate::web::follower::LogKey;

/// What is full never changes; what holds it for others has to ask for their key.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// The newest checkpoint.
pub async fn checkpoint(house: web::Data<House>, _key: LogKey) -> Result<HttpResponse, Stop> {
    let newest = read::latest(&mut house.app.read().await?).await?.ok_or(Refusal::NotFound)?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(newest.note))
}

/// A tile of hashes.
pub async fn tile(
    house: web::Data<House>,
    _key: LogKey,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Stop> {
    let (level, place) = path.into_inner();
    // one spelling for each tile
    let level = level.parse::<u8>().ok().filter(|n| n.to_string() == level && *n < 8).ok_or(Refusal::NotFound)?;
    let (index, width) = index_of(&place).ok_or(Refusal::NotFound)?;
    let (tile, mut read) = (TileId { level, index }, house.app.read().await?);
    let size = read::latest(&mut read).await?.map_or(Ok(0), |newest| unsigned(newest.size))?;
    if tile.width(size) < width {
        return Err(Refusal::NotFound.into());
    }
    let hashes = read::tile(&mut read, tile, width).await?;
    if u64::try_from(hashes.len()).ok() != Some(width) {
        return Err(Fault::broken(format!("the log was altered: {} lacks hashes", tile.path(width))).into());
    }
    Ok(bytes(hashes.concat(), width))
}

/// A bundle of entries.
pub async fn entries(house: web::Data<House>, _key: LogKey, place: web::Path<String>) -> Result<HttpResponse, Stop> {
    let (index, width) = index_of(&place).ok_or(Refusal::NotFound)?;
    let mut read = house.app.read().await?;
    let size = read::latest(&mut read).await?.map_or(Ok(0), |newest| unsigned(newest.size))?;
    if (TileId { level: 0, index }).width(size) < width {
        return Err(Refusal::NotFound.into());
    }
    let number = |n: u64| i64::try_from(n).map_err(|e| Fault::bug("a bundle beyond the end of the log", e));
    let first = index * WIDTH;
    let found = read::entries(&mut read, number(first)?, number(first + width)?).await?;
    let mut bundle = Vec::new();
    for (at, entry) in (first..first + width).zip(&found) {
        let body = entry.body.as_deref().filter(|_| unsigned(entry.index).ok() == Some(at));
        if !body.is_some_and(|body| push_entry(&mut bundle, body.as_bytes())) {
            return Err(Fault::broken(format!("the log was altered: the event of leaf {at} is gone")).into());
        }
    }
    if u64::try_from(found.len()).ok() != Some(width) {
        return Err(Fault::broken("the log was altered: leaves are gone").into());
    }
    Ok(bytes(bundle, width))
}

fn bytes(bytes: Vec<u8>, width: u64) -> HttpResponse {
    let mut answer = HttpResponse::Ok().content_type("application/octet-stream").body(bytes);
    if width == WIDTH {
        answer.headers_mut().insert(CACHE_CONTROL, FOR_EVER);
    }
    answer
}

fn unsigned(number: i64) -> Result<u64, Fault> {
    u64::try_from(number).map_err(|e| Fault::bug("a log below its beginning", e))
}

//! The bytes of a mail and of what hangs on it: fetched by who asks for them, noted, and never shown inline.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY};
use actix_web::{HttpResponse, web};
use data_encoding::HEXLOWER;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::super::id;
use crate::actions::inbound::desk::show::{show, subject};
use crate::app::staff::Helpdesk;
use crate::base::fault::Fault;
use crate::base::secret_hash;
use crate::inbound::read;
use crate::model::refusal::{Refusal, Stop};
use crate::store::inbound::desk::show::{self as store, Mail};
use crate::web::{House, On, Sent};

/// `POST /staff/mail/{id}/raw`: every byte.
pub async fn raw(
    house: web::Data<House>,
    on: On<Helpdesk>,
    path: web::Path<String>,
    _sent: Sent,
) -> Result<HttpResponse, Stop> {
    let (found, raw) = bytes(&house, id(&path)?).await?;
    let sha256 = HEXLOWER.encode(&secret_hash(&raw));
    let of = subject(found.id, found.request_id, found.case_id, found.account_id);
    show(&house.app, on.proof, of, "raw", sha256).await?;
    Ok(file(&format!("{}.eml", found.id.simple()), raw.to_vec()))
}

/// `POST /staff/mail/{id}/attachment`: the one with that hash.
pub async fn attachment(
    house: web::Data<House>,
    on: On<Helpdesk>,
    path: web::Path<String>,
    sent: Sent,
) -> Result<HttpResponse, Stop> {
    let sha256 = sent.form.one("sha256").text().unwrap_or_default().to_owned();
    let (found, raw) = bytes(&house, id(&path)?).await?;
    let wanted = sha256.clone();
    let taken = web::block(move || read::attachment(&raw, &wanted)).await;
    let bytes = taken.map_err(|e| Fault::bug("reading an attachment", e))?.ok_or(Refusal::NotFound)?;
    let of = subject(found.id, found.request_id, found.case_id, found.account_id);
    show(&house.app, on.proof, of, "attachment", sha256.clone()).await?;
    // its own name is foreign, and its ending tells programs what to do with it
    Ok(file(&format!("{}.bin", sha256.get(..16).unwrap_or(&sha256)), bytes))
}

async fn bytes(house: &House, id: Uuid) -> Result<(Mail, Zeroizing<Vec<u8>>), Stop> {
    let mut read = house.app.read().await?;
    let found = store::find(&mut read, id).await?.ok_or(Refusal::NotFound)?;
    let sealed = store::raw(&mut read, id).await?.ok_or(Refusal::NotFound)?;
    drop(read);
    let raw = house.app.raw_mail(id, &sealed)?;
    Ok((found, raw))
}

fn file(name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"))
        .body(bytes)
}

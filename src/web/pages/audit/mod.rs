//! The auditor's rooms.

pub mod case;
pub mod exports;
pub mod integrity;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY};

/// A file that is kept and never shown by us.
fn file(kind: &str, name: &str, bytes: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .body(bytes)
}

/// The policy of a file: even opened in place it may do nothing.
const SANDBOX: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

//! The table of all addresses, from which the router is built and the tests take their list.

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpResponse, guard, web};

use super::assets;
use super::tally::Tally;

/// Who may enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enter {
    /// Everybody.
    Everyone,
}

/// Which limit counts a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// None: it costs nothing.
    Free,
    /// The wall alone.
    Wall,
}

/// One row: what an address does, for whom.
#[derive(Clone)]
pub struct Route {
    /// The method; GET answers HEAD too.
    pub method: Method,
    /// The path, with `{names}`.
    pub path: &'static str,
    /// Who may enter.
    pub enter: Enter,
    /// Which limit counts it.
    pub limit: Limit,
    /// Names of the events it may append; none for what only reads.
    pub events: &'static [&'static str],
    /// Ties the handler to it.
    pub to: fn(actix_web::Route) -> actix_web::Route,
}

/// Every address of the public listener.
pub const ROUTES: &[Route] = &[
    read("/assets/{hash}/{file}", Limit::Free, |r| r.to(assets::file)),
    read("/robots.txt", Limit::Wall, |r| r.to(assets::robots)),
    read("/favicon.ico", Limit::Wall, |r| r.to(assets::favicon)),
];

/// A row that only reads, open to everybody.
pub const fn read(path: &'static str, limit: Limit, to: fn(actix_web::Route) -> actix_web::Route) -> Route {
    Route { method: Method::GET, path, enter: Enter::Everyone, limit, events: &[], to }
}

/// A row that writes, open to everybody. Its handler takes [`super::Sent`].
pub const fn write(
    path: &'static str,
    limit: Limit,
    events: &'static [&'static str],
    to: fn(actix_web::Route) -> actix_web::Route,
) -> Route {
    Route { method: Method::POST, path, enter: Enter::Everyone, limit, events, to }
}

/// Builds the router out of rows; rows of one path are one resource.
pub fn install(config: &mut web::ServiceConfig, rows: &[Route]) {
    for (at, row) in rows.iter().enumerate() {
        if rows[..at].iter().any(|other| other.path == row.path) {
            continue;
        }
        let same = || rows.iter().filter(|other| other.path == row.path);
        let mut resource = web::resource(row.path).app_data(Tally::new(row.path));
        for row in same() {
            resource = resource.route((row.to)(method(&row.method)));
        }
        let allow = allow(same().map(|row| &row.method));
        let other =
            move || std::future::ready(HttpResponse::MethodNotAllowed().insert_header((ALLOW, allow.clone())).finish());
        config.service(resource.default_service(web::to(other)));
    }
}

fn method(method: &Method) -> actix_web::Route {
    match *method {
        Method::GET => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
        _ => web::method(method.clone()),
    }
}

fn allow<'a>(methods: impl Iterator<Item = &'a Method>) -> HeaderValue {
    let names: Vec<_> = methods.map(|m| if *m == Method::GET { "GET, HEAD" } else { m.as_str() }).collect();
    HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("GET, HEAD"))
}

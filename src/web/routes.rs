//! The table of all addresses, from which the router is built and the tests take their list.

pub mod api;
pub mod audit;
pub mod desk;
pub mod dual;
pub mod figures;
pub mod inbound;
pub mod log;
pub mod packs;
pub mod people;
pub mod portals;
pub mod upkeep;

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpResponse, guard, web};

use super::assets;
use super::pages::{account, activate, demo, help, home, link, login, not_me, reset, sent, status, way_back};
use super::tally::Tally;
use crate::model::portal::Scope;
use crate::model::staff::Role;

/// Who may enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enter {
    /// Everybody.
    Everyone,
    /// Who has shown the password of an account.
    Password,
    /// Who is signed in.
    User,
    /// Who of the desk has shown the password.
    DeskPassword,
    /// Who of the desk is signed in, with one of these roles; nothing is here for the others.
    Staff(&'static [Role]),
    /// A program that shows a log key.
    LogKey,
    /// A portal whose key has that scope; any of its keys where none is named.
    Portal(Option<Scope>),
}

/// Which limit counts a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// None: it costs nothing.
    Free,
    /// The wall alone.
    Wall,
    /// Besides the wall: requests of one typed pair of User ID and address.
    Pair,
    /// Besides the wall: so many for one request.
    Request,
    /// Besides the wall: wrong ones for one User ID and network, or one account and browser.
    Guesses,
    /// So many a second for one key of a portal; the wall for whoever shows none.
    Key,
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

/// Every address of the public listener. Rows of one path stand in one table.
pub const ALL: &[&[Route]] = &[
    ROUTES,
    people::ROWS,
    desk::ROWS,
    dual::ROWS,
    upkeep::ROWS,
    inbound::ROWS,
    audit::ROWS,
    figures::ROWS,
    packs::ROWS,
    log::ROWS,
    portals::ROWS,
    api::ROWS,
];

/// The addresses of the public pages.
pub const ROUTES: &[Route] = &[
    read("/", Limit::Wall, |r| r.to(home::home)),
    read("/reset-totp", Limit::Wall, |r| r.to(reset::form)),
    write("/reset-totp", Limit::Pair, &["reset.asked"], |r| r.to(reset::kirim)),
    read("/kode-keamanan/{form}", Limit::Wall, |r| r.to(reset::kode)),
    read("/reset-totp/sent", Limit::Wall, |r| r.to(sent::sent)),
    write("/reset-totp/resend", Limit::Pair, &["reset.asked"], |r| r.to(sent::resend)),
    read("/r/{token}", Limit::Wall, |r| r.to(link::arrive)),
    read("/reset-totp/confirm", Limit::Wall, |r| r.to(link::show)),
    read("/reset-totp/closed", Limit::Wall, |r| r.to(link::show)),
    write("/reset-totp/open", Limit::Wall, &["link.opened"], |r| r.to(link::open)),
    write("/reset-totp/confirm", Limit::Wall, &["reset.confirmed", "reset.scheduled"], |r| r.to(link::confirm)),
    read("/reset-totp/done", Limit::Wall, |r| r.to(link::done)),
    write("/reset-totp/activation-link", Limit::Request, &["totp.link-asked"], |r| r.to(link::activation_link)),
    write("/reset-totp/hand-over", Limit::Wall, &["grant.handed"], |r| r.to(way_back::after_reset)),
    write("/reset-totp/reissue", Limit::Request, &["link.reissued"], |r| r.to(link::reissue)),
    // before the token's row, which would take it
    write("/not-me/confirm", Limit::Wall, &["reset.cancelled", "reset.disputed", "account.disputed"], |r| {
        r.to(not_me::confirm)
    }),
    read("/not-me/{token}", Limit::Wall, |r| r.to(not_me::arrive)),
    read("/not-me", Limit::Wall, |r| r.to(not_me::show)),
    // the first of two steps: it only leads on
    write("/not-me", Limit::Wall, &[], |r| r.to(not_me::next)),
    read("/login", Limit::Wall, |r| r.to(login::start)),
    // it only leads on
    write("/login", Limit::Wall, &[], |r| r.to(login::enter)),
    read("/login/password", Limit::Wall, |r| r.to(login::password)),
    write("/login/password", Limit::Guesses, &["login.password"], |r| r.to(login::give_password)),
    read_as(Enter::Password, "/login/totp", Limit::Wall, |r| r.to(login::totp)),
    write_as(Enter::Password, "/login/totp", Limit::Guesses, &["login.code"], |r| r.to(login::give_code)),
    // bookkeeping: a step that is kept open
    write("/login/keep", Limit::Wall, &[], |r| r.to(login::keep)),
    write_as(Enter::Password, "/logout", Limit::Wall, &["session.ended"], |r| r.to(account::logout)),
    read_as(Enter::Password, "/activate", Limit::Wall, |r| r.to(activate::show)),
    write_as(Enter::Password, "/activate", Limit::Wall, &["totp.activated"], |r| r.to(activate::confirm)),
    write_as(Enter::Password, "/activate/start", Limit::Wall, &["totp.enrolling"], |r| r.to(activate::start)),
    write_as(Enter::Password, "/activate/link", Limit::Wall, &["totp.link-asked"], |r| r.to(activate::mail_link)),
    read_as(Enter::User, "/activate/codes", Limit::Wall, |r| r.to(activate::codes)),
    write_as(Enter::User, "/activate/codes", Limit::Wall, &["recovery-codes.kept"], |r| r.to(activate::keep_codes)),
    read("/activate/portal", Limit::Wall, |r| r.to(way_back::show)),
    write("/activate/portal", Limit::Wall, &["grant.handed"], |r| r.to(way_back::by_mail)),
    // after the fixed paths, which it would take
    read("/activate/{token}", Limit::Wall, |r| r.to(activate::arrive)),
    read_as(Enter::User, "/account", Limit::Wall, |r| r.to(account::show)),
    write_as(Enter::User, "/account/enable", Limit::Wall, &["totp.enrolling"], |r| r.to(account::enable)),
    read_as(Enter::User, "/account/disable", Limit::Wall, |r| r.to(account::disable_page)),
    write_as(Enter::User, "/account/disable", Limit::Guesses, &["totp.disabled"], |r| r.to(account::disable)),
    read_as(Enter::User, "/account/password", Limit::Wall, |r| r.to(account::password_page)),
    write_as(Enter::User, "/account/password", Limit::Guesses, &["password.changed"], |r| {
        r.to(account::change_password)
    }),
    write_as(Enter::User, "/account/sessions/end", Limit::Wall, &["session.ended"], |r| r.to(account::end)),
    read("/requests/{reference}", Limit::Wall, |r| r.to(status::show)),
    write("/requests/{reference}/help", Limit::Wall, &["request.help-asked"], |r| r.to(status::ask_help)),
    write("/requests/{reference}/permit", Limit::Wall, &["permission.used"], |r| r.to(status::permit)),
    read("/help", Limit::Wall, |r| r.to(help::help)),
    read("/help/clock", Limit::Wall, |r| r.to(help::clock)),
    read("/help/privacy", Limit::Wall, |r| r.to(help::privacy)),
    read("/assets/{hash}/{file}", Limit::Free, |r| r.to(assets::file)),
    read("/robots.txt", Limit::Wall, |r| r.to(assets::robots)),
    read("/favicon.ico", Limit::Wall, |r| r.to(assets::favicon)),
];

/// The same with what the demo has besides.
pub const WITH_DEMO: &[&[Route]] = &[
    ROUTES,
    people::ROWS,
    desk::ROWS,
    dual::ROWS,
    upkeep::ROWS,
    inbound::ROWS,
    audit::ROWS,
    figures::ROWS,
    packs::ROWS,
    log::ROWS,
    portals::ROWS,
    api::ROWS,
    DEMO,
];

/// What the demo has besides.
pub const DEMO: &[Route] = &[
    read("/demo", Limit::Wall, |r| r.to(demo::index)),
    read("/demo/authenticator", Limit::Wall, |r| r.to(demo::authenticator)),
    read("/demo/compose", Limit::Wall, |r| r.to(demo::compose::show)),
    write("/demo/compose", Limit::Wall, &["inbound.taken"], |r| r.to(demo::compose::send)),
    read("/demo/mailbox", Limit::Wall, |r| r.to(demo::mailbox)),
    read("/demo/mailbox.json", Limit::Wall, |r| r.to(demo::json)),
    read("/demo/mailbox/{id}", Limit::Wall, |r| r.to(demo::message)),
    read("/demo/mailbox/{id}/html", Limit::Wall, |r| r.to(demo::html)),
    read("/demo/mailbox/{id}/raw", Limit::Wall, |r| r.to(demo::raw)),
];

/// A row that only reads, open to everybody.
pub const fn read(path: &'static str, limit: Limit, to: fn(actix_web::Route) -> actix_web::Route) -> Route {
    read_as(Enter::Everyone, path, limit, to)
}

/// A row that only reads. Its handler takes the proof that `enter` asks for.
pub const fn read_as(
    enter: Enter,
    path: &'static str,
    limit: Limit,
    to: fn(actix_web::Route) -> actix_web::Route,
) -> Route {
    Route { method: Method::GET, path, enter, limit, events: &[], to }
}

/// A row that writes, open to everybody. Its handler takes [`super::Sent`].
pub const fn write(
    path: &'static str,
    limit: Limit,
    events: &'static [&'static str],
    to: fn(actix_web::Route) -> actix_web::Route,
) -> Route {
    write_as(Enter::Everyone, path, limit, events, to)
}

/// A row that writes. Its handler takes [`super::Sent`], and the proof that `enter` asks for.
pub const fn write_as(
    enter: Enter,
    path: &'static str,
    limit: Limit,
    events: &'static [&'static str],
    to: fn(actix_web::Route) -> actix_web::Route,
) -> Route {
    Route { method: Method::POST, path, enter, limit, events, to }
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

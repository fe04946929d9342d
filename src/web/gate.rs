//! What happens around every page: an id, the first limit, panics, the error pages, headers, compression, log, count.

use std::fmt;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, BoxBody, MessageBody as _};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{ALLOW, HOST, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use super::api::key::Allowance;
use super::api::{self, Problem, problem};
use super::cookies::Jar;
use super::edge::{self, Visit};
use super::errors::Told;
use super::house::House;
use super::tally::{self, Tally};
use super::{compress, headers, lang};
use crate::base::fault::Fault;
use crate::base::network::Network;
use crate::base::{clock, random};
use crate::i18n::Lang;
use crate::model::refusal::{Refusal, Stop};

/// Name of a request in the log where no route took it.
const NO_ROUTE: &str = "none";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The gate before all routes.
pub struct Gate(pub web::Data<House>);

impl<S> Transform<S, ServiceRequest> for Gate
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Transform = Passage<S>;
    type InitError = ();
    type Future = Ready<Result<Passage<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(Passage { inner: Rc::new(inner), house: self.0.clone(), lost: Rc::new(Tally::new(NO_ROUTE)) }))
    }
}

/// The gate of one thread.
pub struct Passage<S> {
    inner: Rc<S>,
    house: web::Data<House>,
    lost: Rc<Tally>,
}

impl<S> Service<ServiceRequest> for Passage<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(inner);

    fn call(&self, req: ServiceRequest) -> Self::Future {
        let passing = Passing::begin(self.house.clone(), self.lost.clone(), &req);
        if let Some(refusal) = passing.wall(req.path()) {
            let (req, _) = req.into_parts();
            let answer = passing.told(&Told::Refusal(refusal), req.path());
            return ready(Ok(ServiceResponse::new(req.clone(), passing.end(&req, answer)))).boxed_local();
        }
        if let Some(home) = passing.astray(&req) {
            let (req, _) = req.into_parts();
            return ready(Ok(ServiceResponse::new(req.clone(), passing.end(&req, home)))).boxed_local();
        }
        req.extensions_mut().insert(passing.visit);
        let inner = self.inner.clone();
        async move {
            // The handler may leave nothing half done for others: what it shares is behind locks and transactions.
            match AssertUnwindSafe(async move { inner.call(req).await }).catch_unwind().await {
                Ok(Ok(response)) => {
                    let (req, answer) = response.into_parts();
                    let answer = passing.draw(&req, answer);
                    let answer = passing.end(&req, answer);
                    Ok(ServiceResponse::new(req, answer))
                }
                Ok(Err(error)) => Err(passing.lost(&format!("no route answered: {error}"))),
                Err(_panic) => Err(passing.lost("a handler panicked")),
            }
        }
        .boxed_local()
    }
}

/// One request on its way through the gate.
struct Passing {
    house: web::Data<House>,
    lost: Rc<Tally>,
    visit: Visit,
    lang: Lang,
    method: Method,
    /// Whether a program asks: problems instead of pages, and keys instead of the wall.
    api: bool,
    /// The request's id as the program names it.
    named: Option<HeaderValue>,
    gzip: bool,
    began: Instant,
}

impl Passing {
    fn begin(house: web::Data<House>, lost: Rc<Tally>, req: &ServiceRequest) -> Self {
        let began = clock::instant();
        let peer = req.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |addr| addr.ip());
        let ip = edge::address(&house, peer, req.headers());
        let api = req.path().starts_with(api::ROOT);
        let lang = if api { problem::language(req.headers()) } else { lang::of(&house, req.request()) };
        let named = req.headers().get(REQUEST_ID).filter(|id| api && names(id)).cloned();
        let gzip = compress::accepted(req.headers());
        let visit = Visit { id: random::id(), ip };
        Self { house, lost, visit, lang, method: req.method().clone(), api, named, gzip, began }
    }

    /// Who opens the demo by another name of this machine is led to the one its forms are made for.
    fn astray(&self, req: &ServiceRequest) -> Option<HttpResponse<BoxBody>> {
        let (house, path) = (&self.house, req.uri().path_and_query()?);
        let host = req.headers().get(HOST)?.to_str().ok()?;
        let ours = house.origin.split_once("://").is_some_and(|(_, ours)| ours.eq_ignore_ascii_case(host));
        (house.demo.is_some() && !ours && self.method == Method::GET).then(|| {
            let home = format!("{}{path}", house.origin);
            HttpResponse::TemporaryRedirect().insert_header((LOCATION, home)).finish()
        })
    }

    /// What an asset costs us is nothing worth counting.
    fn wall(&self, path: &str) -> Option<Refusal> {
        if path.starts_with("/assets/") || path.starts_with(api::KEYED) {
            return None;
        }
        let wait = self.house.wall.pass(&Network::of(self.visit.ip)).err()?;
        Some(Refusal::TooMany(self.house.app.clock().now() + wait.max(Duration::from_secs(1))))
    }

    /// The page that tells it. Its language switch leads to the same address where that can be asked for again and is
    /// too short to hold a token.
    fn told(&self, told: &Told, path: &str) -> HttpResponse<BoxBody> {
        if self.api {
            return told.problem(&self.house, self.lang, self.visit.id);
        }
        // browsers read `//` and `/\` as the beginning of another host
        let ours = !path.starts_with("//") && !path.starts_with("/\\");
        let again = self.method == Method::GET && path.len() < 48 && ours;
        told.answer(&self.house, self.lang, if again { path } else { "/" }.to_owned())
    }

    /// Draws the page of an answer that is an error without words of its own.
    fn draw(&self, req: &HttpRequest, answer: HttpResponse<BoxBody>) -> HttpResponse<BoxBody> {
        let status = answer.status();
        let wordless = matches!(answer.body().size(), BodySize::None | BodySize::Sized(0));
        if !(status.is_client_error() || status.is_server_error()) || (answer.error().is_none() && !wordless) {
            return answer;
        }
        let incident = |fault: &Fault| Told::incident(fault, &self.visit.id, self.tally(req).pattern());
        let stop = |stop: &Stop| match stop {
            Stop::Refused(refusal) => Told::Refusal(*refusal),
            Stop::Fault(fault) => incident(fault),
        };
        let told = match answer.error().map(|error| (error, error.as_error::<Stop>(), error.as_error::<Problem>())) {
            Some((_, Some(found), _) | (_, _, Some(Problem::Stop(found)))) => stop(found),
            Some((_, _, Some(Problem::Flawed(flaws)))) => Told::Flaws(flaws.clone()),
            Some((error, None, None)) => Told::of_status(status)
                .map_or_else(|| incident(&Fault::broken(format!("a handler failed: {error}"))), Told::Refusal),
            None => Told::of_status(status)
                .map_or_else(|| incident(&Fault::broken(format!("an empty answer {status}"))), Told::Refusal),
        };
        let mut page = self.told(&told, req.path());
        if let Some(allow) = answer.headers().get(ALLOW) {
            page.headers_mut().insert(ALLOW, allow.clone());
        }
        page
    }

    /// Cookies, headers, compression; then the log and the counters.
    fn end(&self, req: &HttpRequest, mut answer: HttpResponse<BoxBody>) -> HttpResponse<BoxBody> {
        if let Some(jar) = req.extensions_mut().remove::<Jar>() {
            jar.into_lines().for_each(|line| answer.headers_mut().append(SET_COOKIE, line));
        }
        if let Some(allowance) = req.extensions().get::<Allowance>() {
            allowance.tell(answer.headers_mut());
        }
        self.note(self.tally(req), answer.status());
        self.dress(answer)
    }

    fn dress(&self, mut answer: HttpResponse<BoxBody>) -> HttpResponse<BoxBody> {
        let hang_up = matches!(answer.status(), StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE);
        if hang_up || self.house.stop.is_cancelled() {
            answer.head_mut().set_connection_type(ConnectionType::Close);
        }
        headers::add(answer.headers_mut(), self.house.secure);
        let mut id = uuid::Uuid::encode_buffer();
        if let Some(named) = &self.named {
            answer.headers_mut().insert(REQUEST_ID, named.clone());
        } else if let Ok(id) = HeaderValue::from_str(self.visit.id.simple().encode_lower(&mut id)) {
            answer.headers_mut().insert(REQUEST_ID, id);
        }
        compress::answer(self.gzip, answer)
    }

    /// The answer to a request that was lost inside, so that only its id is known.
    fn lost(self, why: &str) -> Error {
        let told = Told::incident(&Fault::broken(why), &self.visit.id, NO_ROUTE);
        self.note(&self.lost, told.status());
        Lost { passing: self, told }.into()
    }

    fn tally<'a>(&'a self, req: &'a HttpRequest) -> &'a Tally {
        req.app_data::<Tally>().unwrap_or(&self.lost)
    }

    fn note(&self, tally: &Tally, status: StatusCode) {
        let took = self.began.elapsed();
        tally.count(&self.method, status, took);
        tracing::info!(
            request = %self.visit.id.simple(),
            method = tally::method_label(&self.method),
            route = tally.pattern(),
            status = status.as_u16(),
            named = self.named.as_ref().and_then(|id| id.to_str().ok()),
            us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
    }
}

/// Whether a program's name for its request may stand in our log and answer: short, and of plain characters alone.
fn names(id: &HeaderValue) -> bool {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (1..=64).contains(&id.len()) && id.as_bytes().iter().all(plain)
}

/// An answer that travels as an error, since its request did not come back.
struct Lost {
    passing: Passing,
    told: Told,
}

impl fmt::Debug for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told.fmt(f)
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a request was lost")
    }
}

impl ResponseError for Lost {
    fn status_code(&self) -> StatusCode {
        self.told.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.passing.dress(self.passing.told(&self.told, "/"))
    }
}

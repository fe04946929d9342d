//! P4: public pages against a bare handler that gives the same bytes, compressed the same way, in the same process.

use std::net::SocketAddr;

use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpServer, web};
use pulih::app::App;
use pulih::store::link;
use pulih::web::compress;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::child::{HouseProcess, Plan};
use crate::ground::Ground;
use crate::load::{Line, burst};
use crate::people::{self, Row};
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::median;
use crate::visitor::Visitor;

const TARGET: f64 = 0.6;
const CLIENTS: usize = 16;

/// A request that house and bare handler answer alike.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// Its path.
    pub path: String,
    /// Its bytes.
    pub request: Vec<u8>,
    /// A link whose row the page shows; the bare handler reads it too.
    pub link: Option<Uuid>,
}

/// Measures it.
#[allow(clippy::cast_precision_loss, reason = "no count is that large")]
pub fn measure(scale: Scale, report: &mut Report) {
    let (rounds, count) = (scale.of(1, 5, 9), scale.of(200, 20_000, 60_000));
    let ground = Ground::start(true);
    people::accounts(&ground, 1, 1, "penyedia", false);
    people::links(&ground, 1, 1, "opened");
    let visitor = Visitor::new(ground.keys());
    let page = |path: &str| Asked { path: path.to_owned(), request: visitor.get(path), link: None };
    let confirm = "/reset-totp/confirm";
    let mut asked = vec![page("/"), page("/reset-totp"), page("/help")];
    asked.push(Asked {
        request: visitor.get_with_link(confirm, Row::Link.id(1), &people::link_random(1)),
        link: Some(Row::Link.id(1)),
        ..page(confirm)
    });
    let plan = Plan { work: 50_000, bare: asked.clone(), ..Plan::on(&ground, CLIENTS) };
    let house = HouseProcess::start(&ground, &plan);
    let bare = house.bare.expect("a bare handler");
    for one in asked {
        let requests = [one.request];
        let (mut ratios, mut rates, mut bares, mut cpu_us) = (vec![], vec![], vec![], vec![]);
        let [ours, theirs] = [house.public, bare].map(|to| Line::open(to).exchange(&requests[0]).body.len());
        for round in 0..=rounds {
            let before = house.cpu();
            let ours = burst(house.public, CLIENTS, count, &requests);
            ours.all(200);
            let used = (house.cpu() - before).as_secs_f64() * 1e6 / count as f64;
            let theirs = burst(bare, CLIENTS, count, &requests);
            theirs.all(200);
            // the first round warms both up
            if round > 0 {
                rates.push(ours.rate());
                bares.push(theirs.rate());
                ratios.push(ours.rate() / theirs.rate());
                cpu_us.push(used);
            }
        }
        let ratio = median(&mut ratios);
        let reads = if one.link.is_some() { " (both read its row)" } else { "" };
        report.row(
            &format!("P4 `GET {}`{reads}", one.path),
            &format!("≥ {TARGET} × bare handler"),
            &format!(
                "{ratio:.2} × ({:.0}/s, bare {:.0}/s; {ours} and {theirs} bytes; server CPU {:.0} µs)",
                median(&mut rates),
                median(&mut bares),
                median(&mut cpu_us)
            ),
            Some(ratio >= TARGET),
        );
    }
}

/// What the bare handler gives for a path.
struct Bare {
    app: App,
    pages: Vec<(Asked, String)>,
}

/// Starts the bare handler beside the house, with the pages it gives now.
pub async fn bare(app: &App, house: SocketAddr, asked: Vec<Asked>) -> SocketAddr {
    let fetch = move || {
        let page = |one: &Asked| {
            let plain = String::from_utf8(one.request.clone()).expect("text").replace("gzip, deflate", "identity");
            let answer = Line::open(house).exchange(plain.as_bytes());
            assert_eq!(answer.status, 200, "{}", one.path);
            String::from_utf8(answer.body).expect("text")
        };
        asked
            .into_iter()
            .map(|one| {
                let body = page(&one);
                (one, body)
            })
            .collect()
    };
    let pages: Vec<(Asked, String)> = tokio::task::spawn_blocking(fetch).await.expect("the pages");
    let bare = web::Data::new(Bare { app: app.clone(), pages });
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let server = HttpServer::new(move || actix_web::App::new().app_data(bare.clone()).default_service(web::to(give)));
    let server = server.workers(threads).disable_signals().bind("127.0.0.1:0").expect("a port");
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    address
}

async fn give(req: HttpRequest, bare: web::Data<Bare>) -> HttpResponse {
    let (asked, body) = bare.pages.iter().find(|(asked, _)| asked.path == req.path()).expect("a page");
    if let Some(id) = asked.link {
        let found = link::find(&mut bare.app.read().await.expect("a connection"), id).await.expect("an answer");
        assert!(found.is_some());
    }
    let answer = HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")))
        .body(body.clone());
    compress::answer(compress::accepted(req.headers()), answer)
}

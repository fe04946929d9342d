//! Starts the web and its listeners, and stops everything gracefully: first the web, then the workers.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::App as AppOf;
use crate::base::fault::Fault;
use crate::config::{Config, Tls};
use crate::store::{health, migrations};
use crate::web::gate::Gate;
use crate::web::ops::{self, Check, Readiness};
use crate::web::pages::demo::Demo;
use crate::web::routes::{self, Route};
use crate::web::{House, tally};
use crate::workers::courier::Courier;
use crate::workers::{counter, every, executor, resolver, sweeper};

/// Time a client has for the headers of its request (slow ones get 408).
const HEAD_SECONDS: u64 = 5;
/// Time an idle connection is kept.
const IDLE_SECONDS: u64 = 10;
/// Time what is in flight has to end once we stop.
const DRAIN_SECONDS: u64 = 15;
/// Tick of the workers that people wait for.
const TICK: Duration = Duration::from_secs(1);
/// Tick of the one that expires links.
const SWEEP: Duration = Duration::from_secs(15);
/// Tick of the one that tidies up.
const TIDY: Duration = Duration::from_secs(600);
/// Time workers have to end their step after that.
const WORKERS_SECONDS: u64 = 4;

/// Tables of routes: the public pages, and the demo's where it runs.
pub type Tables = &'static [&'static [Route]];

/// A running house.
pub struct Running {
    /// Where people reach us.
    pub public: SocketAddr,
    /// Where `/healthz`, `/readyz` and `/metrics` are.
    pub ops: SocketAddr,
    /// Cancel it to stop the house.
    pub stop: CancellationToken,
    /// Cancelled once the web has stopped: what workers listen to.
    pub workers_stop: CancellationToken,
    workers: Vec<JoinHandle<()>>,
    web: JoinHandle<()>,
}

impl Running {
    /// Adds a worker's task, which ends when `workers_stop` is cancelled.
    pub fn add(&mut self, worker: JoinHandle<()>) {
        self.workers.push(worker);
    }

    /// Waits until the house was stopped and has ended: at most 20 s after `stop`.
    pub async fn ended(self) {
        // A panic in there was logged where it happened; what is left ends all the same.
        let _ = self.web.await;
        self.workers_stop.cancel();
        let all = futures_util::future::join_all(self.workers);
        if tokio::time::timeout(Duration::from_secs(WORKERS_SECONDS), all).await.is_err() {
            tracing::warn!("workers did not end in time");
        }
    }
}

/// Starts the whole house: web, listeners for operation, and workers.
pub fn run(app: &AppOf, demo: Option<Demo>) -> Result<Running, Fault> {
    let tables: Tables = if demo.is_some() { &[routes::ROUTES, routes::DEMO] } else { &[routes::ROUTES] };
    let house = House::new(app.clone(), demo)?;
    let mut running = start(house, tables, ready(app)?)?;
    work(app, &mut running)?;
    Ok(running)
}

/// Whether the database answers and has the tables this program knows.
fn ready(app: &AppOf) -> Result<Check, Fault> {
    let (app, names) = (app.clone(), migrations::names()?);
    let names = Arc::new(names);
    Ok(Arc::new(move || {
        let (app, names) = (app.clone(), Arc::clone(&names));
        Box::pin(async move {
            let mut read = app.read().await.map_err(|e| e.to_string())?;
            let missing = health::missing(&mut read, &names).await.map_err(|e| e.to_string())?;
            if missing.is_empty() { Ok(()) } else { Err(format!("migrations missing: {}", missing.join(", "))) }
        })
    }))
}

/// Starts the workers, on a thread of their own.
fn work(app: &AppOf, running: &mut Running) -> Result<(), Fault> {
    let courier = Courier::new(app)?;
    let (app, stop) = (app.clone(), running.workers_stop.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Fault::bug("starting the workers", e))?;
    running.add(tokio::task::spawn_blocking(move || {
        let all = async {
            tokio::join!(
                every("resolver", TICK, stop.clone(), async || resolver::step(&app).await),
                every("courier", TICK, stop.clone(), async || courier.step(&app).await),
                every("executor", TICK, stop.clone(), async || executor::step(&app).await),
                every("counter", TICK, stop.clone(), async || counter::step(&app).await),
                every("sweeper", SWEEP, stop.clone(), async || sweeper::step(&app).await),
                every("tidier", TIDY, stop.clone(), async || sweeper::tidy(&app).await),
            );
            courier.close().await;
        };
        runtime.block_on(all);
    }));
    Ok(())
}

/// Starts both listeners (port 0 takes a free one); `tables` are the pages, `ready` says whether the house can work.
pub fn start(house: House, tables: Tables, ready: Check) -> Result<Running, Fault> {
    tally::recorder()?;
    let app = house.app.clone();
    let config = app.config();
    let workers = match config.server.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let stop = house.stop.clone();
    let house = web::Data::new(house);
    let (public, public_handle, public_run) = listen_public(config, &house, tables, workers)?;
    let readiness = web::Data::new(Readiness::new(ready, stop.clone()));
    let ops_server = HttpServer::new(move || App::new().app_data(readiness.clone()).configure(ops::routes))
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .bind(config.server.ops_listen)
        .map_err(|e| Fault::bug(format!("server.ops_listen: cannot listen on {}", config.server.ops_listen), e))?;
    let ops = ops_server.addrs().first().copied().unwrap_or(config.server.ops_listen);
    let ops_run = ops_server.run();
    let ops_handle = ops_run.handle();
    tokio::spawn(ops_run);
    tokio::spawn(public_run);
    let web = tokio::spawn(stop_web(stop.clone(), house, public_handle, ops_handle));
    Ok(Running { public, ops, stop, workers_stop: CancellationToken::new(), workers: Vec::new(), web })
}

fn listen_public(
    config: &Config,
    house: &web::Data<House>,
    tables: Tables,
    workers: usize,
) -> Result<(SocketAddr, ServerHandle, actix_web::dev::Server), Fault> {
    let shared = house.clone();
    let server = HttpServer::new(move || {
        App::new()
            .wrap(Gate(shared.clone()))
            .app_data(shared.clone())
            .app_data(web::Data::new(shared.app.clone()))
            .configure(|config| tables.iter().for_each(|rows| routes::install(config, rows)))
    })
    .workers(workers)
    .disable_signals()
    .keep_alive(Duration::from_secs(IDLE_SECONDS))
    .client_request_timeout(Duration::from_secs(HEAD_SECONDS))
    .client_disconnect_timeout(Duration::from_secs(2))
    .tcp_nodelay(true)
    .backlog(2048)
    .max_connections(connections(workers))
    .shutdown_timeout(DRAIN_SECONDS);
    let listen = config.server.listen;
    let server = match &config.tls {
        Some(tls) => server.bind_rustls_0_23(listen, tls_settings(tls)?),
        None => server.bind(listen),
    }
    .map_err(|e| Fault::bug(format!("server.listen: cannot listen on {listen}"), e))?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    let run = server.run();
    Ok((address, run.handle(), run))
}

async fn stop_web(stop: CancellationToken, house: web::Data<House>, public: ServerHandle, ops: ServerHandle) {
    house.wall.sweep(&stop).await;
    stop.cancelled().await;
    public.stop(true).await;
    ops.stop(true).await;
}

/// Connections one thread may hold: what the system lets us open, less what the rest of the house needs.
fn connections(workers: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Raising the soft limit to the hard one is what every server of many sockets does; where it fails, less fits.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let files = getrlimit(Resource::Nofile).current.and_then(|n| usize::try_from(n).ok()).unwrap_or(1 << 16);
    (files.saturating_sub(256) / workers.max(1)).clamp(64, 25_000)
}

/// Reads the certificate and its key.
fn tls_settings(tls: &Tls) -> Result<ServerConfig, Fault> {
    let unreadable = |key: &str, path: &Path, e| Fault::bug(format!("{key}: {} cannot be read", path.display()), e);
    let chain = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| unreadable("tls.certificate", &tls.certificate, e))?;
    if chain.is_empty() {
        return Err(Fault::broken(format!("tls.certificate: {} holds no certificate", tls.certificate.display())));
    }
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|e| unreadable("tls.key", &tls.key, e))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|e| Fault::bug("tls: certificate and key do not make a pair that works", e))
}

/// Cancels `stop` at SIGTERM or SIGINT.
pub fn stop_at_signal(stop: CancellationToken) -> Result<(), Fault> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|e| Fault::bug("signals cannot be listened to", e));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("stopping");
        stop.cancel();
    });
    Ok(())
}

//! Starts the web and its listeners, and stops everything gracefully: first the web, then the workers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpServer, web};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::App as AppOf;
use crate::audit::seal::Sealer;
use crate::base::fault::Fault;
use crate::config::Config;
use crate::store::{health, migrations};
use crate::web::ops::{self, Check, Readiness};
use crate::web::pages::demo::Demo;
use crate::web::routes::{self, Route};
use crate::web::{House, tally};
use crate::workers::copier::Copier;
use crate::workers::courier::Courier;
use crate::workers::exporter::Exporter;
use crate::workers::reader::Reader;
use crate::workers::streamer::Streamer;
use crate::workers::verifier::Verifier;
use crate::workers::{clerk, counter, every, executor, postman, renewer, resolver, sealer, sweeper, tallier, watchman};

mod listen;
mod tls;

/// Tick of the workers that people wait for.
const TICK: Duration = Duration::from_secs(1);
/// Tick of the ones that read mail and file requests into cases: with the resolver's, a request stands in the queue within two seconds.
const FILE: Duration = Duration::from_millis(500);
/// Tick of the one that closes cases that have settled themselves.
const SETTLE: Duration = Duration::from_secs(5);
/// Tick of the one that expires links.
const SWEEP: Duration = Duration::from_secs(15);
/// Tick of the one that looks for unusual speed.
const WATCH: Duration = Duration::from_secs(30);
/// Tick of the one that tidies up.
const TIDY: Duration = Duration::from_mins(10);
/// Time workers have to end their step once the web has stopped.
const WORKERS_SECONDS: u64 = 4;

/// Tables of routes: the public pages, and the demo's where it runs.
pub type Tables = &'static [&'static [Route]];

/// A running house.
#[derive(Debug)]
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
        // a panic in there was logged where it happened; what is left ends all the same.
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
    let tables: Tables = if demo.is_some() { routes::WITH_DEMO } else { routes::ALL };
    let house = House::new(app.clone(), demo)?;
    let mut running = start(house, tables, ready(app)?)?;
    work(app, &mut running)?;
    Ok(running)
}

/// Whether the database answers and has the tables this program knows.
pub fn ready(app: &AppOf) -> Result<Check, Fault> {
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
    receive(app, running)?;
    seal(app, running)?;
    tell_outside(app, running)?;
    vouch(app, running)?;
    let courier = Courier::new(app)?;
    let (app, stop) = (app.clone(), running.workers_stop.clone());
    let runtime = runtime()?;
    running.add(tokio::task::spawn_blocking(move || {
        let all = async {
            tokio::join!(
                every("resolver", TICK, stop.clone(), async || resolver::step(&app).await),
                every("courier", TICK, stop.clone(), async || courier.step(&app).await),
                every("executor", TICK, stop.clone(), async || executor::step(&app).await),
                every("renewer", TICK, stop.clone(), async || renewer::step(&app).await),
                every("clerk", FILE, stop.clone(), async || clerk::step(&app).await),
                every("closer", SETTLE, stop.clone(), async || clerk::close(&app).await),
                every("counter", TICK, stop.clone(), async || counter::step(&app).await),
                every("sweeper", SWEEP, stop.clone(), async || sweeper::step(&app).await),
                every("watchman", WATCH, stop.clone(), async || watchman::step(&app).await),
                every("tidier", TIDY, stop.clone(), async || sweeper::tidy(&app).await),
            );
            courier.close().await;
        };
        runtime.block_on(all);
    }));
    Ok(())
}

/// Starts what takes and reads mail, on a thread of its own: however costly a mail is, no letter and no person waits for it.
fn receive(app: &AppOf, running: &mut Running) -> Result<(), Fault> {
    let reader = Reader::new(app)?;
    let (app, stop) = (app.clone(), running.workers_stop.clone());
    let runtime = runtime()?;
    running.add(tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            tokio::join!(
                postman::run(&app, stop.clone()),
                every("reader", FILE, stop.clone(), async || reader.step(&app).await),
            );
        });
    }));
    Ok(())
}

/// Starts what seals the log, on a thread of its own: hashing a great backlog keeps no letter waiting.
fn seal(app: &AppOf, running: &mut Running) -> Result<(), Fault> {
    let tick = Duration::from_secs(app.config().audit.seal_seconds.into());
    let (app, stop, sealer) = (app.clone(), running.workers_stop.clone(), Sealer::default());
    let runtime = runtime()?;
    running.add(tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            tokio::join!(
                every("sealer", tick, stop.clone(), async || sealer::step(&app, &sealer).await),
                every("tallier", tick, stop.clone(), async || tallier::step(&app).await),
            );
        });
    }));
    Ok(())
}

/// Starts what brings the log outside, on a thread of its own: a disk or a server elsewhere may hang for ever.
fn tell_outside(app: &AppOf, running: &mut Running) -> Result<(), Fault> {
    let (copier, streamer) = (Copier::new(app), Streamer::new(app));
    let (app, stop) = (app.clone(), running.workers_stop.clone());
    let runtime = runtime()?;
    running.add(tokio::task::spawn_blocking(move || {
        runtime.block_on(async { tokio::join!(copier.run(&app, stop.clone()), streamer.run(&app, stop.clone())) });
        // what hangs is left to the end of the process
        runtime.shutdown_background();
    }));
    Ok(())
}

/// Starts what verifies and exports the log, on a thread of its own: it may take long, and nobody waits for it.
fn vouch(app: &AppOf, running: &mut Running) -> Result<(), Fault> {
    let (app, stop) = (app.clone(), running.workers_stop.clone());
    let (exporter, verifier) = (Exporter::default(), Verifier::default());
    let runtime = runtime()?;
    running.add(tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            tokio::join!(
                every("exporter", TICK, stop.clone(), async || exporter.step(&app).await),
                every("verifier", TICK, stop.clone(), async || verifier.step(&app, &stop).await),
            );
        });
        // a disk elsewhere that hangs is left to the end of the process
        runtime.shutdown_background();
    }));
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Fault::bug("starting the workers", e))
}

/// Starts both listeners (port 0 takes a free one); `tables` are the pages, `ready` says whether the house can work.
pub fn start(house: House, tables: Tables, ready: Check) -> Result<Running, Fault> {
    tally::recorder()?;
    let app = house.app.clone();
    let config = app.config();
    let threads = match config.server.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let stop = house.stop.clone();
    let house = web::Data::new(house);
    let (public, door, public_server) = listen::public(config, &house, tables, threads)?;
    let (ops, ops_server) = listen_ops(config, Readiness::new(ready, stop.clone()))?;
    let handles = (public_server.handle(), ops_server.handle());
    tokio::spawn(public_server);
    tokio::spawn(ops_server);
    let web = tokio::spawn(stop_web(stop.clone(), house, door, handles));
    Ok(Running { public, ops, stop, workers_stop: CancellationToken::new(), workers: Vec::new(), web })
}

fn listen_ops(config: &Config, readiness: Readiness) -> Result<(SocketAddr, Server), Fault> {
    let at = config.server.ops_listen;
    let readiness = web::Data::new(readiness);
    let server = HttpServer::new(move || App::new().app_data(readiness.clone()).configure(ops::routes))
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .bind(at)
        .map_err(|e| Fault::bug(format!("server.ops_listen: cannot listen on {at}"), e))?;
    let address = server.addrs().first().copied().unwrap_or(at);
    Ok((address, server.run()))
}

/// Keeps wall and metrics small until the stop, then lets the web end without breaking anything off: first answers
/// close their connections, then the door is shut, then the server ends what it has begun.
async fn stop_web(
    stop: CancellationToken,
    house: web::Data<House>,
    door: listen::Door,
    (public, ops): (ServerHandle, ServerHandle),
) {
    tokio::join!(
        house.wall.sweep(&stop),
        tally::upkeep(&stop),
        house.live.watch(&house.app, &stop),
        house.uses.keep(&house.app, &stop)
    );
    if !house.farewell.is_zero() {
        tokio::time::sleep(house.farewell).await;
        door.shut();
        tokio::time::sleep(listen::LAST_COMERS).await;
    }
    drop(door);
    public.stop(true).await;
    ops.stop(true).await;
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

//! A running house for one test: its own database, its own relay, its own port, a clock the test moves.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use pulih::actions::import::{Ready, import};
use pulih::app::App;
use pulih::audit::seal::Sealer;
use pulih::base::clock::Clock;
use pulih::base::cluster::{Cluster, Options};
use pulih::base::keyring::{Keyring, Purpose};
use pulih::base::{random, seal};
use pulih::config::{CaptchaMode, Config, MailTls};
use pulih::model::account_csv;
use pulih::server::{self, Running};
use pulih::store::import::{self as staging, Staged};
use pulih::store::setup;
use pulih::web::House;
use pulih::web::routes;
use pulih::workers::courier::Courier;
use pulih::workers::reader::Reader;
use pulih::workers::{clerk, executor, renewer, resolver, sweeper};
use secrecy::SecretString;
use tokio_postgres::NoTls;

use super::browser::Browser;
use super::post_office::PostOffice;
use super::sink::Sink;

/// The password of everybody in the tests, and its hash with cheap parameters.
pub const PASSWORD: &str = "rahasia-12345";
/// TOTP secret of everybody in the tests.
pub const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

const TEMPLATE: &str = "pulih_template";

/// The cluster of this test run, with fsync off, and one migrated template database whose clock can be moved.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let settings = vec![("max_connections".to_owned(), "400".to_owned())];
        let cluster = Cluster::start(Options { in_memory: true, settings, ..Options::default() })
            .expect("the tests need PostgreSQL's server programs: apt-get install postgresql (or `make setup`)");
        let work = std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(async {
                        setup::prepare(TEMPLATE, |database, user| cluster.url(database, user)).await.unwrap();
                        let admin = SecretString::from(cluster.url(TEMPLATE, "postgres"));
                        setup::run(&admin, MOVABLE_CLOCK).await.unwrap();
                    });
                })
                .join()
        });
        work.expect("the template database could not be made");
        cluster
    })
}

const MOVABLE_CLOCK: &str = "
    create table pulih.test_clock (shift interval not null);
    insert into pulih.test_clock values ('0');
    grant select on pulih.test_clock to public;
    create or replace function pulih.now() returns timestamptz language sql volatile parallel safe
        as 'select clock_timestamp() + (select shift from pulih.test_clock)';";

/// A house with everything real but time.
pub struct TestApp {
    /// The house's own handle.
    pub app: App,
    /// The relay.
    pub sink: Sink,
    /// Origin, for instance `http://127.0.0.1:41234`.
    pub url: String,
    /// Listener of `/healthz`, `/readyz`, `/metrics`.
    pub ops: SocketAddr,
    /// Name of its database.
    pub database: String,
    /// Name servers and signers around it.
    pub post: PostOffice,
    reader: Reader,
    sealer: Sealer,
    running: Option<Running>,
    courier: Courier,
    lenient: bool,
    ended: bool,
}

/// What a test changes before its house starts.
pub struct Plan {
    /// Settings.
    pub config: Config,
    /// The relay; one that takes everything otherwise.
    pub sink: Option<Sink>,
    /// Whether workers run by themselves; otherwise the test steps them.
    pub workers: bool,
    /// The keys; fresh ones otherwise.
    pub keys: Option<Keyring>,
}

impl TestApp {
    /// A house whose Kode Keamanan is off and whose workers are stepped.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn with(change: impl FnOnce(&mut Plan)) -> Self {
        let database = create_database().await;
        let port = free_port();
        let mut config = Config::default();
        config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        config.server.ops_listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        config.server.base_url = format!("http://127.0.0.1:{port}");
        config.server.workers = 2;
        config.database.url = SecretString::from(cluster().url(&database, setup::APP));
        config.database.pool = 8;
        config.captcha.mode = CaptchaMode::Off;
        // all browsers of a test come from one network, and a quick machine would meet the wall
        config.limits.wall_per_second = 10_000;
        "127.0.0.1".clone_into(&mut config.smtp.host);
        config.smtp.tls = MailTls::None;
        config.smtp.connections = 8;
        config.smtp.timeout_seconds = 2;
        "no-reply@lpse.example".clone_into(&mut config.smtp.from_address);
        "helpdesk@lpse.example".clone_into(&mut config.helpdesk.address);
        let post = PostOffice::open().await;
        config.inbound.name_servers = vec![post.address()];
        let mut plan = Plan { config, sink: None, workers: false, keys: None };
        change(&mut plan);
        let sink = match plan.sink {
            Some(sink) => sink,
            None => Sink::start().await,
        };
        plan.config.smtp.port = sink.port();
        let url = plan.config.server.base_url.clone();
        let keys = plan.keys.unwrap_or_else(|| Keyring::ephemeral().unwrap());
        let app = App::new(plan.config, keys, Clock::system()).unwrap();
        let (courier, reader) = (Courier::new(&app).unwrap(), Reader::new(&app).unwrap());
        let running = if plan.workers {
            server::run(&app, None).unwrap()
        } else {
            let ready = server::ready(&app).unwrap();
            server::start(web(&app), routes::ALL, ready).unwrap()
        };
        let ops = running.ops;
        Self {
            app,
            sink,
            url,
            ops,
            database,
            post,
            reader,
            sealer: Sealer::default(),
            running: Some(running),
            courier,
            lenient: false,
            ended: false,
        }
    }

    /// Imports accounts the way an operator does: lines of the CSV of accounts without its header.
    pub async fn import(&self, lines: &str) {
        let csv = account_csv::HEADER.join(",") + "\n" + lines;
        let keys = self.app.keys().of(Purpose::Seal);
        let staged: Vec<Staged> = account_csv::lines(csv.as_bytes())
            .map(|line| {
                let (line, credential) = (line.unwrap(), random::id());
                let sealed_secret = line.totp_secret.as_ref().map(|s| seal::seal(keys, credential, &s.0).unwrap());
                Staged { line, account: random::id(), credential, sealed_secret }
            })
            .collect();
        let id = random::id();
        let mut read = self.app.read().await.unwrap();
        staging::stage(&mut read, id, &staged).await.unwrap();
        let conflicts = staging::conflicts(&mut read, id).await.unwrap();
        assert!(
            conflicts.is_empty(),
            "these lines would overwrite something: {:?}",
            conflicts.first().map(|c| &c.columns)
        );
        let fresh = staging::fresh(&mut read, id).await.unwrap();
        import(&self.app, &Ready { import: id, fresh, unchanged: 0, file_sha256: "0".repeat(64) }).await.unwrap();
        staging::clear(&mut read, id).await.unwrap();
    }

    /// Imports Rina (AMANAH7, penyedia, one address) and Budi (BAHTERA8, `non_penyedia`, two addresses), both with TOTP.
    pub async fn people(&self) {
        self.import(&format!(
            "AMANAH7,penyedia,Rina Wijaya,rina@amanah.example,,,{SECRET},\n\
             BAHTERA8,non_penyedia,Budi Santoso,budi@bahtera.example,kantor@bahtera.example,,{SECRET},\n"
        ))
        .await;
    }

    /// A browser that has seen nothing yet.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// Lets the workers do everything that can be done now.
    pub async fn settle(&self) {
        loop {
            let mut more = resolver::step(&self.app).await.unwrap();
            more |= self.courier.step(&self.app).await.unwrap();
            more |= executor::step(&self.app).await.unwrap();
            more |= renewer::step(&self.app).await.unwrap();
            more |= self.reader.step(&self.app).await.unwrap();
            more |= clerk::step(&self.app).await.unwrap();
            more |= clerk::close(&self.app).await.unwrap();
            if !more {
                break;
            }
        }
    }

    /// Looks up what was asked, and sends nothing.
    pub async fn resolve(&self) {
        while resolver::step(&self.app).await.unwrap() {}
    }

    /// One step of the courier.
    pub async fn deliver(&self) -> bool {
        self.courier.step(&self.app).await.unwrap()
    }

    /// Seals everything that was written; tests beside this one hold the horizon back for a moment each.
    pub async fn seal(&self) {
        for _ in 0..500 {
            while self.sealer.step(&self.app).await.unwrap().is_some() {}
            if self.value("select count(*) from seal_queue").await == "0" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("events were not sealed within ten seconds: who holds a transaction open?");
    }

    /// Expires what has run out of time.
    pub async fn sweep(&self) {
        while sweeper::step(&self.app).await.unwrap() {}
    }

    /// Moves the clock of the house and of its database.
    pub async fn advance(&self, by: TimeDelta) {
        self.app.clock().shift(by);
        let us = by.num_microseconds().unwrap();
        self.sql(&format!("update pulih.test_clock set shift = shift + interval '{us} microseconds'")).await;
    }

    /// Runs SQL as superuser; rows as lists of texts.
    pub async fn sql(&self, statement: &str) -> Vec<Vec<Option<String>>> {
        sql(&self.database, statement).await
    }

    /// Why the database refuses a statement of its superuser.
    pub async fn refusal(&self, statement: &str) -> String {
        let (client, connection) =
            tokio_postgres::connect(&cluster().url(&self.database, "postgres"), NoTls).await.unwrap();
        tokio::spawn(connection);
        let error = client.batch_execute(statement).await.expect_err(statement);
        error.as_db_error().map_or_else(|| error.to_string(), |e| e.message().to_owned())
    }

    /// The one value of a query.
    pub async fn value(&self, query: &str) -> String {
        self.sql(query).await.first().and_then(|row| row.first().cloned()).flatten().unwrap_or_default()
    }

    /// The first column of a query.
    pub async fn column(&self, query: &str) -> Vec<String> {
        self.sql(query).await.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect()
    }

    /// Kinds of the events so far with their outcomes, oldest first: `reset.asked`, `reset.confirmed!link-used`.
    pub async fn events(&self) -> Vec<String> {
        self.column("select kind || coalesce('!' || (body::jsonb ->> 'refusal'), '') from event order by id").await
    }

    /// Letters may be left unsent at the end of this test.
    pub fn leave_letters(&mut self) {
        self.lenient = true;
    }

    /// Starts the web anew, as after a restart of the process: same database, same keys, same port.
    pub async fn restart(&mut self) {
        self.stop().await;
        let ready = server::ready(&self.app).unwrap();
        let running = server::start(web(&self.app), routes::ALL, ready).unwrap();
        self.ops = running.ops;
        self.running = Some(running);
    }

    /// Starts it anew with other keys, as after `keys rotate`.
    pub async fn rekey(&mut self, keys: Keyring) {
        self.stop().await;
        self.app = App::new(self.app.config().clone(), keys, self.app.clock().clone()).unwrap();
        self.courier = Courier::new(&self.app).unwrap();
        self.restart().await;
    }

    /// A second server on the same database, at a port of its own; it ends with its `stop`.
    pub fn second(&self) -> (App, String, Running) {
        self.second_with(Keyring::ephemeral().unwrap())
    }

    /// The same with those keys: what the first one sealed, it can open where they are the same.
    pub fn second_with(&self, keys: Keyring) -> (App, String, Running) {
        let mut config = self.app.config().clone();
        let port = free_port();
        config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        config.server.base_url = format!("http://127.0.0.1:{port}");
        let app = App::new(config, keys, self.app.clock().clone()).unwrap();
        let ready = server::ready(&app).unwrap();
        let running = server::start(web(&app), routes::ALL, ready).unwrap();
        (app, format!("http://127.0.0.1:{port}"), running)
    }

    /// Stops the web.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop.cancel();
            running.ended().await;
        }
    }

    /// Ends the test: no letter may be left waiting.
    pub async fn end(mut self) {
        self.ended = true;
        let waiting = self.value("select count(*) from letter where state in ('queued', 'leased')").await;
        self.stop().await;
        self.courier.close().await;
        assert!(self.lenient || waiting == "0", "{waiting} letters were left unsent");
        assert_eq!(self.sink.faults(), Vec::<String>::new(), "faults on the wire to the relay");
        let database = self.database.clone();
        drop(self);
        let _ = AssertUnwindSafe(sql("postgres", &format!("drop database if exists {database} with (force)"))).await;
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        assert!(self.ended || std::thread::panicking(), "end the test with `app.end().await`");
    }
}

/// The web floor, which a test need not ask twice to stop.
fn web(app: &App) -> House {
    let mut house = House::new(app.clone(), None).unwrap();
    house.farewell = Duration::ZERO;
    house
}

async fn create_database() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let cluster = tokio::task::spawn_blocking(cluster).await.unwrap();
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let admin = SecretString::from(cluster.url("postgres", "postgres"));
    setup::run(&admin, &format!("create database {name} owner {} template {TEMPLATE}", setup::OWNER)).await.unwrap();
    name
}

/// Runs SQL as superuser in a database of the tests' cluster.
pub async fn sql(database: &str, statement: &str) -> Vec<Vec<Option<String>>> {
    query(&cluster().url(database, "postgres"), statement).await
}

/// Runs SQL on a connection of its own; rows as lists of texts.
pub async fn query(url: &str, statement: &str) -> Vec<Vec<Option<String>>> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let messages = client.simple_query(statement).await.unwrap_or_else(|e| panic!("{statement}: {e:?}"));
    drop(client);
    let _ = driver.await;
    let row = |message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect())
        }
        _ => None,
    };
    messages.into_iter().filter_map(row).collect()
}

/// A port nobody listens on now, tried below the range the system gives to clients.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let base = 11_000 + std::process::id() % 90 * 200;
    loop {
        let port = u16::try_from(base + NEXT.fetch_add(1, Ordering::Relaxed) % 2_000).unwrap();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Waits until `done`, at most so many seconds.
pub async fn until(seconds: u64, what: &str, done: impl AsyncFn() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(seconds), async {
        while !done().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("not within {seconds} s: {what}"));
}

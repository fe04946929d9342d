//! What a measurement stands on: a private cluster with the house's database, key files, and a look at what the house
//! asks of Postgres.

use std::path::Path;
use std::time::Duration;

use pulih::base::clock::Clock;
use pulih::base::cluster::{Cluster, Options};
use pulih::base::keyring::Keyring;
use pulih::store::setup;
use serde_json::Value;
use tempfile::TempDir;
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// The database.
pub const DATABASE: &str = "pulih";

/// Cluster, database and keys.
pub struct Ground {
    cluster: Cluster,
    folder: TempDir,
    keys: Keyring,
}

/// A statement as Postgres was asked it.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its text, with `$1` and so on.
    pub text: String,
    /// The values of those, as text.
    pub values: Vec<Option<String>>,
}

impl Ground {
    /// Starts a cluster and makes the house's database. With `fsync` commits reach the disk, as on an installation.
    pub fn start(fsync: bool) -> Self {
        let settings = [
            ("max_connections", "200"),
            // the log is read by this program
            ("logging_collector", "on"),
            ("log_destination", "jsonlog"),
            ("log_checkpoints", "off"),
            ("log_rotation_size", "0"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let cluster = Cluster::start(Options { fsync, settings, ..Options::default() })
            .expect("the measurements need PostgreSQL 15 or newer: apt-get install postgresql (or `make setup`)");
        run(setup::prepare(DATABASE, |database, user| cluster.url(database, user))).expect("the house's database");
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("keys");
        Keyring::init(&dir, Clock::system().now().date_naive()).expect("key files");
        let keys = Keyring::load(&dir).expect("key files");
        Self { cluster, folder, keys }
    }

    /// The keys that houses on this ground have.
    pub fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// Folder of the key files.
    pub fn keys_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("keys")
    }

    /// A folder for this measurement's files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The cluster.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// URL of the database for the app's role.
    pub fn url(&self) -> String {
        self.cluster.url(DATABASE, setup::APP)
    }

    /// Runs statements as superuser; rows as lists of texts.
    pub fn sql(&self, statements: &str) -> Vec<Vec<Option<String>>> {
        run(async {
            let url = self.cluster.url(DATABASE, "postgres");
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("the database");
            let driver = tokio::spawn(connection);
            let messages = client.simple_query(statements).await.unwrap_or_else(|e| panic!("{statements}: {e:?}"));
            drop(client);
            let _ = driver.await;
            let rows = messages.into_iter().filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect()),
                _ => None,
            });
            rows.collect()
        })
    }

    /// The one value of a query.
    pub fn value(&self, query: &str) -> String {
        self.sql(query).into_iter().flatten().next().flatten().unwrap_or_default()
    }

    /// Has Postgres log everything that connections of the app's role ask from now on, with what `settings` add.
    pub fn listen(&self, settings: &[(&str, &str)]) {
        let set = settings.iter().map(|(name, value)| format!("alter role {} set {name} = '{value}';", setup::APP));
        self.sql(&set.collect::<String>());
    }

    /// No more of that.
    pub fn stop_listening(&self) {
        self.sql(&format!("alter role {} reset all", setup::APP));
    }

    /// Entries of the log from `offset` on that come from the app's role, and the offset after them.
    pub fn log(&self, offset: usize) -> (Vec<Value>, usize) {
        // the collector writes what it got a moment ago
        std::thread::sleep(Duration::from_millis(500));
        let text = self.value("select pg_read_file(pg_current_logfile('jsonlog'))");
        let entries = text[offset..].lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        (entries.filter(|e| e["user"] == setup::APP).collect(), text.len())
    }

    /// What the app's role asks of Postgres while `act` runs. Call [`Ground::listen`] with `log_statement` before the
    /// house starts.
    pub fn overhear(&self, act: impl FnOnce()) -> Vec<Statement> {
        let (_, before) = self.log(0);
        act();
        self.log(before).0.iter().filter_map(Statement::read).collect()
    }
}

impl Statement {
    /// Reads an entry of Postgres' log: `execute s1: …` with `parameters: $1 = '…'`, or `statement: …`.
    fn read(entry: &Value) -> Option<Self> {
        let message = entry["message"].as_str()?;
        let text = match message.strip_prefix("statement: ") {
            Some(text) => text,
            None => message.strip_prefix("execute ")?.split_once(": ")?.1,
        };
        let values = entry["detail"].as_str().and_then(|d| Some(values(d.split_once(": ")?.1)));
        Some(Self { text: text.to_owned(), values: values.unwrap_or_default() })
    }
}

/// Reads `$1 = 'it''s', $2 = NULL`.
fn values(detail: &str) -> Vec<Option<String>> {
    let (mut values, mut rest) = (Vec::new(), detail);
    while let Some((_, after)) = rest.split_once(" = ") {
        let Some(quoted) = after.strip_prefix('\'') else {
            values.push(None);
            rest = after;
            continue;
        };
        let mut value = String::new();
        let mut end = quoted;
        while let Some((piece, after)) = end.split_once('\'') {
            value.push_str(piece);
            end = after;
            let Some(more) = after.strip_prefix('\'') else { break };
            value.push('\'');
            end = more;
        }
        values.push(Some(value));
        rest = end;
    }
    values
}

/// Runs a future to its end.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

/// A runtime of this thread.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

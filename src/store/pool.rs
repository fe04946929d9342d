//! Connections to Postgres: TLS by rustls, a bounded wait, and dead ones never handed out twice.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::{Object, Pool as Deadpool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use futures_util::FutureExt;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::ExposeSecret;
use tokio::runtime::Handle;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::base::fault::Fault;
use crate::config::Database;

/// How long a visitor waits for a connection before we say that we are busy.
const WAIT: Duration = Duration::from_millis(1_500);

type Inner = Deadpool<AsyncPgConnection>;

/// The pool; clones share it.
#[derive(Clone)]
pub struct Pool {
    inner: Arc<Inner>,
}

impl Pool {
    /// Makes a pool; nothing is connected yet. Its connections live on the runtime that makes it: a server has others
    /// for its requests, which may end before a worker's last transaction does.
    pub fn new(settings: &Database) -> Result<Self, Fault> {
        let tls = Arc::new(tls(settings)?);
        // the pool that a connection belongs to, so that the end of one empties the rest: after a restart of the
        // server all of them are dead, and each would cost a visitor an error
        let home: Arc<OnceLock<Weak<Inner>>> = Arc::default();
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        let end = Arc::clone(&home);
        let runtime = Handle::try_current().map_err(|e| Fault::bug("a pool needs a runtime", e))?;
        config.custom_setup = Box::new(move |url| {
            let connecting = runtime.spawn(connect(url.to_owned(), Arc::clone(&tls), Arc::clone(&end)));
            connecting.map(|done| done.unwrap_or_else(|e| Err(ConnectionError::BadConnection(e.to_string())))).boxed()
        });
        let url = settings.url.expose_secret();
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
        let inner = Inner::builder(manager)
            .max_size(settings.pool)
            .build()
            .map_err(|e| Fault::bug("making the connection pool", e))?;
        let inner = Arc::new(inner);
        let _ = home.set(Arc::downgrade(&inner));
        Ok(Self { inner })
    }

    /// Takes a connection.
    pub(super) async fn take(&self) -> Result<Object<AsyncPgConnection>, Fault> {
        match tokio::time::timeout(WAIT, self.inner.get()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(e)) => Err(Fault::away("connecting to the database", e)),
            Err(e) => Err(Fault::away("waiting for a database connection", e)),
        }
    }

    /// Connections in use and connections at most.
    pub fn usage(&self) -> (usize, usize) {
        let status = self.inner.status();
        (status.size.saturating_sub(status.available), status.max_size)
    }
}

async fn connect(
    url: String,
    tls: Arc<rustls::ClientConfig>,
    home: Arc<OnceLock<Weak<Inner>>>,
) -> ConnectionResult<AsyncPgConnection> {
    let bad = |e: tokio_postgres::Error| {
        ConnectionError::BadConnection(std::error::Error::source(&e).map_or(e.to_string(), |s| format!("{e}: {s}")))
    };
    let mut config: tokio_postgres::Config = url.parse().map_err(bad)?;
    config.application_name("pulih").connect_timeout(Duration::from_secs(2));
    let (client, connection) = config.connect(MakeRustlsConnect::new((*tls).clone())).await.map_err(bad)?;
    tokio::spawn(async move {
        if connection.await.is_err()
            && let Some(pool) = home.get().and_then(Weak::upgrade)
        {
            pool.retain(|_, _| false);
        }
    });
    // a statement over all partitions of the log looks dear to the planner, and compiling it takes a hundred times what
    // running it takes
    client.batch_execute("set jit = off").await.map_err(bad)?;
    AsyncPgConnection::try_from(client).await
}

/// rustls with the system's authorities, or the one authority of the settings.
pub(super) fn tls(settings: &Database) -> Result<rustls::ClientConfig, Fault> {
    let mut roots = rustls::RootCertStore::empty();
    match &settings.ca {
        Some(file) => {
            for certificate in
                CertificateDer::pem_file_iter(file).map_err(|e| Fault::bug(format!("reading {}", file.display()), e))?
            {
                let certificate = certificate.map_err(|e| Fault::bug(format!("reading {}", file.display()), e))?;
                roots.add(certificate).map_err(|e| Fault::bug(format!("reading {}", file.display()), e))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Fault::bug("setting up TLS", e))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use diesel::QueryableByName;
    use diesel::sql_types as t;
    use diesel_async::RunQueryDsl;
    use secrecy::SecretString;

    use super::*;
    use crate::base::cluster::{Cluster, Options};
    use crate::store::sql::sql;

    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = t::Text)]
        jit: String,
    }

    #[tokio::test]
    async fn no_connection_compiles_its_statements() {
        let cluster = Cluster::start(Options::default()).unwrap();
        let url = SecretString::from(cluster.url("postgres", "postgres"));
        let pool = Pool::new(&Database { url, ..Database::default() }).unwrap();
        let mut connection = pool.take().await.unwrap();
        let found: Vec<Setting> = sql("select current_setting('jit') as jit").load(&mut connection).await.unwrap();
        assert_eq!(found[0].jit, "off");
    }
}

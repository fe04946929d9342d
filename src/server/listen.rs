//! The public listener, put together from what `HttpServer` is made of, since that takes no wire of ours and breaks off
//! connections when it stops.

use std::future::ready;
use std::net::SocketAddr;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_server::{GracefulShutdownSignal, Server};
use actix_service::{IntoServiceFactory as _, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_tls::accept::rustls_0_23::{Acceptor, TlsStream};
use actix_web::dev::AppConfig;
use actix_web::{App, web};
use socket2::SockFilter;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};

use super::{Tables, tls};
use crate::base::fault::Fault;
use crate::config::Config;
use crate::web::House;
use crate::web::gate::Gate;
use crate::web::routes;
use crate::web::wire::Wire;

/// Time a client has for the headers of its request (slow ones get 408).
const HEAD_SECONDS: u64 = 5;
/// Time an idle connection is kept.
const IDLE_SECONDS: u64 = 10;
/// Time a client has to take the end of its connection.
const LINGER_SECONDS: u64 = 2;
/// Time what is in flight has to end once we stop.
const DRAIN_SECONDS: u64 = 12;
/// Time for those who came in just before the door was shut to say what they want.
pub(super) const LAST_COMERS: Duration = Duration::from_secs(1);
/// Connections the system holds for us until we take them.
const BACKLOG: u32 = 2048;

/// Listens; gives the address, the door and the server, which runs once it is awaited.
pub(super) fn public(
    config: &Config,
    house: &web::Data<House>,
    tables: Tables,
    workers: usize,
) -> Result<(SocketAddr, Door, Server), Fault> {
    let at = config.server.listen;
    let cannot = |e| Fault::bug(format!("server.listen: cannot listen on {at}"), e);
    let socket = socket(at).map_err(cannot)?;
    let address = socket.local_addr().map_err(cannot)?;
    let door = Door(socket.try_clone().map_err(cannot)?.into());
    let builder = Server::build()
        .workers(workers)
        .disable_signals()
        .max_concurrent_connections(connections(workers))
        .shutdown_timeout(DRAIN_SECONDS);
    let pages = Pages { house: house.clone(), tables, draining: builder.graceful_shutdown_signal() };
    let secure = house.secure;
    let listening = match config.tls.as_ref().map(tls::settings).transpose()? {
        None => builder.listen("public", socket, move || {
            fn_service(move |io: TcpStream| {
                let peer = peer(&io);
                ready(Ok((Wire::new(io, secure), Protocol::Http1, peer)))
            })
            .and_then(pages.http())
        }),
        Some(tls) => builder.listen("public", socket, move || {
            Acceptor::new(tls.clone())
                .map_init_err(|()| ())
                .map_err(|_| DispatchError::InternalError)
                .and_then(move |io: TlsStream<TcpStream>| {
                    let (peer, spoken) = (peer(io.get_ref().0), spoken(&io));
                    ready(Ok((Wire::new(io, secure), spoken, peer)))
                })
                .and_then(pages.http())
        }),
    };
    Ok((address, door, listening.map_err(cannot)?.run()))
}

/// The listening socket once more: where a listener is closed, the system breaks off every connection that it has made
/// for it and nobody has begun with.
pub(super) struct Door(socket2::Socket);

impl Door {
    /// From here on nobody comes in: who knocks waits, and is refused once the listener is closed.
    pub(super) fn shut(&self) {
        // over the TCP header (RFC 9293 §3.1): a segment with SYN in its 14th byte is dropped, all others pass
        let filter = [(0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, u32::MAX)];
        let filter = filter.map(|(code, yes, no, k)| SockFilter::new(code, yes, no, k));
        if let Err(error) = self.0.attach_filter(&filter) {
            tracing::warn!(%error, "the door stays open while we stop: some connections may be broken off");
        }
    }
}

fn peer(io: &TcpStream) -> Option<SocketAddr> {
    // without it a small answer waits for the acknowledgement of the one before; a failure costs time alone
    let _ = io.set_nodelay(true);
    io.peer_addr().ok()
}

fn spoken(io: &TlsStream<TcpStream>) -> Protocol {
    if io.get_ref().1.alpn_protocol() == Some(b"h2") { Protocol::Http2 } else { Protocol::Http1 }
}

fn socket(at: SocketAddr) -> std::io::Result<std::net::TcpListener> {
    let socket = if at.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    socket.listen(BACKLOG)?.into_std()
}

/// Connections one thread may hold: what the system lets us open, less what the rest of the house needs.
fn connections(workers: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let hard = getrlimit(Resource::Nofile).maximum;
    // every server of many sockets raises its soft limit; where it may not, fewer fit
    let _ = setrlimit(Resource::Nofile, Rlimit { current: hard, maximum: hard });
    let files = getrlimit(Resource::Nofile).current.and_then(|n| usize::try_from(n).ok()).unwrap_or(1 << 16);
    (files.saturating_sub(256) / workers).clamp(64, 25_000)
}

/// What each thread makes its application of.
#[derive(Clone)]
struct Pages {
    house: web::Data<House>,
    tables: Tables,
    draining: GracefulShutdownSignal,
}

impl Pages {
    fn http<T: AsyncRead + AsyncWrite + Unpin + 'static>(
        &self,
    ) -> impl ServiceFactory<
        (T, Protocol, Option<SocketAddr>),
        Config = (),
        Response = (),
        Error = DispatchError,
        InitError = (),
    > + use<T> {
        let (draining, tables) = (self.draining.clone(), self.tables);
        let app = App::new()
            .wrap(Gate(self.house.clone()))
            .app_data(self.house.clone())
            .app_data(web::Data::new(self.house.app.clone()))
            .configure(|config| tables.iter().for_each(|rows| routes::install(config, rows)));
        HttpService::build()
            .keep_alive(Duration::from_secs(IDLE_SECONDS))
            .client_request_timeout(Duration::from_secs(HEAD_SECONDS))
            .client_disconnect_timeout(Duration::from_secs(LINGER_SECONDS))
            .graceful_shutdown_signal(move || {
                let draining = draining.clone();
                async move { draining.notified().await }
            })
            .finish(map_config(app.into_factory(), |()| AppConfig::default()))
    }
}

//! A small name server on loopback that says what it is told: records, refusals, nothing, and all of it slowly. For the demo
//! and for tests, never for the world (RFC 1035).

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio_util::sync::{CancellationToken, DropGuard};

const A: u16 = 1;
const SOA: u16 = 6;
const MX: u16 = 15;
const TXT: u16 = 16;

/// The server cannot (RFC 1035 §4.1.1).
const SERVFAIL: u8 = 2;
/// There is no such name.
const NXDOMAIN: u8 = 3;
/// Seconds an answer may be kept.
const TTL: [u8; 4] = [0, 0, 0, 60];

/// What is answered for a name.
#[derive(Clone, Debug)]
pub enum Reply {
    /// One text record.
    Txt(String),
    /// One address.
    A(Ipv4Addr),
    /// One exchanger.
    Mx(String),
    /// The server cannot.
    Fails,
    /// No answer at all.
    Nothing,
    /// The same, later.
    Late(Duration, Box<Reply>),
}

/// What a name has; nothing where there is no such name. Names are in lower case, without a dot at the end.
pub type Zone = Arc<dyn Fn(&str) -> Option<Reply> + Send + Sync>;

/// The server, until it is dropped.
#[derive(Debug)]
pub struct NameServer {
    /// Where it listens.
    pub address: SocketAddr,
    _end: DropGuard,
}

impl NameServer {
    /// Serves these names; every other does not exist.
    pub async fn serving(zone: HashMap<String, Reply>) -> io::Result<Self> {
        Self::answering(Arc::new(move |name| zone.get(name).cloned())).await
    }

    /// Serves what `zone` says.
    pub async fn answering(zone: Zone) -> io::Result<Self> {
        let socket = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?);
        let address = socket.local_addr()?;
        let end = CancellationToken::new();
        let ended = end.clone();
        tokio::spawn(async move {
            let mut buffer = [0; 4_096];
            loop {
                let (length, peer) = tokio::select! {
                    () = ended.cancelled() => return,
                    received = socket.recv_from(&mut buffer) => match received {
                        Ok(received) => received,
                        // an answer to somebody who is gone comes back as an error of the next reading
                        Err(_) => continue,
                    },
                };
                let Some(query) = Query::read(&buffer[..length]) else { continue };
                let (zone, socket) = (Arc::clone(&zone), Arc::clone(&socket));
                tokio::spawn(async move {
                    let mut reply = zone(&query.name);
                    while let Some(Reply::Late(wait, then)) = reply {
                        tokio::time::sleep(wait).await;
                        reply = Some(*then);
                    }
                    if let Some(bytes) = query.answer(reply.as_ref()) {
                        // who asked may be gone
                        let _ = socket.send_to(&bytes, peer).await;
                    }
                });
            }
        });
        Ok(Self { address, _end: end.drop_guard() })
    }
}

struct Query {
    id: [u8; 2],
    /// The question as it was asked.
    question: Vec<u8>,
    name: String,
    kind: u16,
}

impl Query {
    fn read(packet: &[u8]) -> Option<Self> {
        let mut rest = packet.get(12..)?;
        let mut labels = Vec::new();
        loop {
            let (length, after) = rest.split_first()?;
            if *length == 0 {
                rest = after;
                break;
            }
            let (label, after) = after.split_at_checked(usize::from(*length))?;
            labels.push(String::from_utf8_lossy(label).to_lowercase());
            rest = after;
        }
        let kind = u16::from_be_bytes(*rest.first_chunk()?);
        let end = packet.len() - rest.len() + 4;
        let question = packet.get(12..end)?.to_vec();
        Some(Self { id: *packet.first_chunk()?, question, name: labels.join("."), kind })
    }

    fn answer(&self, reply: Option<&Reply>) -> Option<Vec<u8>> {
        let data = match (reply, self.kind) {
            (Some(Reply::Nothing), _) => return None,
            (Some(Reply::Txt(text)), TXT) => Some(text.as_bytes().chunks(255).flat_map(counted).collect()),
            (Some(Reply::A(address)), A) => Some(address.octets().to_vec()),
            (Some(Reply::Mx(host)), MX) => Some([&[0, 10][..], &wire(host)].concat()),
            _ => None,
        };
        let code = match reply {
            None => NXDOMAIN,
            Some(Reply::Fails) => SERVFAIL,
            Some(_) => 0,
        };
        let (answers, authorities) = (u8::from(data.is_some()), u8::from(data.is_none() && code != SERVFAIL));
        let mut bytes = self.id.to_vec();
        bytes.extend([0x85, 0x80 | code, 0, 1, 0, answers, 0, authorities, 0, 0]);
        bytes.extend(&self.question);
        match data {
            Some(data) => record(&mut bytes, self.kind, &data),
            // whose zone it is, so that "no" may be kept for a while
            None if code != SERVFAIL => {
                let soa = [wire("ns.example"), wire("root.example"), [TTL; 5].concat()].concat();
                record(&mut bytes, SOA, &soa);
            }
            None => {}
        }
        Some(bytes)
    }
}

fn record(bytes: &mut Vec<u8>, kind: u16, data: &[u8]) {
    // of the name that was asked for, which stands right after the head
    bytes.extend([0xc0, 12]);
    bytes.extend(kind.to_be_bytes());
    bytes.extend([0, 1]);
    bytes.extend(TTL);
    bytes.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend(data);
}

fn wire(name: &str) -> Vec<u8> {
    name.split('.').flat_map(|label| counted(label.as_bytes())).chain([0]).collect()
}

fn counted(bytes: &[u8]) -> Vec<u8> {
    [&[u8::try_from(bytes.len()).unwrap_or(u8::MAX)], bytes].concat()
}

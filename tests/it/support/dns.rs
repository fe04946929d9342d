//! A name server on loopback that says what it is told: records, refusals, nothing, and all of it slowly.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

const A: u16 = 1;
const MX: u16 = 15;
const TXT: u16 = 16;

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

/// The server, until it is dropped.
pub struct Stub {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stub {
    /// Serves these names; every other does not exist.
    pub async fn serving(zone: HashMap<String, Reply>) -> Self {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let address = socket.local_addr().unwrap();
        let zone = Arc::new(zone);
        let task = tokio::spawn(async move {
            let mut buffer = [0; 4_096];
            while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
                let (query, zone, socket) = (buffer[..length].to_vec(), Arc::clone(&zone), Arc::clone(&socket));
                tokio::spawn(async move {
                    let Some((name, kind, end)) = question(&query) else { return };
                    let mut reply = zone.get(&name).cloned();
                    while let Some(Reply::Late(wait, then)) = reply {
                        tokio::time::sleep(wait).await;
                        reply = Some(*then);
                    }
                    if let Some(bytes) = answer(&query, end, kind, reply.as_ref()) {
                        let _ = socket.send_to(&bytes, peer).await;
                    }
                });
            }
        });
        Self { address, task }
    }
}

/// Name in lower case, type, and where the question ends.
fn question(query: &[u8]) -> Option<(String, u16, usize)> {
    let mut at = 12;
    let mut labels = Vec::new();
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(query.get(at..at + length)?).to_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*query.get(at)?, *query.get(at + 1)?]);
    Some((labels.join("."), kind, at + 4))
}

fn answer(query: &[u8], end: usize, kind: u16, reply: Option<&Reply>) -> Option<Vec<u8>> {
    let record = match (reply, kind) {
        (Some(Reply::Nothing), _) => return None,
        (Some(Reply::Txt(text)), TXT) => {
            let bytes: Vec<&[u8]> = text.as_bytes().chunks(255).collect();
            Some(bytes.iter().flat_map(|part| [&[u8::try_from(part.len()).unwrap()], *part].concat()).collect())
        }
        (Some(Reply::A(address)), A) => Some(address.octets().to_vec()),
        (Some(Reply::Mx(host)), MX) => Some([&[0, 10][..], &wire(host)].concat()),
        _ => None,
    };
    let code = match reply {
        None => 3,
        Some(Reply::Fails) => 2,
        Some(_) => 0,
    };
    let mut bytes = query[..2].to_vec();
    bytes.extend([
        0x85,
        0x80 | code,
        0,
        1,
        0,
        u8::from(record.is_some()),
        0,
        u8::from(record.is_none() && code != 2),
        0,
        0,
    ]);
    bytes.extend(&query[12..end]);
    let record_of = |kind: u16, data: &[u8]| {
        let mut record = vec![0xc0, 12];
        record.extend(kind.to_be_bytes());
        record.extend([0, 1, 0, 0, 0, 60]);
        record.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        record.extend(data);
        record
    };
    match record {
        Some(record) => bytes.extend(record_of(kind, &record)),
        // whose zone it is, so that "no" may be kept for a while
        None if code != 2 => {
            let soa = [wire("ns.example"), wire("root.example"), [[0, 0, 0, 60]; 5].concat()].concat();
            bytes.extend(record_of(6, &soa));
        }
        None => {}
    }
    Some(bytes)
}

fn wire(name: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::new();
    for label in name.split('.') {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

//! A raw HTTP/1.1 client that keeps its connections and reads as little as it must, so that it costs little of the
//! machine that is measured.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use pulih::base::clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    head: Vec<u8>,
    /// Its body, still compressed if it was.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header; `name` is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let lines = str::from_utf8(head).ok()?.split("\r\n");
    lines.skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

/// Where the head ends and how long the whole answer is, once the head is there.
pub fn extent(bytes: &[u8]) -> Option<(usize, usize)> {
    let head = bytes.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let length = header(&bytes[..head], "content-length").and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    Some((head, head + length))
}

fn status(bytes: &[u8]) -> u16 {
    str::from_utf8(&bytes[9..12]).ok().and_then(|s| s.parse().ok()).expect("a status")
}

/// One connection, one request after the other, on the thread that calls.
pub struct Line {
    stream: std::net::TcpStream,
}

impl Line {
    /// Connects.
    pub fn open(to: SocketAddr) -> Self {
        let stream = std::net::TcpStream::connect(to).expect("a connection to the house");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        Self { stream }
    }

    /// Sends a request and waits for its answer.
    pub fn exchange(&mut self, request: &[u8]) -> Answer {
        self.stream.write_all(request).expect("a request sent");
        let (mut bytes, mut chunk) = (Vec::with_capacity(4096), [0; 16 * 1024]);
        loop {
            let count = self.stream.read(&mut chunk).expect("an answer");
            assert!(count > 0, "the house hung up");
            bytes.extend_from_slice(&chunk[..count]);
            if let Some((head, whole)) = extent(&bytes)
                && bytes.len() >= whole
            {
                return Answer {
                    status: status(&bytes),
                    head: bytes[..head].to_vec(),
                    body: bytes[head..whole].to_vec(),
                };
            }
        }
    }
}

/// What a burst brought.
#[derive(Debug, Default)]
pub struct Burst {
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// Answers by status.
    pub statuses: BTreeMap<u16, usize>,
    /// Seconds each answer took.
    pub seconds: Vec<f64>,
}

impl Burst {
    /// Answers a second.
    #[allow(clippy::cast_precision_loss, reason = "no count is that large")]
    pub fn rate(&self) -> f64 {
        self.seconds.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// Panics where an answer was another than that.
    pub fn all(&self, status: u16) {
        assert_eq!(self.statuses.keys().copied().collect::<Vec<_>>(), [status], "answers: {:?}", self.statuses);
    }
}

/// Sends `count` requests over so many connections at once; where there are fewer requests they are sent again.
pub fn burst(to: SocketAddr, clients: usize, count: usize, requests: &[Vec<u8>]) -> Burst {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let streams = join_all((0..clients).map(|_| TcpStream::connect(to))).await;
        let (next, burst) = (Cell::new(0), RefCell::new(Burst::default()));
        let began = clock::instant();
        join_all(
            streams.into_iter().map(|stream| client(stream.expect("a connection"), count, requests, &next, &burst)),
        )
        .await;
        let elapsed = began.elapsed();
        Burst { elapsed, ..burst.into_inner() }
    })
}

async fn client(mut stream: TcpStream, count: usize, requests: &[Vec<u8>], next: &Cell<usize>, burst: &RefCell<Burst>) {
    stream.set_nodelay(true).expect("TCP_NODELAY");
    let mut bytes = Vec::with_capacity(32 * 1024);
    loop {
        let mine = next.replace(next.get() + 1);
        if mine >= count {
            return;
        }
        let began = clock::instant();
        stream.write_all(&requests[mine % requests.len()]).await.expect("a request sent");
        bytes.clear();
        let mut whole = usize::MAX;
        while bytes.len() < whole {
            let read = stream.read_buf(&mut bytes).await.expect("an answer");
            assert!(read > 0, "the house hung up");
            if whole == usize::MAX
                && let Some((_, end)) = extent(&bytes)
            {
                whole = end;
            }
        }
        let mut burst = burst.borrow_mut();
        burst.seconds.push(began.elapsed().as_secs_f64());
        *burst.statuses.entry(status(&bytes)).or_default() += 1;
    }
}

//! A relay that takes every letter at once and forgets it, and counts its connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What it counted.
#[derive(Debug, Default)]
pub struct Counts {
    /// Letters taken.
    pub letters: AtomicUsize,
    /// Connections open now.
    open: AtomicUsize,
    /// Connections open at once, at most.
    pub most: AtomicUsize,
}

/// Starts it on a thread of its own, which lasts as long as the program; gives its port.
pub fn start() -> (u16, Arc<Counts>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let port = listener.local_addr().expect("an address").port();
    let counts = Arc::new(Counts::default());
    let shared = Arc::clone(&counts);
    std::thread::spawn(move || {
        crate::ground::run(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                let counts = Arc::clone(&shared);
                tokio::spawn(async move {
                    let open = counts.open.fetch_add(1, Ordering::Relaxed) + 1;
                    counts.most.fetch_max(open, Ordering::Relaxed);
                    let _ = talk(stream, &counts).await;
                    counts.open.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
    });
    (port, counts)
}

async fn talk(stream: TcpStream, counts: &Counts) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 bench\r\n").await?;
    let mut inside = false;
    while let Some(line) = lines.next_line().await? {
        let answer = match (inside, line.get(..4).unwrap_or(&line)) {
            (true, ".") => {
                inside = false;
                counts.letters.fetch_add(1, Ordering::Relaxed);
                "250 taken\r\n"
            }
            (true, _) => continue,
            (false, "DATA") => {
                inside = true;
                "354 go on\r\n"
            }
            (false, "EHLO") => "250-bench\r\n250-8BITMIME\r\n250 PIPELINING\r\n",
            (false, "QUIT") => return write.write_all(b"221 bye\r\n").await,
            _ => "250 ok\r\n",
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

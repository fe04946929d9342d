//! The wire under HTTP/1: adds our headers to the few answers the framework makes by itself, before any of our code
//! saw the request (400 for what is no HTTP, 408 for slow headers, 431 for long ones).

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::headers;

/// The longest answer the framework makes by itself is shorter than this.
const TAIL: usize = 256;

/// A stream that dresses the framework's bare answers.
#[derive(Debug)]
pub struct Wire<T> {
    inner: T,
    lines: &'static str,
    /// What is still to be written in place of bytes that were handed to us, how far it is, and how many those were.
    owed: Option<(Vec<u8>, usize, usize)>,
}

impl<T> Wire<T> {
    /// Over a stream; `secure` as in [`headers::add`].
    pub fn new(inner: T, secure: bool) -> Self {
        Self { inner, lines: headers::lines(secure), owed: None }
    }
}

/// Where in these bytes, at their very end, the header lines of a bare answer begin.
fn bare(bytes: &[u8]) -> Option<usize> {
    if !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let tail = bytes.len().saturating_sub(TAIL);
    let at = tail + bytes[tail..].windows(10).rposition(|w| w == b"HTTP/1.1 4" || w == b"HTTP/1.0 4")?;
    let head = str::from_utf8(&bytes[at..bytes.len() - 4]).ok()?;
    let (status, fields) = head.split_once("\r\n")?;
    let ours = matches!(status.get(9..12)?, "400" | "408" | "431");
    // Every answer of our own names more than these; a page's text that looks like this does not end a page of ours.
    let bare = |line: &str| {
        line == "content-length: 0"
            || line == "connection: close"
            || line == "connection: keep-alive"
            || line.starts_with("date: ")
    };
    (ours && fields.split("\r\n").all(bare)).then(|| at + status.len() + 2)
}

impl<T: AsyncWrite + Unpin> Wire<T> {
    fn pay(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        while let Some((bytes, written, stand_for)) = &mut self.owed {
            if *written == bytes.len() {
                let whole = *stand_for;
                self.owed = None;
                return Poll::Ready(Ok(whole));
            }
            match ready!(Pin::new(&mut self.inner).poll_write(cx, &bytes[*written..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                n => *written += n,
            }
        }
        Poll::Ready(Ok(0))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Wire<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Wire<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.owed.is_none() {
            let Some(at) = bare(bytes) else { return Pin::new(&mut self.inner).poll_write(cx, bytes) };
            let dressed = [&bytes[..at], self.lines.as_bytes(), &bytes[at..]].concat();
            self.owed = Some((dressed, 0, bytes.len()));
        }
        self.pay(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // HTTP/2 alone writes so, and its frames are none of our business
        Pin::new(&mut self.inner).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn only_answers_without_a_word_of_ours_are_bare() {
        let bad = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\ndate: x\r\n\r\n";
        assert_eq!(bare(bad), Some(26));
        assert_eq!(bare(&[b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na".as_slice(), bad].concat()), Some(65));
        for other in [
            b"HTTP/1.1 400 Bad Request\r\nx-request-id: 1\r\ncontent-length: 0\r\n\r\n".as_slice(),
            b"HTTP/1.1 303 See Other\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\nx",
            b"HTTP/1.1 4\xff\r\n\r\n",
            b"\r\n\r\n",
            b"",
        ] {
            assert_eq!(bare(other), None);
        }
    }
}

//! Mails made to take a reader's time and memory.

use super::*;
use crate::inbound::bounce::bounce;

/// A mail's name and how it is made; each is made when its turn comes, so that memory can be measured.
type Bomb = (&'static str, fn() -> Vec<u8>);

/// Wrappers within wrappers, each with a boundary that begins with `mark`.
fn nested(depth: usize, mark: &str) -> String {
    let open = |n: usize| format!("Content-Type: multipart/mixed; boundary=\"{mark}{n}\"\n\n--{mark}{n}\n");
    "From: a@b\n".to_owned() + &(0..depth).map(open).collect::<Vec<_>>().concat()
}

/// One field of that value.
fn field(name: &str, value: &str) -> Vec<u8> {
    format!("From: a@b\n{name}: {value}\n\nx").into_bytes()
}

/// One field as wide as fields may be.
fn wide(name: &str, piece: &str) -> Vec<u8> {
    field(name, &piece.repeat(65_000 / piece.len()))
}

/// As many such fields as a mail may hold.
fn fields(name: &str, piece: &str) -> Vec<u8> {
    let line = format!("{name}: {}\n", piece.repeat(65_000 / piece.len()));
    full("From: a@b\n", &line)
}

/// A mail as large as mails may be.
fn full(head: &str, piece: &str) -> Vec<u8> {
    let mut raw = head.as_bytes().to_vec();
    raw.extend(piece.repeat((BYTES_MAX - raw.len()) / piece.len()).into_bytes());
    raw
}

fn html(piece: &str) -> Vec<u8> {
    full("From: a@b\nContent-Type: text/html\n\n", piece)
}

fn mixed(piece: &str) -> Vec<u8> {
    full("From: a@b\nContent-Type: multipart/mixed; boundary=b\n\n", piece)
}

fn numbered(numbers: impl Iterator<Item = usize>, before: &str, after: &str) -> String {
    numbers.map(|n| format!("{before}{n}{after}")).collect::<Vec<_>>().concat()
}

/// A report about as many recipients, each with as many letters brought back, as a mail may hold parts.
fn report(recipient: &str) -> Vec<u8> {
    let head = "From: a@b\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n";
    let status = format!("--b\nContent-Type: message/delivery-status\n\n{recipient}\n").repeat(499);
    let letter = format!("--b\nContent-Type: message/rfc822\n\n{}\n", "a: b\n".repeat(4_000));
    (head.to_owned() + &status + &letter.repeat(499)).into_bytes()
}

const BOMBS: &[Bomb] = &[
    ("nested 10,000 deep", || nested(10_000, "b").into_bytes()),
    ("nested 29 deep, then lines like delimiters", || full(&(nested(29, "b") + "\n"), "--b\n")),
    ("nested 29 deep with long boundaries", || {
        full(&(nested(29, &"b".repeat(60)) + "\n"), &format!("--{}\n", "b".repeat(60)))
    }),
    ("100,000 tiny parts", || mixed("--b\n\nx\n")),
    ("wrappers that never open", || mixed("--b\nContent-Type: multipart/mixed; boundary=c\n\n")),
    ("a thousand pages", || mixed(&format!("--b\nContent-Type: text/html\n\n{}\n", "<p>x".repeat(2_700)))),
    ("a thousand files", || mixed(&format!("--b\nContent-Type: x/y\n\n{}\n", "x".repeat(10_600)))),
    ("1 MiB of addresses", || field("To", &"a@b, ".repeat(200_000))),
    ("a line of addresses", || wide("From", "a@b, ")),
    ("many lines of addresses", || fields("To", "a@b,")),
    ("many From", || fields("From", "<a@b>")),
    ("a million comments", || field("From", &"(".repeat(1_000_000))),
    ("a line of comments", || wide("From", "(")),
    ("a line of quotes", || wide("From", "\"<")),
    ("open encoded words", || wide("Subject", "=?u8?q?a ")),
    ("charsets without end", || wide("Subject", "=?")),
    ("encoded words of many charsets", || fields("Subject", "=?utf-7?b?+AAA?= ")),
    ("a giant encoded word", || field("Subject", &format!("=?utf-8?b?{}?=", "QUFB".repeat(15_000)))),
    ("continuations", || field("Content-Type", &numbered(0..6_000, " x/y; n*", "*=a;"))),
    ("continuations backwards", || {
        field("Content-Type", &("x/y".to_owned() + &numbered((0..4_000).rev(), ";n*", "=a")))
    }),
    ("quotes in a type", || wide("Content-Type", "x/y;a=\"")),
    ("many message ids", || fields("References", "<abc>")),
    ("different message ids", || field("References", &numbered(0..9_000, "<", ">"))),
    ("results", || fields("Authentication-Results", "x;")),
    ("base64", || full("From: a@b\nContent-Transfer-Encoding: base64\nContent-Type: application/x\n\n", "QUFB")),
    ("base64 of padding", || full("From: a@b\nContent-Transfer-Encoding: base64\n\n", "=")),
    ("quoted-printable", || full("From: a@b\nContent-Transfer-Encoding: quoted-printable\n\n", "=")),
    ("quoted-printable lines", || full("From: a@b\nContent-Transfer-Encoding: quoted-printable\n\n", "=\n")),
    ("empty lines", || full("From: a@b\n\n", "\n")),
    ("one line", || full("From: a@b\n\n", "x")),
    ("quotes in text", || full("From: a@b\n\n", "On 1\n")),
    ("senders in text", || full("From: a@b\n\n", "from: x\n")),
    ("utf-7", || full("From: a@b\nContent-Type: text/plain; charset=utf-7\n\n", "+A")),
    ("iso-2022-jp", || full("From: a@b\nContent-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B\x1b(B")),
    ("html of empty lines", || html("\n")),
    ("html tags", || html("<b><p>")),
    ("html links", || html("<a href=x>y")),
    ("html quotes", || html("<a b=\"")),
    ("html tables", || html("<table><tr><td>")),
    ("html blockquotes", || html("<blockquote>x<br>")),
    ("reports about nobody", || report("")),
    ("reports about everybody", || report("a: b\n\nAction: failed\nFinal-Recipient: rfc822;a@b\nStatus: 5.1.1\n")),
    ("html entities", || html("&amp;&#x41;")),
];

/// The processor's time that this thread has had.
fn worked() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells a thread's time in /proc");
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}

/// Each alone within a second of an optimised build; an unoptimised one gets twenty times that.
#[test]
fn bombs_are_read_or_parked_in_time() {
    let most = Duration::from_millis(if cfg!(debug_assertions) { 20_000 } else { 1_000 });
    for (name, make) in BOMBS {
        let raw = make();
        let begun = worked();
        let ended = read(&raw, came()).map(|message| {
            unquoted(&message.text);
            assert!(message.text.chars().count() <= TEXT_MAX, "{name}");
            assert!(message.html.unwrap_or_default().len() < 16 * TEXT_MAX, "{name}");
        });
        bounce(&raw);
        let took = worked().saturating_sub(begun);
        println!("{name}: {} bytes, {took:?}, {:?}", raw.len(), ended.err());
        assert!(took < most, "{name}: {took:?}");
    }
}

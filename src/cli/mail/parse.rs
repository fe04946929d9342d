//! `pulih mail parse`: what would be read in a mail, and how it would be judged. Keeps nothing.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::json;

use super::{Handed, all};
use crate::base::clock::Clock;
use crate::cli::failure::{Failure, print_json, print_lines};
use crate::cli::{Common, runtime};
use crate::config::Purpose;
use crate::inbound::bounce::bounce;
use crate::inbound::dns::Dns;
use crate::inbound::judge::{Ground, judge};
use crate::inbound::read::read_guarded;
use crate::model::inbound::{Automatic, Bounce, Judgement, Mailbox, Message, Reason};

/// Characters of the text that are shown.
const TEXT_MAX: usize = 2_000;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Parse {
    /// File to read; `-` for stdin.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Name server to ask, as ADDRESS:PORT; may be repeated. Those of the settings otherwise, or the system's.
    #[arg(long, value_name = "ADDRESS:PORT")]
    name_server: Vec<SocketAddr>,
    /// Judge as if the address of `From` were registered.
    #[arg(long)]
    registered: bool,
    #[command(flatten)]
    handed: Handed,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(common: &Common, options: &Parse) -> Result<(), Failure> {
    let inbound = common.load(Purpose::Files)?.config.inbound;
    let unreadable = |e: io::Error| Failure::new(format!("cannot read {}: {e}", options.file.display()));
    let (raw, _) = if options.file.as_os_str() == "-" {
        all(io::stdin().lock()).map_err(unreadable)?
    } else {
        all(File::open(&options.file).map_err(unreadable)?).map_err(unreadable)?
    };
    let servers = if options.name_server.is_empty() { &inbound.name_servers } else { &options.name_server };
    runtime()?.block_on(async {
        let now = Clock::system().now();
        let mut message = read_guarded(raw.clone(), now).await.map_err(|park| {
            Failure::new(format!("the mail would be set aside, as it cannot be read: {}", park.code()))
        })?;
        let mut envelope = options.handed.envelope();
        if envelope.sender.is_none() {
            envelope.sender.clone_from(&message.return_path);
        }
        let ground =
            Ground { registered: options.registered, look_alikes_of: Vec::new(), trusted: inbound.trusted_servers };
        let judgement = judge(&raw, &message, &envelope, &ground, &Dns::new(servers)?, now).await;
        let bounces = bounce(&raw);
        if let Some((end, _)) = message.text.char_indices().nth(TEXT_MAX) {
            message.text.truncate(end);
            message.cut = true;
        }
        if options.json {
            message.html = None;
            return print_json(&json!({ "message": message, "judgement": judgement, "bounces": bounces }));
        }
        print_lines(lines(&message, &judgement, &bounces))
    })
}

fn lines(message: &Message, judgement: &Judgement, bounces: &[Bounce]) -> Vec<String> {
    let date = message.date.map(|date| date.to_rfc3339()).unwrap_or_default();
    let mut lines = vec![
        line("From", &boxes(&message.from)),
        line("Sender", &boxes(&message.sender)),
        line("Reply-To", &boxes(&message.reply_to)),
        line("Return-Path", message.return_path.as_deref().unwrap_or_default()),
        line("To", &boxes(&message.to)),
        line("Subject", &message.subject),
        line("Date", &date),
        line("Message-ID", message.message_id.as_deref().unwrap_or_default()),
        line("Answers", &message.answers.join(" ")),
        line("Automatic", message.automatic.map(Automatic::code).unwrap_or_default()),
        line("Verdict", &format!("{} ({})", judgement.verdict.code(), codes(&judgement.reasons))),
        line("Oddities", &codes(&message.oddities)),
        line("Server", judgement.server.as_deref().unwrap_or_default()),
    ];
    let aligned = |aligned: bool| if aligned { "aligned" } else { "not aligned" };
    for s in &judgement.signatures {
        let words = format!("{} by {} ({}), {} {}", s.check.code(), s.domain, s.selector, aligned(s.aligned), s.detail);
        lines.push(line("DKIM", &words));
    }
    if let Some(spf) = &judgement.spf {
        lines.push(line("SPF", &format!("{} for {}, {}", spf.check.code(), spf.domain, aligned(spf.aligned))));
    }
    if let Some(dmarc) = &judgement.dmarc {
        lines.push(line("DMARC", &format!("{} for {} {}", dmarc.check.code(), dmarc.domain, dmarc.policy)));
    }
    lines.extend(judgement.answers.iter().map(|a| line("DNS", &format!("{} {}: {}", a.name, a.kind, a.value))));
    lines.extend(
        bounces
            .iter()
            .map(|b| line("Report", &format!("{} {} for {}: {}", b.action, b.status, b.recipient, b.diagnostic))),
    );
    lines.extend(
        message
            .attachments
            .iter()
            .map(|a| line("Attachment", &format!("{} {} {} bytes {}", a.name, a.media_type, a.bytes, a.sha256))),
    );
    lines.retain(|line| !line.is_empty());
    lines.push(String::new());
    lines.extend(message.text.lines().map(plain));
    if message.cut {
        lines.push("[…]".to_owned());
    }
    lines
}

/// A named line; none where there is nothing to say.
fn line(name: &str, words: &str) -> String {
    if words.trim().is_empty() { String::new() } else { format!("{:<12} {}", format!("{name}:"), plain(words.trim())) }
}

fn boxes(boxes: &[Mailbox]) -> String {
    boxes.iter().map(|b| format!("{} <{}>", b.name, b.address).trim().to_owned()).collect::<Vec<_>>().join(", ")
}

fn codes(reasons: &[Reason]) -> String {
    reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(", ")
}

/// What a stranger wrote, fit for a terminal, which would obey what is hidden in it.
fn plain(text: &str) -> String {
    let hides = |c: char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().flat_map(|c| if hides(c) { c.escape_unicode().collect() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_told_nothing_that_it_would_obey() {
        assert_eq!(line("Subject", "\u{1b}[2Ja\u{202e}b"), "Subject:     \\u{1b}[2Ja\\u{202e}b");
        assert_eq!(line("Subject", " "), "");
    }
}

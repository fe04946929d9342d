//! `pulih mail ingest|parse`: mail that comes in, from an MTA's pipe and under an operator's eyes.

use std::io::{self, Read};
use std::net::IpAddr;

use super::failure::{Failure, print_json};
use super::{Common, runtime};
use crate::actions::inbound::take::{BEGINNING, Taken, WHOLE_MAX, take_beginning};
use crate::app::App;
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::config::Purpose;
use crate::model::event::Actor;
use crate::model::inbound::{Envelope, Source};

/// The mail is malformed (sysexits, `EX_DATAERR`): an MTA gives it back to its sender.
const DATA: u8 = 65;
/// It cannot be taken now (sysexits, `EX_TEMPFAIL`): an MTA keeps it and tries again.
const LATER: u8 = 75;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Take one mail from standard input, as an MTA's pipe hands it over.
    ///
    /// Exit codes are those of sysexits: 0 once the mail is committed, 65 where there is none, and 75 for everything that
    /// may be better later (database, settings, keys), so that the MTA keeps the mail.
    Ingest(Ingest),
}

#[derive(Debug, clap::Args)]
pub(super) struct Ingest {
    /// Address of the client that handed it to the MTA; what is no address counts as unknown.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    client: String,
    /// What that client called itself in HELO or EHLO.
    #[arg(long, value_name = "NAME")]
    helo: Option<String>,
    /// Envelope sender; an empty one, or `<>`, is the null sender.
    #[arg(long, value_name = "ADDRESS")]
    sender: Option<String>,
    /// Envelope recipient.
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<String>,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(common: &Common, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Ingest(options) => ingest(common, options),
    }
}

/// Whatever goes wrong before the commit, the MTA still has the mail and is told to keep it.
fn ingest(common: &Common, options: &Ingest) -> Result<(), Failure> {
    let later = |failure: Failure| failure.with_code(LATER);
    let (raw, length) = all(io::stdin().lock())
        .map_err(|e| later(Failure::new(format!("the mail cannot be read from standard input: {e}"))))?;
    if raw.is_empty() {
        return Err(Failure::new("there is no mail on standard input").with_code(DATA));
    }
    let taken = keep(common, &envelope(options), &raw, length).map_err(later)?;
    if options.json {
        // the mail is kept: a reader that went away changes nothing about it
        let _ = print_json(&serde_json::json!({ "mail": taken.id, "new": taken.new }));
    }
    Ok(())
}

fn keep(common: &Common, envelope: &Envelope, raw: &[u8], length: usize) -> Result<Taken, Failure> {
    let config = common.load(Purpose::Database)?.config;
    let keys = Keyring::load(&config.keys.dir)
        .map_err(|problems| Failure::settings(problems.iter().map(ToString::to_string).collect()))?;
    runtime()?.block_on(async {
        let app = App::new(config, keys, Clock::system())?;
        Ok(take_beginning(&app, Actor::Worker("ingest"), Source::Pipe, envelope, raw, length).await?)
    })
}

/// A mail to its end, and how long it was; of one that is too large only the beginning stays in memory.
fn all(mut input: impl Read) -> io::Result<(Vec<u8>, usize)> {
    let (whole, mut raw) = (WHOLE_MAX as u64, Vec::new());
    input.by_ref().take(whole + 1).read_to_end(&mut raw)?;
    let mut length = raw.len();
    if length > WHOLE_MAX {
        raw.truncate(BEGINNING);
        length = length.saturating_add(usize::try_from(io::copy(&mut input, &mut io::sink())?).unwrap_or(usize::MAX));
    }
    Ok((raw, length))
}

fn envelope(options: &Ingest) -> Envelope {
    let client = options.client.trim().trim_matches(['[', ']']);
    let client = client.strip_prefix("IPv6:").unwrap_or(client);
    let given = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_owned());
    let bare = |text: String| text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(&text).to_owned();
    Envelope {
        client: client.parse::<IpAddr>().ok(),
        // an MTA that knows none writes so (Postfix: `unknown`)
        helo: given(&options.helo).filter(|helo| !helo.is_empty() && helo != "unknown"),
        sender: given(&options.sender).map(bare),
        recipient: given(&options.recipient).map(bare).filter(|recipient| !recipient.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(client: &str, helo: &str, sender: &str) -> Ingest {
        Ingest {
            client: client.to_owned(),
            helo: Some(helo.to_owned()),
            sender: Some(sender.to_owned()),
            recipient: None,
            json: false,
        }
    }

    #[test]
    fn what_an_mta_writes_for_unknown_is_unknown() {
        for client in ["", "unknown", "local", "unix:/run/x"] {
            assert_eq!(envelope(&flags(client, "unknown", "a@b.id")).client, None, "{client}");
        }
        assert_eq!(envelope(&flags("", "unknown", "")).helo, None);
        assert_eq!(envelope(&flags("", "mx.b.id", "")).helo.as_deref(), Some("mx.b.id"));
    }

    #[test]
    fn the_null_sender_is_told_from_no_sender() {
        assert_eq!(envelope(&flags("", "", "<>")).sender.as_deref(), Some(""));
        assert_eq!(envelope(&flags("", "", "")).sender.as_deref(), Some(""));
        assert_eq!(envelope(&flags("", "", "<a@b.id>")).sender.as_deref(), Some("a@b.id"));
        let none = Ingest { sender: None, ..flags("", "", "") };
        assert_eq!(envelope(&none).sender, None);
    }

    #[test]
    fn addresses_are_read_as_mtas_write_them() {
        for (written, read) in [("192.0.2.7", "192.0.2.7"), ("IPv6:2001:db8::1", "2001:db8::1"), ("[::1]", "::1")] {
            assert_eq!(envelope(&flags(written, "", "")).client, Some(read.parse().unwrap()), "{written}");
        }
    }

    #[test]
    fn a_mail_beyond_the_limit_is_counted_and_not_held() {
        let (raw, length) = all(io::repeat(b'x').take(WHOLE_MAX as u64)).unwrap();
        assert_eq!((raw.len(), length), (WHOLE_MAX, WHOLE_MAX));
        let (raw, length) = all(io::repeat(b'x').take(WHOLE_MAX as u64 + 5)).unwrap();
        assert_eq!((raw.len(), length), (BEGINNING, WHOLE_MAX + 5));
    }
}

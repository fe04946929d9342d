//! What `doctor` finds at the relay.

use super::{Finding, State, found, ok};
use crate::config::{Config, MailTls};
use crate::mail::sender::Sender;

/// Connects, starts TLS and signs in as for a letter, and sends none.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let smtp = &config.smtp;
    let relay = format!("{}:{}", smtp.host, smtp.port);
    let sender = match Sender::new(smtp) {
        Ok(sender) => sender,
        Err(fault) => return vec![found("relay", State::Fail, format!("{fault}."), "correct the settings of [smtp].")],
    };
    let guarded = match smtp.tls {
        MailTls::Starttls => "with STARTTLS",
        MailTls::Implicit => "with TLS",
        MailTls::None => "in plain text",
    };
    vec![match sender.probe().await {
        Ok(()) => ok("relay", format!("{relay} answers {guarded}.")),
        Err(fault) => {
            let words = format!("{relay} does not take letters {guarded}: {}.", fault.text.trim_end_matches('.'));
            found("relay", State::Down, words, "start the relay, or correct the settings of [smtp].")
        }
    }]
}

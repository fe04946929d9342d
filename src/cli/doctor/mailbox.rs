//! What `doctor` finds at the mailbox that is read.

use super::{Finding, State, found, ok};
use crate::config::Config;
use crate::inbound::imap::{Mailbox, Trouble};

/// Signs in, opens the folder and looks for the one to which mail is moved; takes nothing.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let inbound = &config.inbound;
    if inbound.imap_host.is_empty() {
        return vec![ok("mailbox", "No mailbox is read; mail comes in by \"pulih mail ingest\" alone.")];
    }
    let mailbox = format!("{}:{}", inbound.imap_host, inbound.imap_port);
    match ask(config).await {
        Ok((_, false)) => {
            let words = format!("{mailbox} has no folder {} to which mail could be moved.", inbound.imap_done);
            vec![found("mailbox", State::Fail, words, "make that folder, or empty inbound.imap_done.")]
        }
        Ok((tells, true)) => {
            let pace =
                if tells { "tells of mail by itself (IDLE)" } else { "is asked every 30 s, as it knows no IDLE" };
            vec![ok("mailbox", format!("{mailbox} opens {} and {pace}.", inbound.imap_folder))]
        }
        Err(trouble) => {
            let words = format!("{mailbox} cannot be read: {}.", trouble.to_string().trim_end_matches('.'));
            vec![found("mailbox", State::Down, words, "start the server, or correct the settings of [inbound].")]
        }
    }
}

/// Whether the server tells of mail by itself, and whether the folder for what is taken is there.
async fn ask(config: &Config) -> Result<(bool, bool), Trouble> {
    let mut open = Mailbox::open(&config.inbound).await?;
    let done = &config.inbound.imap_done;
    let there = done.is_empty() || open.has_folder(done).await?;
    let tells = open.tells();
    open.close().await;
    Ok((tells, there))
}

//! Who writes: what every letter says about the house that sends it.

use chrono_tz::Tz;

use crate::config::Config;

/// The house that writes.
#[derive(Clone, Debug)]
pub struct House {
    /// Origin of every link, without a slash at its end.
    pub base_url: String,
    /// The agency's name.
    pub agency: String,
    /// Address of the `From` header and of the envelope.
    pub from_address: String,
    /// The address to whose part before the `@` each letter adds its own name, for reports of its failure.
    pub bounce_address: Option<String>,
    /// Name of the `From` header.
    pub from_name: String,
    /// Who helps people.
    pub helpdesk: Desk,
    /// Zone in which times are told.
    pub zone: Tz,
    /// The part of a Message-ID after its `@`.
    pub message_host: String,
}

/// The helpdesk, as every letter names it.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Its mailbox, the `Reply-To` of every letter.
    pub address: String,
    /// Its telephone; may be empty.
    pub phone: String,
    /// Its hours in words; may be empty.
    pub hours: String,
}

impl House {
    /// The house as configured.
    pub fn new(config: &Config) -> Self {
        let base_url = config.server.base_url.trim_end_matches('/').to_owned();
        let from_address = config.smtp.from_address.clone();
        let message_host = match from_address.rsplit_once('@') {
            Some((_, host)) if !host.is_empty() => host.to_owned(),
            _ => "localhost".to_owned(),
        };
        Self {
            base_url,
            agency: config.server.agency.clone(),
            from_address,
            bounce_address: config.smtp.bounce_address.clone(),
            from_name: config.smtp.from_name.clone(),
            helpdesk: Desk {
                address: config.helpdesk.address.clone(),
                phone: config.helpdesk.phone.clone(),
                hours: config.helpdesk.hours.clone(),
            },
            zone: config.locale.zone,
            message_host,
        }
    }

    /// The address of one of our pages; `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}

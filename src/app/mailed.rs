//! What mail holds, opened: its bytes and what it says lie sealed in its row.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::App;
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::seal;
use crate::model::inbound::Message;

impl App {
    /// The bytes of a mail.
    pub fn raw_mail(&self, mail: Uuid, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        seal::open(self.keys().of(Purpose::Seal), mail, sealed)
    }

    /// What a mail says.
    pub fn message(&self, mail: Uuid, sealed: &[u8]) -> Result<Message, Fault> {
        let plain = self.raw_mail(mail, sealed)?;
        serde_json::from_slice(&plain).map_err(|e| Fault::bug("reading what a mail says", e))
    }

    /// The addresses that we write from, and read.
    pub fn own_addresses(&self) -> [&str; 2] {
        let config = self.config();
        [&config.helpdesk.address, &config.smtp.from_address]
    }
}

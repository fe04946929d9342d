//! The notice that TOTP is active on a new device: "Aktivasi TOTP Berhasil".

pub use crate::mail::happened::Data;
use crate::mail::happened::{self, Says};
use crate::mail::sheet::{Pen, Sheet};

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let says = Says {
        heading: ("mail-activated-subject", "mail-activated-preheader"),
        intro: "mail-activated-intro",
        when: "mail-fact-activated",
        then: &["mail-activated-device", "mail-activated-codes"],
        not_me: "mail-activated-not-me",
    };
    happened::sheet(pen, &says, data)
}

//! The notice that TOTP was disabled by its owner.

pub use crate::mail::happened::Data;
use crate::mail::happened::{self, Says};
use crate::mail::sheet::{Pen, Sheet};

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let says = Says {
        heading: ("mail-disabled-subject", "mail-disabled-preheader"),
        intro: "mail-disabled-intro",
        when: "mail-fact-disabled",
        then: &["mail-disabled-old", "mail-disabled-next"],
        not_me: "mail-disabled-not-me",
    };
    happened::sheet(pen, &says, data)
}

//! The notice that ten new recovery codes took the place of those that were.

pub use crate::mail::happened::Data;
use crate::mail::happened::{self, Says};
use crate::mail::sheet::{Pen, Sheet};

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let says = Says {
        heading: ("mail-codes-renewed-subject", "mail-codes-renewed-preheader"),
        intro: "mail-codes-renewed-intro",
        when: "mail-fact-renewed",
        then: &["mail-codes-renewed-old", "mail-codes-renewed-app"],
        not_me: "mail-codes-renewed-not-me",
    };
    happened::sheet(pen, &says, data)
}

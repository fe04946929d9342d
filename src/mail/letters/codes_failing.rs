//! The warning that somebody who knows the password keeps typing wrong codes.

pub use crate::mail::happened::Data;
use crate::mail::happened::{self, Says};
use crate::mail::sheet::{Pen, Sheet};

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let says = Says {
        heading: ("mail-codes-failing-subject", "mail-codes-failing-preheader"),
        intro: "mail-codes-failing-intro",
        when: "mail-fact-last-code",
        then: &["mail-codes-failing-known", "mail-codes-failing-clock", "mail-codes-failing-reset"],
        not_me: "mail-codes-failing-not-me",
    };
    happened::sheet(pen, &says, data)
}

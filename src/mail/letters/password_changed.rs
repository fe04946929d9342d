//! The notice that the password was changed.

pub use crate::mail::happened::Data;
use crate::mail::happened::{self, Says};
use crate::mail::sheet::{Pen, Sheet};

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let says = Says {
        heading: ("mail-password-changed-subject", "mail-password-changed-preheader"),
        intro: "mail-password-changed-intro",
        when: "mail-fact-changed",
        then: &["mail-password-changed-sessions", "mail-password-changed-delay"],
        not_me: "mail-password-changed-not-me",
    };
    happened::sheet(pen, &says, data)
}

//! The notice that an account that was the helpdesk's own signs in at a portal from now on.

pub use crate::mail::happened::Data;
use crate::mail::happened::{self, Says};
use crate::mail::sheet::{Pen, Sheet};

/// Its words.
pub fn sheet(pen: Pen<'_>, data: &Data) -> Sheet {
    let says = Says {
        heading: ("mail-portal-claimed-subject", "mail-portal-claimed-preheader"),
        intro: "mail-portal-claimed-intro",
        when: "mail-fact-claimed",
        then: &["mail-portal-claimed-then", "mail-portal-claimed-app"],
        not_me: "mail-portal-claimed-not-me",
    };
    happened::sheet(pen, &says, data)
}

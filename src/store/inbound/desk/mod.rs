//! Mail that came in, as the desk sees it: shown, listed, held for a change.

pub mod change;
pub mod letters;
pub mod list;
pub mod show;

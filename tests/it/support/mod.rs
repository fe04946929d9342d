//! What tests stand on.

pub mod acts;
pub mod axe;
pub mod browser;
pub mod chromium;
pub mod desk;
pub mod dice;
pub mod dkimpy;
pub mod dns;
pub mod dovecot;
pub mod gallery;
pub mod house;
pub mod installation;
pub mod kode;
pub mod ledger;
pub mod letters;
pub mod load;
pub mod mail_in;
pub mod mailed;
pub mod markup;
pub mod oath;
pub mod portal;
pub mod post_office;
pub mod queue;
pub mod signing;
pub mod sink;
pub mod tables;
pub mod visitor;

/// Whether the full counts are wanted: `PULIH_ROUNDS=full`.
pub fn is_full() -> bool {
    std::env::var_os("PULIH_ROUNDS").is_some_and(|value| value == "full")
}

/// How often a race, a crash or a page is repeated: a few times in the normal run, as the figures say in the full one.
pub fn rounds<T>(normal: T, full: T) -> T {
    if is_full() { full } else { normal }
}

//! What tests stand on.

pub mod browser;
pub mod chromium;
pub mod gallery;
pub mod house;
pub mod letters;
pub mod sink;

/// How often something is tried: a few times in every run, in full where `PULIH_ROUNDS=full`.
pub fn rounds<T>(normal: T, full: T) -> T {
    if std::env::var_os("PULIH_ROUNDS").is_some_and(|rounds| rounds == "full") { full } else { normal }
}

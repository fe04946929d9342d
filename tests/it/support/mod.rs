//! What tests stand on.

pub mod acts;
pub mod browser;
pub mod chromium;
pub mod dice;
pub mod gallery;
pub mod house;
pub mod installation;
pub mod ledger;
pub mod letters;
pub mod load;
pub mod markup;
pub mod sink;
pub mod tables;

/// How often to repeat: few times in the normal run, as often as the figure says where `PULIH_ROUNDS=full`.
pub fn rounds(normal: usize, full: usize) -> usize {
    if std::env::var_os("PULIH_ROUNDS").is_some_and(|value| value == "full") { full } else { normal }
}

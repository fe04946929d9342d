//! What tests stand on.

pub mod acts;
pub mod browser;
pub mod dice;
pub mod house;
pub mod ledger;
pub mod letters;
pub mod sink;

/// How often a race, a crash or a walk is repeated: a few times in the normal run, in full with `PULIH_ROUNDS=full`.
#[allow(clippy::disallowed_methods, reason = "a switch of the tests, no setting of the house")]
pub fn rounds(normal: usize, full: usize) -> usize {
    if std::env::var("PULIH_ROUNDS").is_ok_and(|count| count == "full") { full } else { normal }
}

//! What tests stand on.

pub mod browser;
pub mod house;
pub mod installation;
pub mod letters;
pub mod load;
pub mod sink;

/// How many rounds: few in a normal run, all of them where PULIH_ROUNDS=full asks for it.
pub fn rounds<N>(normal: N, full: N) -> N {
    if is_full() { full } else { normal }
}

/// Whether this run is the long one.
#[allow(clippy::disallowed_methods, reason = "a setting of the tests, not of the house")]
pub fn is_full() -> bool {
    std::env::var("PULIH_ROUNDS").is_ok_and(|rounds| rounds == "full")
}

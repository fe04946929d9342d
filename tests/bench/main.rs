//! Measurements of the running house: `cargo bench --bench figures [-- NAME...]`, one file for each figure.
//!
//! `PULIH_ROUNDS=full` takes the counts that `docs/performance.md` reports, `PULIH_ROUNDS=tiny` only shows that it works.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unchecked_time_subtraction,
    clippy::used_underscore_binding,
    reason = "a measurement that fails ends by panicking"
)]

mod backups;
mod beside;
mod child;
mod chronicle;
mod e1_strangers;
mod e1_verify;
mod e2_sign_in;
mod floor;
mod ground;
mod history;
mod load;
mod p1_ask;
mod p2_confirm;
mod p3_code;
mod p3_verify;
mod p4_pages;
mod p6_log;
mod p7_weight;
mod p8_courier;
mod people;
mod plans;
mod portal;
mod relay;
mod report;
mod scale;
mod stats;
mod visitor;
mod w14_crowd;

use report::Report;
use scale::Scale;

/// A figure: its name, what it measures, and how.
type Figure = (&'static str, &'static str, fn(Scale, &mut Report));

const FIGURES: [Figure; 14] = [
    ("p1", "Kirim against the floor", p1_ask::measure),
    ("p2", "OK against the floor", p2_confirm::measure),
    ("p3", "the code of a sign-in against the floor", p3_code::measure),
    ("p3-verify", "a code that a portal asks about against the floor", p3_verify::measure),
    ("p4", "public pages against a bare handler", p4_pages::measure),
    ("p6", "sealing, proving and verifying the log", p6_log::measure),
    ("p7", "memory and start", p7_weight::measure),
    ("p8", "the courier", p8_courier::measure),
    ("e1", "what Kirim's time tells a stranger", e1_strangers::measure),
    ("e1-verify", "what the time of a portal's question tells a stranger", e1_verify::measure),
    ("e2", "what the time of a password tells a stranger", e2_sign_in::measure),
    ("w14", "a crowd that signs in", w14_crowd::measure),
    ("history", "the auditor's search over a year", history::measure),
    ("plans", "plans of the statements on a large database", plans::measure),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, plan] = arguments.as_slice()
        && first == child::FLAG
    {
        return child::run(plan);
    }
    // cargo adds flags of its own
    let wanted: Vec<String> =
        arguments.iter().filter(|a| !a.starts_with('-')).map(|a| a.to_ascii_lowercase()).collect();
    if let Some(stranger) = wanted.iter().find(|w| !FIGURES.iter().any(|(name, ..)| name == w)) {
        eprintln!("There is no figure {stranger}. There are:");
        for (name, what, _) in FIGURES {
            eprintln!("  {name:<9} {what}");
        }
        std::process::exit(2);
    }
    let scale = Scale::of_environment();
    let mut report = Report::new(scale);
    for (name, what, measure) in FIGURES {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            eprintln!("\n{}: {what}", name.to_ascii_uppercase());
            measure(scale, &mut report);
        }
    }
    report.print();
}

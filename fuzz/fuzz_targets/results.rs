//! Any text as `Authentication-Results`: what is read is within its limits, and is written as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pulih::inbound::results::parse;

fuzz_target!(|text: &str| {
    let Some(results) = parse(text) else { return };
    assert!(!results.server.is_empty());
    assert!(results.methods.len() <= 32);
    for method in &results.methods {
        assert!(!method.name.is_empty() && !method.result.is_empty());
        assert!(method.properties.len() <= 32);
    }
});

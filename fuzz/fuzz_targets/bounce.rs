//! Any bytes as a delivery report: fields come out clean and cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pulih::inbound::bounce::bounce;
use pulih::model::marks::is_hidden;

fuzz_target!(|raw: &[u8]| {
    for each in bounce(raw) {
        assert!(each.diagnostic.chars().count() <= 500);
        assert!(!each.recipient.is_empty());
        for text in [&each.action, &each.status, &each.diagnostic, &each.recipient].into_iter().chain(&each.message_ids) {
            assert!(!text.contains(is_hidden), "{text:?}");
        }
    }
});

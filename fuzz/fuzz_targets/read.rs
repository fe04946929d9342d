//! Any bytes as a mail: read, shown with marks, stripped of quotes, and its attachments found again.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use pulih::inbound::read::{TEXT_MAX, attachment, read, unquoted};
use pulih::model::marks::{is_hidden, marked};

/// Tags a sanitised page may hold; none has an attribute.
const TAGS: &str = " b blockquote br div em h1 h2 h3 h4 h5 h6 hr i li ol p pre strong table tbody td th thead tr u ul ";

fuzz_target!(|raw: &[u8]| {
    let Ok(message) = read(raw, DateTime::UNIX_EPOCH) else { return };
    let kept = serde_json::to_string(&message).expect("a message is JSON");
    assert!(!kept.contains("\\u0000"), "no database keeps NUL");
    assert!(message.text.chars().count() <= TEXT_MAX);
    assert!(!marked(&message.subject).contains(is_hidden));
    let own = unquoted(&message.text);
    assert!(own.len() <= message.text.len());
    for tag in message.html.unwrap_or_default().split('<').skip(1) {
        let name = tag.split('>').next().unwrap_or_default().trim_start_matches('/');
        assert!(TAGS.contains(&format!(" {name} ")), "{name}");
    }
    for each in message.attachments.iter().take(3) {
        assert!(attachment(raw, &each.sha256).is_some());
        assert!(!each.name.contains(['/', '\\']) && !each.name.contains(is_hidden), "{}", each.name);
    }
});

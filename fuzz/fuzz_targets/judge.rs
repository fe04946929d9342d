//! Any bytes as a mail of a registered sender, judged while no name server answers: never verified, never ended by.
#![no_main]

use std::sync::LazyLock;

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use pulih::inbound::dns::Dns;
use pulih::inbound::judge::{Ground, judge};
use pulih::inbound::likeness::{looks_like, skeleton};
use pulih::inbound::read::read;
use pulih::model::inbound::{Envelope, Verdict};
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));
static DNS: LazyLock<Dns> = LazyLock::new(|| RUNTIME.block_on(async { Dns::silent() }).expect("a resolver"));

fuzz_target!(|raw: &[u8]| {
    let now = DateTime::UNIX_EPOCH;
    let Ok(message) = read(raw, now) else { return };
    let sender = message.return_path.clone().unwrap_or_default();
    let envelope = Envelope {
        client: Some([192, 0, 2, 1].into()),
        helo: Some(message.subject.clone()),
        sender: Some(sender),
        recipient: None,
    };
    for from in &message.from {
        let _ = (skeleton(&from.address), looks_like(&from.address, "rina@perusahaan.co.id"));
    }
    let ground = Ground { registered: true, trusted: vec!["mx.lpse.go.id".to_owned()], ..Ground::default() };
    let found = RUNTIME.block_on(judge(raw, &message, &envelope, &ground, &DNS, now));
    // a trusted server's word for a signature whose key nobody gives us is believed, and only that
    assert!(found.verdict != Verdict::Verified || found.server.is_some());
    assert!(!found.reasons.is_empty());
    serde_json::to_string(&found).expect("a judgement is JSON");
});

//! Any text as checkpoints, verifier keys and files of them: what is believed was signed, and is written as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pulih::audit::folder::keys;
use pulih::audit::verify::outside::notes;
use pulih::base::checkpoint::Checkpoint;
use pulih::base::keyring::Key;
use pulih::base::note::{self, Signer, Verifier};
use pulih::base::tile;

fuzz_target!(|text: &str| {
    let signer = Signer::new("pulih.example/log", &Key::new([7; 32])).unwrap();
    assert!(Checkpoint::open(text, &[signer.verifier()]).is_err(), "nobody has signed this");
    if let Some(checkpoint) = note::text(text).and_then(Checkpoint::parse) {
        assert_eq!(Checkpoint::parse(&checkpoint.text()), Some(checkpoint));
    }
    if let Some(verifier) = Verifier::parse(text) {
        assert_eq!(verifier.text(), text.trim());
    }
    for note in notes(text).unwrap_or_default().notes {
        assert!(note::text(&note).and_then(Checkpoint::parse).is_some());
    }
    let _ = keys(text);
    if let Some((index, width)) = tile::index_of(text) {
        assert_eq!(tile::entries_path(index, width), format!("tile/entries/{text}"));
    }
    if let Some(entries) = tile::entries(text.as_bytes(), u64::MAX) {
        let mut again = Vec::new();
        assert!(entries.iter().all(|entry| tile::push_entry(&mut again, entry)));
        assert_eq!(again, text.as_bytes());
    }
});

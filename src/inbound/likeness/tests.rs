//! Who is taken for whom.

use proptest::prelude::*;

use super::*;

/// Addresses that are taken for the registered one.
const ALIKE: &[(&str, &str)] = &[
    // another letter, one more, one less, two swapped
    ("rina@perusahan.co.id", "rina@perusahaan.co.id"),
    ("rina@perusahaaan.co.id", "rina@perusahaan.co.id"),
    ("rina@perusahaam.co.id", "rina@perusahaan.co.id"),
    ("rina@preusahaan.co.id", "rina@perusahaan.co.id"),
    ("rina@perusahaan.go.id", "rina@perusahaan.co.id"),
    ("rina@perusahaan.co.ld", "rina@perusahaan.co.id"),
    ("rina@gmial.com", "rina@gmail.com"),
    ("rina@yahooo.com", "rina@yahoo.com"),
    // digits and letters
    ("rina@perusahaan-1.co.id", "rina@perusahaan-l.co.id"),
    ("r1na@gmail.com", "rina@gmail.com"),
    ("rlna@gmail.com", "rina@gmail.com"),
    ("bud0@yahoo.com", "budo@yahoo.com"),
    ("admin@telk0m.co.id", "admin@telkom.co.id"),
    ("admin@te1kom.co.id", "admin@telkom.co.id"),
    ("admin@peru5ahaan.co.id", "admin@perusahaan.co.id"),
    // pairs
    ("rina@karnpus.ac.id", "rina@kampus.ac.id"),
    ("rina@vvijaya.co.id", "rina@wijaya.co.id"),
    ("rina@perusahaan.corn", "rina@perusahaan.com"),
    ("rina@cloor.id", "rina@door.id"),
    // other scripts
    ("rinа@gmail.com", "rina@gmail.com"),
    ("rina@реrusahaan.co.id", "rina@perusahaan.co.id"),
    ("rina@xn--prusahaan-g0h.co.id", "rina@perusahaan.co.id"),
    ("rina@pérusahaan.co.id", "rina@perusahaan.co.id"),
    ("rina@perusahaαn.co.id", "rina@perusahaan.co.id"),
    ("ｒｉｎａ@gmail.com", "rina@gmail.com"),
    ("rina@gmaıl.com", "rina@gmail.com"),
    // nothing to see
    ("ri\u{200b}na@gmail.com", "rina@gmail.com"),
    ("rina\u{202e}@gmail.com", "rina@gmail.com"),
    ("r\u{ad}ina@gmail.com", "rina@gmail.com"),
    // dots and tags do not hide another domain
    ("ri.na@perusahan.co.id", "rina@perusahaan.co.id"),
    ("rina+lpse@perusahan.co.id", "rina@perusahaan.co.id"),
];

/// Ordinary neighbours.
const APART: &[(&str, &str)] = &[
    ("rina@perusahaan.co.id", "rina@perusahaan.co.id"),
    ("RINA@Perusahaan.CO.ID", "rina@perusahaan.co.id"),
    ("rina@bücher.example", "rina@xn--bcher-kva.example"),
    ("budi1@perusahaan.co.id", "budi2@perusahaan.co.id"),
    ("budi@perusahaan.co.id", "budi1@perusahaan.co.id"),
    ("arni@perusahaan.co.id", "ami@perusahaan.co.id"),
    ("budi.s@perusahaan.co.id", "budis@perusahaan.co.id"),
    ("rina+lpse@perusahaan.co.id", "rina@perusahaan.co.id"),
    ("rina@mail1.perusahaan.co.id", "rina@mail2.perusahaan.co.id"),
    ("rina@mail.perusahaan.co.id", "rina@perusahaan.co.id"),
    ("admin@bri.co.id", "admin@bni.co.id"),
    ("info@pln.co.id", "info@pgn.co.id"),
    ("rina@gmail.com", "rina@yahoo.com"),
    ("rina@gmail.com", "dewi@gmail.com"),
    ("rina@satu.co.id", "budi@dua.co.id"),
    ("rina@perusahaan.co.id", "budi@perusahaan.go.id"),
    ("rina@perusahaan.com", "rina@perusahaan.co.id"),
    ("rina", "rina@gmail.com"),
    ("", "rina@gmail.com"),
    ("@", "@"),
];

#[test]
fn what_is_made_to_be_taken_for_another_is_seen() {
    assert!(ALIKE.len() + APART.len() >= 40);
    for (from, registered) in ALIKE {
        assert!(looks_like(from, registered), "{from} {registered}: {} {}", skeleton(from), skeleton(registered));
    }
}

#[test]
fn neighbours_are_not() {
    for (from, registered) in APART {
        assert!(!looks_like(from, registered), "{from} {registered}");
        assert!(!looks_like(registered, from), "{registered} {from}");
    }
}

proptest! {
    #[test]
    fn nothing_ends_it_and_nobody_looks_like_himself(address in "\\PC{0,40}@\\PC{0,40}", other in "\\PC{0,40}") {
        prop_assert!(!looks_like(&address, &address));
        let _ = (looks_like(&address, &other), looks_like(&other, &address), skeleton(&other));
    }

    #[test]
    fn a_skeleton_is_its_own(address in "[a-z0-9.]{1,20}@[a-z0-9]{1,20}\\.co\\.id") {
        let once = skeleton(&address);
        prop_assert_eq!(plain(&once), once);
    }
}

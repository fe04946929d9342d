//! Codes against the vectors of their RFCs, and what is made of typed ones.

use super::*;

const SEED: &[u8] = b"1234567890123456789012345678901234567890123456789012345678901234";
const HERE: i64 = 1_795_000_000;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn of(algorithm: Algorithm) -> (&'static [u8], Params) {
    let length = match algorithm {
        Algorithm::Sha1 => 20,
        Algorithm::Sha256 => 32,
        Algorithm::Sha512 => 64,
    };
    (&SEED[..length], Params { algorithm, digits: 8, period: 30 })
}

#[test]
fn codes_are_those_of_rfc_6238() {
    let vectors = [
        (59, ["94287082", "46119246", "90693936"]),
        (1_111_111_109, ["07081804", "68084774", "25091201"]),
        (1_111_111_111, ["14050471", "67062674", "99943326"]),
        (1_234_567_890, ["89005924", "91819424", "93441116"]),
        (2_000_000_000, ["69279037", "90698825", "38618901"]),
        (20_000_000_000, ["65353130", "77737706", "47863826"]),
    ];
    for (seconds, codes) in vectors {
        for (algorithm, expected) in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512].into_iter().zip(codes) {
            let (secret, params) = of(algorithm);
            let step = step(at(seconds), &params);
            assert_eq!(code(secret, &params, step).unwrap(), expected, "{algorithm:?} at {seconds}");
            assert_eq!(judge(secret, &params, at(seconds), expected).unwrap(), Verdict::Right { step });
        }
    }
}

#[test]
fn codes_are_those_of_rfc_4226() {
    let codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
    for (step, expected) in (0..).zip(codes) {
        assert_eq!(code(&SEED[..20], &Params::default(), step).unwrap(), expected);
    }
}

#[test]
fn one_step_beside_is_right_and_up_to_twenty_are_recognised() {
    for params in [Params::default(), Params { algorithm: Algorithm::Sha512, digits: 8, period: 60 }] {
        let secret = &SEED[..20];
        let now = step(at(HERE), &params);
        for offset in -30..=30 {
            let step = now + offset;
            let expected = match offset.abs() {
                0..=1 => Verdict::Right { step },
                2..=20 => Verdict::Elsewhere { step, seconds: offset * i64::from(params.period) },
                _ => Verdict::Wrong,
            };
            let typed = code(secret, &params, step).unwrap();
            assert_eq!(judge(secret, &params, at(HERE), &typed).unwrap(), expected, "{offset}");
        }
    }
}

#[test]
fn a_step_turns_at_its_second() {
    let params = Params::default();
    assert_eq!([59, 60, 89, 90].map(|seconds| step(at(seconds), &params)), [1, 2, 2, 3]);
    assert_eq!([0, -1, -30, -31].map(|seconds| step(at(seconds), &params)), [0, -1, -1, -2]);
}

#[test]
fn of_two_steps_with_one_code_the_nearer_is_meant() {
    // 709847 is the code of both
    let (early, late) = (2_386, 2_394);
    let params = Params::default();
    let judged = |step: i64| judge(&SEED[..20], &params, at(step * 30), "709847").unwrap();
    assert_eq!(judged(early), Verdict::Right { step: early });
    assert_eq!(judged(late), Verdict::Right { step: late });
    assert_eq!(judged(late - 3), Verdict::Elsewhere { step: late, seconds: 90 });
    assert_eq!(judged(early + 3), Verdict::Elsewhere { step: early, seconds: -90 });
}

#[test]
fn the_first_seconds_of_1970_are_times_too() {
    let (secret, params) = (&SEED[..20], Params::default());
    for seconds in [-3_600, -1, 0, 29, 600] {
        let right = code(secret, &params, step(at(seconds), &params)).unwrap();
        assert!(matches!(judge(secret, &params, at(seconds), &right).unwrap(), Verdict::Right { .. }), "{seconds}");
    }
}

#[test]
fn blanks_and_hyphens_in_a_code_do_not_matter_and_all_else_does() {
    let (secret, params) = (&SEED[..20], Params::default());
    let judged = |typed: &str| judge(secret, &params, at(0), typed).unwrap();
    for typed in ["755224", " 755 224 ", "755-224", "7 5 5 2 2 4", "755\u{a0}224\n"] {
        assert_eq!(judged(typed), Verdict::Right { step: 0 }, "{typed:?}");
    }
    let long = "755224".repeat(10_000);
    for typed in ["", "75522", "7552240", "0755224", "+755224", "75522a", "٧٥٥٢٢٤", "755.224", "755224\0", &long]
    {
        assert_eq!(judged(typed), Verdict::Wrong, "{typed:.20?}");
    }
}

#[test]
fn no_code_has_other_than_six_or_eight_digits() {
    for digits in [0, 1, 7, 9, 255] {
        assert!(code(SEED, &Params { digits, ..Params::default() }, 1).is_err(), "{digits}");
    }
}

#[test]
fn a_new_secret_has_160_bits_and_never_comes_again() {
    let (one, other) = (generate().unwrap(), generate().unwrap());
    assert_eq!(one.len(), 20);
    assert_ne!(one, other);
}

#[test]
fn the_uri_is_what_apps_read() {
    let (secret, plain) = (b"Hello!\xDE\xAD\xBE\xEF", Params::default());
    assert_eq!(uri("LPSE", "budi", secret, &plain), "otpauth://totp/LPSE:budi?secret=JBSWY3DPEHPK3PXP&issuer=LPSE");
    assert_eq!(
        uri("LPSE: Kota Ambon & Maluku", "a b+c@é/?#:1", secret, &plain),
        "otpauth://totp/LPSE%20Kota%20Ambon%20%26%20Maluku:a%20b%2Bc%40%C3%A9%2F%3F%231?secret=JBSWY3DPEHPK3PXP\
         &issuer=LPSE%20Kota%20Ambon%20%26%20Maluku"
    );
    assert_eq!(uri("", "budi", secret, &plain), "otpauth://totp/budi?secret=JBSWY3DPEHPK3PXP");
    let other = Params { algorithm: Algorithm::Sha256, digits: 8, period: 60 };
    assert_eq!(
        uri("LPSE", "budi", secret, &other),
        "otpauth://totp/LPSE:budi?secret=JBSWY3DPEHPK3PXP&issuer=LPSE&algorithm=SHA256&digits=8&period=60"
    );
}

#[test]
fn a_uri_reads_back_by_another_reader() {
    let url = url::Url::parse(&uri("LPSE Kota Ambon", "ünal & co", b"12345678901234567890", &DEFAULT)).unwrap();
    assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")));
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let expected = [("secret", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), ("issuer", "LPSE Kota Ambon")];
    assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn the_secret_key_stands_in_groups_of_four() {
    assert_eq!(groups(b"12345678901234567890").join(" "), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    assert_eq!(groups(b"12345678901").join(" "), "GEZD GNBV GY3T QOJQ GE");
    assert!(groups(b"").is_empty());
}

#[test]
fn an_algorithm_is_found_by_its_name() {
    for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
        assert_eq!(Algorithm::from_code(algorithm.code()), Some(algorithm));
        assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.code());
    }
    assert_eq!(Algorithm::from_code("sha1"), None);
    assert_eq!(Algorithm::from_code("MD5"), None);
}

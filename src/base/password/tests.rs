//! Passwords against their own hashes and those other systems made.

use super::*;

#[test]
fn a_password_opens_its_own_hash_alone() {
    let phc = hash("rahasia 1 é").unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    assert!(verify("rahasia 1 é", &phc));
    assert_ne!(phc, hash("rahasia 1 é").unwrap());
    for (plain, phc) in [("rahasia", phc.as_str()), ("", &phc), ("x", ""), ("x", "$argon2id$"), ("x", "plain")] {
        assert!(!verify(plain, phc));
    }
}

#[test]
fn hashes_we_can_take_over_are_known() {
    let bcrypt = "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW";
    let salt = "c2FsdHNhbHRzYWx0";
    let hash = "b3m3mlqGeUhvUDwoWyAzpbmdmlqGeUhvUDwoWyAzpbk";
    for known in [
        bcrypt.to_owned(),
        bcrypt.replace("$2b$", "$2y$"),
        format!("$argon2id$v=19$m=65536,t=3,p=4${salt}${hash}"),
        format!("$pbkdf2-sha256$i=600000,l=32${salt}${hash}"),
        format!("$pbkdf2-sha512$25000${salt}${hash}"),
    ] {
        assert!(is_known_hash(&known), "{known}");
    }
    for unknown in [
        String::new(),
        "rahasia".to_owned(),
        bcrypt[..59].to_owned(),
        bcrypt.replace("$12$", "$31$"),
        bcrypt.replace("$12$", "$03$"),
        bcrypt.replace("$2b$", "$2x$"),
        bcrypt.replace("OXe", "OXf"),
        bcrypt.replace('E', "\0"),
        format!("$argon2i$v=19$m=65536,t=3,p=4${salt}${hash}"),
        format!("$argon2id$v=19$m=4194304,t=3,p=4${salt}${hash}"),
        format!("$argon2id$v=19$m=65536,t=3,p=4${salt}"),
        format!("$pbkdf2-sha256$i=0,l=32${salt}${hash}"),
        format!("$pbkdf2-sha256$10000001${salt}${hash}"),
        format!("$pbkdf2-sha256$+1${salt}${hash}"),
        format!("$pbkdf2-sha256$i=1,l=20${salt}${hash}"),
        format!("$pbkdf2-sha256$i=1,x=2${salt}${hash}"),
        format!("$pbkdf2-sha256$1${salt}${}", &hash[..19]),
        format!("$pbkdf2-md5$25000${salt}${hash}"),
        "5f4dcc3b5aa765d61d8327deb882cf99".to_owned(),
    ] {
        assert!(!is_known_hash(&unknown), "{unknown}");
    }
}

#[test]
fn hashes_of_other_systems_are_verified() {
    // libxcrypt 4.4 made the first three kinds, Python's hashlib the others
    let vectors = [
        ("rahasia", "$2b$04$abcdefghijklmnopqrstuu5FszY6gDWIjsRp/OgQr7vApVRkpsIfW"),
        ("rahasia é 1", "$2b$04$abcdefghijklmnopqrstuuBBNREWx0EKdjXda.dbgGyJlf.jaZ8yq"),
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
        ("rahasia é 1", "$2y$06$DCq7YPn5Rq63x1Lad4cll.FtJdm7SIPeJF6XSoqbR3/AsmU1FOBwq"),
        ("rahasia é 1", "$pbkdf2$1200$..../wECAwQFBg$0h7Q5EyWT.ppt.DYSmZDDeMA5KA"),
        ("rahasia é 1", "$pbkdf2-sha1$i=1200,l=20$++++/wECAwQFBg$0h7Q5EyWT+ppt+DYSmZDDeMA5KA"),
        ("rahasia é 1", "$pbkdf2-sha256$1200$..../wECAwQFBg$76582MVPXlVmbHrp5YRnLRMHAu1HIJZWIb0cVvS2Eug"),
        ("rahasia é 1", "$pbkdf2-sha256$i=1200,l=32$++++/wECAwQFBg$76582MVPXlVmbHrp5YRnLRMHAu1HIJZWIb0cVvS2Eug"),
        (
            "rahasia é 1",
            "$pbkdf2-sha512$1200$..../wECAwQFBg$uIfZyCeNYHT7tPK83vHYNXLJ6NMlYWemPii8gllJnEJny1ZlHAHWWolk002CQEkQmVDB\
             AC7900xmAooTqazxhg",
        ),
        // RFC 6070
        ("password", "$pbkdf2$1$c2FsdA$DGDID5YfDnHzqbUkr2ASBi/gN6Y"),
        ("password", "$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE"),
    ];
    for (plain, known) in vectors {
        assert!(is_known_hash(known), "{known}");
        assert!(verify(plain, known), "{known}");
        assert!(!is_current(known));
        for other in [format!("{plain} "), format!("{plain}\0"), "Rahasia".to_owned()] {
            assert!(!verify(&other, known), "{other:?} {known}");
        }
    }
}

#[test]
fn any_changed_sign_of_a_foreign_hash_is_noticed() {
    for known in [
        "$2b$04$abcdefghijklmnopqrstuu5FszY6gDWIjsRp/OgQr7vApVRkpsIfW",
        "$pbkdf2-sha256$i=12,l=32$c2FsdA$hXeBQnb6HEGVb3jxRt3xU3xD+/Z46/k2jbH9Hm1bpSw",
    ] {
        assert!(verify("rahasia", known), "{known}");
        for at in 7..known.len() {
            let mut changed = known.as_bytes().to_vec();
            changed[at] = if changed[at] == b'y' { b'G' } else { b'y' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(!verify("rahasia", &changed), "{changed}");
        }
    }
}

#[test]
fn bcrypt_sees_72_bytes_as_everywhere() {
    let known = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
    let seen = "a".repeat(72);
    assert!(verify(&seen, known));
    assert!(verify(&format!("{seen}b"), known));
    assert!(!verify(&seen[1..], known));
    assert!(!verify(&format!("{seen}\0"), known), "a NUL is refused wherever it stands");
}

#[test]
fn passwords_of_more_than_1024_bytes_are_refused() {
    let longest = "x".repeat(1024);
    let longer = "x".repeat(1025);
    let phc = hash(&longest).unwrap();
    assert!(verify(&longest, &phc));
    assert!(!verify(&longer, &phc));
    assert!(hash(&longer).is_err());
}

#[test]
fn hashes_of_other_costs_are_no_longer_current() {
    let phc = hash("rahasia 1").unwrap();
    assert!(is_current(&phc));
    for (ours, other) in [
        ("m=19456", "m=19455"),
        ("m=19456", "m=65536"),
        ("t=2", "t=1"),
        ("p=1", "p=2"),
        ("v=19$", ""),
        ("v=19", "v=16"),
    ] {
        assert!(!is_current(&phc.replace(ours, other)), "{other}");
    }
    assert!(!is_current("") && !is_current("$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0"));
}

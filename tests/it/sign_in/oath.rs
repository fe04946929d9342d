//! Our codes beside those of two programs of others: `oathtool` (liboath, C) and `pyotp` (Python).

use std::fmt::Write as _;

use chrono::DateTime;
use data_encoding::BASE32_NOPAD;
use pulih::base::totp::{self, Algorithm, Params};

use crate::support::dice::Dice;
use crate::support::house::{PASSWORD, SECRET, TestApp};
use crate::support::oath::{oathtool, pyotp};
use crate::support::signing::RINA;

/// Codes that are computed three times.
const CASES: usize = 200;

/// All that `pyotp` computes, in one process: lines of secret, time, algorithm, digits, period.
const PYOTP: &str = "
import hashlib, pyotp, sys
for line in sys.stdin:
    secret, time, digest, digits, period = line.split()
    totp = pyotp.TOTP(secret, int(digits), getattr(hashlib, digest.lower()), interval=int(period))
    print(totp.at(int(time)))
";

/// What an app does with a QR code: read the URI, show the code of now.
const PYOTP_URI: &str = "
import pyotp, sys
totp = pyotp.parse_uri(sys.stdin.readline().strip())
print(totp.secret)
print(totp.issuer)
print(totp.name)
print(totp.now())
";

#[test]
fn oathtool_and_pyotp_make_the_codes_we_make() {
    let mut dice = Dice::new(1);
    let mut lines = String::new();
    let mut ours = Vec::new();
    for case in 0..CASES {
        // as short as old apps made them, and longer than a block of the hash
        let length = if case % 2 == 0 { 20 } else { 10 + dice.throw(119) };
        let secret: Vec<u8> = (0..length).map(|_| u8::try_from(dice.throw(256)).unwrap()).collect();
        let time = i64::try_from(dice.throw(20_000_000_000)).unwrap();
        let base32 = BASE32_NOPAD.encode(&secret);
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256] {
            for digits in [6, 8] {
                let period = *dice.pick(&[30, 30, 60]).unwrap();
                let params = Params { algorithm, digits, period };
                let step = totp::step(DateTime::from_timestamp(time, 0).unwrap(), &params);
                let code = totp::code(&secret, &params, step).unwrap();
                let name = algorithm.code();
                let kind = format!("--totp={}", name.to_lowercase());
                let (digits, period) = (format!("--digits={digits}"), format!("--time-step-size={period}s"));
                let now = format!("--now=@{time}");
                let told = oathtool(&[&kind, &digits, &period, &now, "--base32", &base32]);
                assert_eq!(told.concat(), code, "oathtool: {base32} at {time}, {params:?}");
                writeln!(lines, "{base32} {time} {name} {} {}", params.digits, params.period).unwrap();
                ours.push(code);
            }
        }
    }
    let told = pyotp(PYOTP, &lines);
    for ((line, told), ours) in lines.lines().zip(&told).zip(&ours) {
        assert_eq!(told, ours, "pyotp: {line}");
    }
    assert_eq!((told.len(), ours.len()), (4 * CASES, 4 * CASES));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_oathtool_makes_now_signs_in() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let mut rina = app.browser();
    rina.password(RINA, PASSWORD).await;
    let now = oathtool(&["--totp", "--base32", SECRET]).concat();
    rina.send("/login/totp", &[("code", &now)]).await;
    assert_eq!(rina.page.path, "/account", "{}", rina.page.text());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_apps_read_what_we_hand_out_whatever_codes_the_house_makes() {
    for (algorithm, digits, period) in [(Algorithm::Sha1, 6, 30), (Algorithm::Sha256, 8, 60)] {
        let app = TestApp::with(|plan| {
            plan.config.totp.algorithm = algorithm;
            plan.config.totp.digits = digits;
            plan.config.totp.period = period;
            plan.config.totp.issuer = "LPSE Kota: Désa / Ambon".to_owned();
        })
        .await;
        app.import("CV BARU/7.é,penyedia,Baru,baru@contoh.example,,,,\n").await;
        app.people_with_passwords().await;
        let mut baru = app.browser();
        baru.password(("CV BARU/7.é", "penyedia"), PASSWORD).await;
        assert_eq!(baru.page.path, "/activate", "{}", baru.page.text());
        let start = baru.page.body.find("otpauth://").unwrap();
        let uri: String = baru.page.body[start..].chars().take_while(|c| *c != '"').collect();
        let uri = uri.replace("&amp;", "&");
        let read = pyotp(PYOTP_URI, &uri);
        // a colon would end the issuer
        assert_eq!(read[1..3], ["LPSE Kota Désa / Ambon", "CV BARU/7.é"], "{uri}");
        assert_eq!(read[0], baru.page.secret_key());
        baru.send("/activate", &[("code", &read[3])]).await;
        assert_eq!(baru.page.path, "/activate/codes", "{}", baru.page.text());
        baru.send("/activate/codes", &[]).await;
        baru.send("/logout", &[]).await;
        app.settle().await;
        app.advance(chrono::TimeDelta::seconds(i64::from(period))).await;

        baru.password(("CV BARU/7.é", "penyedia"), PASSWORD).await;
        let kind = format!("--totp={}", algorithm.code().to_lowercase());
        let (digits, period) = (format!("--digits={digits}"), format!("--time-step-size={period}s"));
        let now = format!("--now=@{}", app.app.clock().now().timestamp());
        let next = oathtool(&[&kind, &digits, &period, &now, "--base32", &read[0]]).concat();
        baru.send("/login/totp", &[("code", &next)]).await;
        assert_eq!(baru.page.path, "/account", "{}", baru.page.text());
        app.end().await;
    }
}

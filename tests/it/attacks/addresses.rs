//! T11: whatever is typed as User ID and address, mail goes to the stored address or nowhere.

use chrono::TimeDelta;
use pulih::config::LimitsMode;
use reqwest::Method;

use super::RINA;
use crate::support::house::TestApp;
use crate::support::letters::list;
use crate::support::rounds;

const IDS: [&str; 20] = [
    "AMANAH7",
    "amanah7",
    " AMANAH7 ",
    "AMANAH7\t",
    "AMANAH7\u{a0}",
    "AMANAH7\u{200b}",
    "ＡMANAH7",
    "АMANAH7",
    "AMANAH٧",
    "AMANAH7\r\n",
    "AMANAH7\0",
    "AMANAH7'--",
    "AMANAH_",
    "AMANAH%",
    "*",
    "AMANAH7,BAHTERA8",
    "AMANAH7\nBAHTERA8",
    "\u{202e}7HANAMA",
    "ÄMANAH7",
    "AMANAH7/../BAHTERA8",
];

const ADDRESSES: [&str; 50] = [
    RINA,
    "RINA@AMANAH.EXAMPLE",
    "Rina@Amanah.Example",
    " rina@amanah.example ",
    "rina@amanah.example.",
    "r.ina@amanah.example",
    "rina.@amanah.example",
    "rina+totp@amanah.example",
    "rina+@amanah.example",
    "rina%evil.example@amanah.example",
    "rina@amanah.example@evil.example",
    "rina@evil.example@amanah.example",
    "rina@evil.example,rina@amanah.example",
    "rina@amanah.example,eve@evil.example",
    "rina@amanah.example;eve@evil.example",
    "rina@amanah.example eve@evil.example",
    "rina@amanah.example\r\nBcc: eve@evil.example",
    "rina@amanah.example\nTo: eve@evil.example",
    "rina@amanah.example\0eve@evil.example",
    "rina@amanah.example%00",
    "rina@amanah.example%0d%0aBcc:eve@evil.example",
    "Rina <rina@amanah.example>",
    "<rina@amanah.example>",
    "\"rina\"@amanah.example",
    "\"rina@amanah.example\"@evil.example",
    "rina(x)@amanah.example",
    "rina@(x)amanah.example",
    "rina@[127.0.0.1]",
    "@evil.example:rina@amanah.example",
    "rina@аmanah.example",
    "rina@amanаh.example",
    "rinа@amanah.example",
    "rina@ａmanah.example",
    "rina@amanah。example",
    "rina@xn--manah-8ye.example",
    "rina@amanah\u{200b}.example",
    "ri\u{ad}na@amanah.example",
    "rina@\u{202e}hanama.example",
    "rina\u{200d}@amanah.example",
    "rına@amanah.example",
    "RİNA@amanah.example",
    "rina@amanah.example\u{2028}",
    "rina@amanah.exam\u{0301}ple",
    "rina@amanah..example",
    "rina@.amanah.example",
    "rina@amanah",
    "rina",
    "@",
    "",
    "mailto:rina@amanah.example?cc=eve@evil.example",
];

/// Bodies as no form makes them.
const BODIES: [&str; 12] = [
    "user_id=AMANAH7&email=rina@amanah.example&email=eve@evil.example",
    "user_id=AMANAH7&email=eve@evil.example&email=rina@amanah.example",
    "user_id=AMANAH7&user_id=BAHTERA8&email=rina@amanah.example",
    "user_id=AMANAH7&email[]=rina@amanah.example&email[]=eve@evil.example",
    "user_id=AMANAH7&email[to]=rina@amanah.example",
    "user_id=AMANAH7&email=rina@amanah.example&email[]=eve@evil.example",
    "user_id=AMANAH7&email=rina%40amanah.example%0d%0aBcc%3a+eve%40evil.example",
    "user_id=AMANAH7&email=rina%40amanah.example%00",
    "user_id=AMANAH7&email=rina%40amanah.example%ff",
    "user_id=AMANAH7%00&email=rina@amanah.example",
    "user_id=AMANAH7&Email=eve@evil.example&email=rina@amanah.example&cc=eve@evil.example&to=eve@evil.example",
    "user_id=AMANAH7&%65mail=eve@evil.example&email=rina@amanah.example",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_goes_to_the_stored_address_or_nowhere() {
    let app = TestApp::with(|plan| plan.config.limits.mode = LimitsMode::Off).await;
    app.people().await;
    let mut tricks: Vec<String> = BODIES.iter().map(|body| (*body).to_owned()).collect();
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    tricks.extend(ADDRESSES.iter().map(|email| format!("user_id=AMANAH7&email={}", encode(email))));
    tricks.extend(IDS.iter().map(|id| format!("user_id={}&email={}", encode(id), encode(RINA))));
    // each doubtful User ID with doubtful addresses
    let mixed =
        IDS.iter().enumerate().flat_map(|(n, id)| (0..6).map(move |m| (id, ADDRESSES[(n * 7 + m * 8 + 3) % 50])));
    tricks.extend(mixed.map(|(id, email)| format!("user_id={}&email={}", encode(id), encode(email))));
    assert!(tricks.len() >= 200, "{}", tricks.len());
    let step = tricks.len().div_ceil(rounds(90, tricks.len()));
    let mut browser = app.browser();
    for trick in tricks.iter().take(62).chain(tricks.iter().skip(62).step_by(step)) {
        let form = browser.open("/reset-totp").await.form("/reset-totp");
        let body = format!("csrf={}&form={}&user_type=penyedia&{trick}", form.value("csrf"), form.value("form"));
        let request = browser.request(Method::POST, "/reset-totp").header("origin", &app.url);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        let answer = browser.answer(request).await;
        assert!(matches!(answer.status.as_u16(), 303 | 422), "{trick}: {}", answer.status);
        app.settle().await;
        app.advance(TimeDelta::seconds(61)).await;
    }
    let letters = app.letters();
    assert!(letters.iter().all(|letter| letter.to == RINA), "{:?}", list(&letters));
    // alike but for case, blanks and the form of the domain
    assert!((5..24).contains(&letters.len()), "{} letters", letters.len());
    app.end().await;
}

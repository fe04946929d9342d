//! W16 for mail: nothing that anybody writes into one becomes markup at the desk, or asks for anything outside.

use pulih::config::LimitsMode;

use crate::attacks::payloads::payloads;
use crate::support::house::TestApp;
use crate::support::mailed::Mailed;
use crate::support::markup;

/// What mails have been made to carry besides.
const MAILED: [&str; 14] = [
    "=?utf-8?q?=3Cimg_src=3Dx_onerror=3Dalert(1)=3E?=",
    "=?utf-8?b?PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==?=",
    "<style>@import '//evil.example/x.css';</style>",
    "<p style=background:url(//evil.example/x)>x</p>",
    "<table background=//evil.example/x><tr><td>x</table>",
    "<video src=//evil.example/x poster=//evil.example/y></video>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<object data=//evil.example/x.swf></object>",
    "<input autofocus onfocus=alert(1)>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<plaintext>",
];

fn one_line(payload: &str) -> String {
    payload.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '"' | '\\') { ' ' } else { c }).collect()
}

fn mail(payload: &str) -> Mailed {
    let line = one_line(payload);
    let headers = format!(
        "Reply-To: \"{line}\" <x@evil.example>\r\nSubject: {line}\r\nAuthentication-Results: evil.example; {line}\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=zzz\r\n"
    );
    let body = format!(
        "--zzz\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{payload}\r\n> {payload}\r\n\
         --zzz\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Awal</p><p title='{payload}'>{payload}</p>{payload}\r\n\
         --zzz\r\nContent-Type: image/png; name=\"{line}\"\r\nContent-Disposition: attachment; filename=\"{line}\"\r\n\r\nx\r\n--zzz--"
    );
    Mailed::of(&format!("\"{line}\" <eve@evil.example>"), &headers, &body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_written_into_a_mail_becomes_markup() {
    let app = TestApp::with(|plan| plan.config.limits.mode = LimitsMode::Off).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let plain = app.mailed(&mail("Halo dunia")).await;
    let skeleton = |body: &str| markup::skeleton(body);
    let expected = skeleton(&rina.browser.open(&format!("/staff/mail/{plain}")).await.body);
    let payloads: Vec<String> = payloads().into_iter().chain(MAILED.map(str::to_owned)).collect();
    assert!(payloads.len() >= 50, "{}", payloads.len());
    for payload in payloads {
        let id = app.mailed(&mail(&payload)).await;
        let page = rina.browser.open(&format!("/staff/mail/{id}")).await.clone();
        assert_eq!(page.status.as_u16(), 200, "{payload}: {}", page.text());
        let seen = skeleton(&page.body);
        // a payload of several lines may end its quote, which only folds it otherwise
        if !payload.contains(['\r', '\n', '\u{2028}']) {
            let differs = seen.iter().zip(&expected).find(|(a, b)| a != b);
            assert!(seen == expected, "{payload}: {differs:?}");
        }
        assert_eq!(markup::foreign(&page.body, &app.url), Vec::<String>::new(), "{payload}");
        let frame = rina.browser.open(&format!("/staff/mail/{id}/html")).await.clone();
        assert_eq!(markup::foreign(&frame.body, &app.url), Vec::<String>::new(), "{payload}: {}", frame.body);
        for tag in markup::tags(&frame.body) {
            let bad = ["script", "iframe", "form", "base", "link", "svg", "img", "object", "style"];
            assert!(!bad.contains(&tag.name.as_str()), "{payload}: {tag:?}");
            assert!(tag.attributes.iter().all(|(name, _)| !name.starts_with("on")), "{payload}: {tag:?}");
        }
        let case = app.case_of(id).await;
        for path in [format!("/staff/requests/{case}"), "/staff/mail?view=all".to_owned(), "/staff/requests".to_owned()]
        {
            let page = rina.browser.open(&path).await;
            assert_eq!(page.status.as_u16(), 200, "{payload} at {path}");
            assert_eq!(markup::foreign(&page.body, &app.url), Vec::<String>::new(), "{payload} at {path}");
            assert!(!payload.contains('<') || !page.body.contains(&payload), "{payload} at {path}");
        }
    }
    app.end().await;
}

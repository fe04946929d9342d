//! The pages of mail as people see them: axe, narrow and wide, light and dark.

use pulih::i18n::Lang;

use crate::support::chromium::{Chromium, Look};
use crate::support::gallery::Gallery;

/// Pages in states that look unlike each other.
const SHOWN: [&str; 10] = [
    "mail-verified",
    "mail-failed",
    "mail-unknown",
    "mail-bidi",
    "mail-html",
    "mail-answer",
    "mail-trouble-note",
    "mails-all",
    "case-mail",
    "case-mail-unplaced",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_of_mail_shuts_anybody_out() {
    let gallery = Gallery::open().await;
    let mut faults = Vec::new();
    for width in [320, 1280] {
        let chromium = Chromium::start(Look { width, ..Look::PHONE }).await;
        chromium.bring_axe().await;
        for name in SHOWN {
            chromium.open(&gallery.url(Lang::Id, name)).await;
            faults.extend(chromium.faults().await.iter().map(|fault| format!("{name} at {width}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

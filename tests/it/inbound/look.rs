//! The pages of mail as people see them: axe, narrow and wide, light and dark.

use pulih::i18n::Lang;

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
    Gallery::open().await.is_open_to_all(&[(320, Lang::Id), (1280, Lang::Id)], &SHOWN).await;
}

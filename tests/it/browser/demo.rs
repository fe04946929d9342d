//! The demo as a newcomer walks through it, letters and all; and the pictures of the documentation, taken on the way.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use pulih::config::Config;
use pulih::demo::{self, Options};
use pulih::i18n::Lang;

use crate::support::chromium::{Chromium, Look};
use crate::support::house::free_port;
use crate::support::rounds;

/// Where pictures go: the folder named by `PULIH_SCREENSHOTS`, or nowhere.
fn folder() -> Option<PathBuf> {
    std::env::var_os("PULIH_SCREENSHOTS").map(PathBuf::from)
}

impl Chromium {
    /// Keeps a picture of this page, where pictures are wanted.
    async fn keep(&self, name: &str) {
        if let Some(folder) = folder() {
            let theme = if self.look.dark { "-dark" } else { "" };
            let lang = if self.look.lang == Lang::Id { "" } else { "-en" };
            let file = folder.join(format!("{name}{theme}{lang}-{}.png", self.look.width));
            std::fs::write(file, self.picture().await).unwrap();
        }
    }

    /// Opens the newest letter of the demo's mailbox once its subject is this.
    async fn newest_letter(&self, url: &str, subject: &str) {
        for _ in 0..100 {
            self.open(&format!("{url}/demo/mailbox")).await;
            if self.text(".mails strong").await == subject {
                self.keep("mailbox").await;
                return self.tap(".mails a").await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        panic!("no letter {subject:?} came");
    }
}

/// From Beranda to "TOTP Berhasil di Reset" through the demo's own mailbox.
async fn walk(url: &str, me: &serde_json::Value, chromium: &Chromium) {
    let typed = |key: &str| me[key].as_str().unwrap().to_owned();
    chromium.open(&format!("{url}/demo?lang={}", chromium.look.lang.code())).await;
    chromium.keep("demo").await;
    assert_eq!(chromium.faults().await, Vec::<String>::new());
    chromium.open(url).await;
    chromium.keep("home").await;
    chromium.tap("a[href='/reset-totp']").await;
    chromium.sees(&chromium.t("reset-title")).await;
    chromium.tap("#user_id").await;
    chromium.write(&typed("user_id")).await;
    chromium.tap("#email").await;
    chromium.write(&typed("email")).await;
    chromium.tap(&format!("label[for={}]", typed("user_type"))).await;
    chromium.until(".proof[data-state=ready]", true).await;
    chromium.keep("form").await;
    chromium.tap("#kirim").await;
    chromium.sees(&chromium.t("sent-title")).await;
    chromium.keep("sent").await;
    chromium.newest_letter(url, &chromium.t("mail-link-subject")).await;
    chromium.until("iframe.mail", true).await;
    chromium.keep("message").await;
    assert_eq!(chromium.faults().await, Vec::<String>::new());
    let message = chromium.path().await;
    chromium.open(&format!("{url}{message}/html")).await;
    chromium.keep("mail").await;
    chromium.open(&format!("{url}{message}")).await;
    chromium.client.enter_frame(0).await.unwrap();
    chromium.tap("a[href*='/r/']").await;
    chromium.client.enter_parent_frame().await.unwrap();
    chromium.sees(&chromium.t("confirm-title")).await;
    chromium.keep("link").await;
    chromium.tap("#opener button").await;
    chromium.until("dialog", true).await;
    chromium.keep("confirm").await;
    chromium.tap("dialog .danger").await;
    chromium.sees(&chromium.t("done-title")).await;
    chromium.keep("done").await;
    chromium.is_content().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_leads_from_the_form_to_the_letter_and_on() {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let mut config = Config::default();
    config.server.ops_listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let started = demo::start(config, &Options { listen, accounts: 20, data: None }).await.unwrap();
    let people = started.json()["accounts"].clone();
    let looks = [
        Look::PHONE,
        Look { dark: true, lang: Lang::En, ..Look::PHONE },
        Look { width: 1280, ..Look::PHONE },
        Look { width: 1280, dark: true, lang: Lang::En, ..Look::PHONE },
    ];
    let count = if folder().is_some() { 4 } else { rounds(1, 4) };
    for (nth, look) in looks[..count].iter().enumerate() {
        let chromium = Chromium::start(*look).await;
        chromium.bring_axe().await;
        walk(&started.url, &people[nth], &chromium).await;
    }
    started.running.stop.cancel();
    started.ended().await;
}

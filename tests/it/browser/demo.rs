//! The demo as a newcomer walks through it, letters and all; and the pictures of the documentation, taken on the way.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use pulih::config::Config;
use pulih::demo::{self, Options};
use pulih::i18n::Lang;

use super::newcomer;
use crate::support::chromium::{Chromium, Look};
use crate::support::house::free_port;
use crate::support::{is_full, rounds};

/// The same picture in the 256 colours it uses most, which is a third of the bytes.
fn smaller(picture: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let colours: Vec<[u8; 3]> = pixels.chunks(info.color_type.samples()).map(|p| [p[0], p[1], p[2]]).collect();
    let mut counts = HashMap::<[u8; 3], usize>::new();
    for colour in &colours {
        *counts.entry(*colour).or_default() += 1;
    }
    let mut palette: Vec<[u8; 3]> = counts.keys().copied().collect();
    palette.sort_by_key(|colour| std::cmp::Reverse((counts[colour], *colour)));
    palette.truncate(256);
    let far = |a: &[u8; 3], b: &[u8; 3]| a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum::<u32>();
    let nearest = |colour: &[u8; 3]| (0..palette.len()).min_by_key(|at| far(colour, &palette[*at])).unwrap();
    let places: HashMap<[u8; 3], u8> = counts.keys().map(|c| (*c, u8::try_from(nearest(c)).unwrap())).collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, info.width, info.height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let indices: Vec<u8> = colours.iter().map(|colour| places[colour]).collect();
    encoder.write_header().unwrap().write_image_data(&indices).unwrap();
    out
}

/// The pictures of the documentation; `PULIH_ROUNDS=full` keeps every other page besides.
const PICTURES: [&str; 13] = [
    "form-360",
    "sent-360",
    "mail-360",
    "link-360",
    "confirm-360",
    "done-360",
    "activate-360",
    "account-360",
    "confirm-dark-en-360",
    "form-1280",
    "desk-mail-1280",
    "audit-record-1280",
    "audit-integrity-1280",
];

/// Where pictures go: the folder named by `PULIH_SCREENSHOTS`, or nowhere.
fn folder() -> Option<PathBuf> {
    std::env::var_os("PULIH_SCREENSHOTS").map(PathBuf::from)
}

impl Chromium {
    /// Keeps a picture of this page, where pictures are wanted.
    pub async fn keep(&self, name: &str) {
        if let Some(folder) = folder() {
            let theme = if self.look.dark { "-dark" } else { "" };
            let lang = if self.look.lang == Lang::Id { "" } else { "-en" };
            let name = format!("{name}{theme}{lang}-{}", self.look.width);
            if is_full() || PICTURES.contains(&name.as_str()) {
                std::fs::write(folder.join(name + ".png"), smaller(&self.picture().await)).unwrap();
            }
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
async fn the_demo_leads_from_the_form_to_the_letter_and_home_without_a_phone() {
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
        if nth == 0 {
            newcomer::come_home(&started.url, &people[nth], &chromium).await;
        }
    }
    started.running.stop.cancel();
    started.ended().await;
}

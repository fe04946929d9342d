//! Every page in every state, drawn from its samples and served as the house serves pages: same sheet, same scripts,
//! same headers.

use std::net::SocketAddr;

use pulih::base::picture;
use pulih::i18n::Lang;
use pulih::views::samples;
use pulih::web::headers;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::{TcpListener, TcpStream};

use super::chromium::{Chromium, Look};

/// Where the samples hang; it closes with the test.
pub struct Gallery {
    address: SocketAddr,
}

impl Gallery {
    /// Opens it.
    pub async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream));
            }
        });
        Self { address }
    }

    /// Nothing in these samples shuts anybody out, at these widths in these languages, light and dark.
    pub async fn is_open_to_all(&self, looks: &[(u32, Lang)], names: &[&str]) {
        let mut faults = Vec::new();
        for (width, lang) in looks {
            let chromium = Chromium::start(Look { width: *width, ..Look::PHONE }).await;
            chromium.bring_axe().await;
            for name in names {
                chromium.open(&self.url(*lang, name)).await;
                assert!(chromium.shows("h1").await, "{name} is drawn");
                let found = chromium.faults().await;
                faults.extend(found.iter().map(|fault| format!("{name} ({}) at {width}: {fault}", lang.code())));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// Address of a sample as browsers without scripts build it.
    pub fn plain(&self, lang: Lang, name: &str) -> String {
        self.url(lang, name).replace("/sample/", "/plain/")
    }

    /// Address of a sample.
    pub fn url(&self, lang: Lang, name: &str) -> String {
        format!("http://{}/sample/{}/{name}", self.address, lang.code())
    }
}

async fn answer(stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufStream::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first).await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default();
    let (kind, body) = content(path).unwrap_or_default();
    let status = if body.is_empty() { "404 Not Found" } else { "200 OK" };
    let length = body.len();
    let fixed = headers::lines(false);
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n");
    stream.write_all(format!("{head}{fixed}\r\n").as_bytes()).await?;
    stream.write_all(&body).await?;
    stream.flush().await
}

fn content(path: &str) -> Option<(&'static str, Vec<u8>)> {
    let mut parts = path.trim_start_matches('/').split('/');
    match (parts.next()?, parts.next()?, parts.next()) {
        (kind @ ("sample" | "plain"), lang, Some(name)) => {
            let lang = Lang::from_code(lang)?;
            let sample = samples::all(lang).into_iter().find(|sample| sample.name == name)?;
            let mut page = sample.page.into_string();
            if kind == "plain" {
                page = page.replace("<noscript>", "").replace("</noscript>", "").replace("<script", "<template");
                page = page.replace("</script>", "</template>");
            }
            Some(("text/html; charset=utf-8", page.into_bytes()))
        }
        ("assets", _, Some(file)) => {
            let kind = if file.contains(".css") { "text/css" } else { "text/javascript" };
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/static");
            Some((kind, std::fs::read(format!("{folder}/{file}")).ok()?))
        }
        ("kode-keamanan", ..) => Some(("image/png", picture::draw("ACE34", &[7; 32]).ok()?)),
        _ => None,
    }
}

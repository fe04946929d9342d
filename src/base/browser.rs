//! A short name for a browser, for people who ask where something was done.

const READ: usize = 512;

// the first that fits wins: most browsers also name the ones they descend from
const BROWSERS: [(&str, &str); 17] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("OPiOS/", "Opera"),
    ("Opera", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("UCBrowser/", "UC Browser"),
    ("MiuiBrowser/", "Mi Browser"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("YaBrowser/", "Yandex"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Trident/", "Internet Explorer"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// The name of a `User-Agent`, such as "Chrome, Android"; made of our own words alone, whatever the header says.
pub fn name(user_agent: &str) -> Option<String> {
    let read = &user_agent[..user_agent.floor_char_boundary(READ)];
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| read.contains(mark)).map(|(_, name)| *name).into_iter().collect::<Vec<_>>()
    };
    let words = [find(&BROWSERS), find(&SYSTEMS)].concat();
    (!words.is_empty()).then(|| words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_as_their_people_know_them() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (user_agent, named) in [
            (
                format!("Mozilla/5.0 (Linux; Android 10; K) {webkit} Chrome/124.0.0.0 Mobile Safari/537.36"),
                "Chrome, Android",
            ),
            (
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/124.0 Safari/537.36 Edg/124.0"),
                "Edge, Windows",
            ),
            (
                format!("Mozilla/5.0 (Linux; Android 13) {webkit} SamsungBrowser/25.0 Chrome/121.0 Mobile"),
                "Samsung Internet, Android",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:125.0) Gecko/20100101 Firefox/125.0".to_owned(),
                "Firefox, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Mobile/15E148 Safari/604.1"
                    .to_owned(),
                "Safari, iPhone",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) CriOS/124.0 Mobile/15E148 Safari/604.1"
                    .to_owned(),
                "Chrome, iPhone",
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.4 Safari/605.1.15".to_owned(), "Safari, Mac"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0".to_owned(), "Firefox, Linux"),
        ] {
            assert_eq!(name(&user_agent).as_deref(), Some(named), "{user_agent}");
        }
    }

    #[test]
    fn foreign_text_is_never_echoed() {
        for user_agent in ["", "curl/8.5", "<script>alert(1)</script>", &"é".repeat(10_000), "python-requests/2.31"] {
            assert_eq!(name(user_agent), None, "{user_agent}");
        }
        assert_eq!(name("Firefox/<b>\r\n").as_deref(), Some("Firefox"));
        assert_eq!(name(&format!("{}Firefox/1", " ".repeat(600))), None, "only the head is read");
    }
}

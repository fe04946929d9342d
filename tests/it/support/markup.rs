//! The skeleton of a page: what words typed by anybody must never change.

/// A tag with the names of its attributes, and the addresses it holds.
#[derive(Debug)]
pub struct Tag {
    /// `input`, `/p`, `!doctype`.
    pub name: String,
    /// Its attributes.
    pub attributes: Vec<(String, String)>,
}

/// All tags of a page, read as a browser reads them: a tag ends at the first `>` that stands in no quotes.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            continue;
        }
        let (tag, after) = tag(rest);
        tags.push(tag);
        rest = after;
    }
    tags
}

fn tag(text: &str) -> (Tag, &str) {
    let name: String = text.chars().take_while(|c| !c.is_whitespace() && *c != '>').collect();
    let mut rest = &text[name.len()..];
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('>') {
            return (Tag { name: name.to_ascii_lowercase(), attributes }, rest.get(1..).unwrap_or_default());
        }
        let end = rest.find(|c: char| c.is_whitespace() || "=>".contains(c)).unwrap_or(rest.len()).max(1);
        let end = rest.ceil_char_boundary(end);
        let attribute = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                _ => after.split_at(after.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(after.len())),
            };
        }
        attributes.push((attribute, value.to_owned()));
    }
}

/// Tags and names of attributes in their order: the same for every text that is shown as text.
pub fn skeleton(html: &str) -> Vec<String> {
    let line = |tag: Tag| {
        let names: Vec<String> = tag.attributes.into_iter().map(|(name, _)| name).collect();
        format!("{} {}", tag.name, names.join(" "))
    };
    tags(html).into_iter().map(line).collect()
}

/// The icon of the browser's tab, which the page carries in itself.
const ICON: &str = "data:image/svg+xml;base64,";

/// Addresses that a page leads to or loads from which are none of `origin`, nor a mail or a place on the page.
pub fn foreign(html: &str, origin: &str) -> Vec<String> {
    let held = |name: &str| matches!(name, "href" | "src" | "action" | "formaction" | "srcset" | "poster" | "data");
    let all = tags(html).into_iter().flat_map(|tag| tag.attributes);
    let ours = |url: &str| {
        let host = url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
        host || url.is_empty()
            || ["#", "mailto:", ICON].iter().any(|s| url.starts_with(s))
            || url.starts_with(&format!("{origin}/"))
    };
    all.filter(|(name, value)| held(name) && !ours(value)).map(|(_, value)| value).collect()
}

#[test]
fn a_breakout_changes_the_skeleton() {
    let page = |typed: &str| format!("<p title=\"{typed}\">{typed}</p>");
    let plain = skeleton(&page("Rina"));
    assert_eq!(plain, ["p title", "/p "]);
    assert_eq!(skeleton(&page("&lt;b&gt; ' = /&quot;")), plain);
    for bad in ["<b>", "\" onclick=\"", "\"><svg/onload=1>", "</p>", "<!--"] {
        assert_ne!(skeleton(&page(bad)), plain, "{bad}");
    }
    assert_eq!(foreign("<a href='//x'><a href=\"/y\"><img src=javascript:1>", "http://o"), ["//x", "javascript:1"]);
}

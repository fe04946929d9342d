use super::*;

fn shown(html: &str) -> (String, String) {
    let fragment = fragment(html);
    let text = text(&fragment);
    (fragment, text)
}

#[test]
fn links_are_named_not_kept() {
    for (html, fragment) in [
        ("<a href=\"https://evil.example/x?y\">https://bank.go.id</a>", "https://bank.go.id [evil.example]"),
        ("<a href=https://u:p@evil.example:8080/>x</a>", "x [evil.example:8080]"),
        ("<A HREF='HTTP:\\\\evil.example\\a'>x</A>", "x [evil.example]"),
        ("<a href=\"&#104;ttps://evil.example\">x</a>", "x [evil.example]"),
        ("<a href=\"mailto:a@evil.example?subject=x\">x</a>", "x [evil.example]"),
        ("<a href=\"javascript:alert(1)\">x</a>", "x"),
        ("<a href=\"java\nscript:alert(1)\">x</a>", "x"),
        ("<a href=\"//evil.example\">x</a>", "x"),
        ("<a>x</a>", "x"),
        ("<a href=https://a.id>x<a href=https://b.id>y</a>", "xy [a.id]"),
    ] {
        assert_eq!(super::fragment(html), fragment, "{html}");
    }
}

#[test]
fn nothing_that_loads_runs_or_styles_is_left() {
    for html in [
        "<img src=https://evil.example/p.gif>",
        "<p style=\"background:url(//evil)\" class=x id=y onclick=z>a",
        "<script>alert(1)</script>",
        "<style>p{}</style><link rel=stylesheet href=//evil>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mi><mglyph><style><img src=x onerror=alert(1)>",
        "<form action=//evil><input name=password><button>x</button></form>",
        "<iframe src=//evil></iframe><object data=//evil></object><embed src=//evil>",
        "<meta http-equiv=refresh content=\"0;url=//evil\"><base href=//evil>",
        "<!--[if mso]><img src=//evil><![endif]-->",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<a href=\"https://a.id/\" onmouseover=\"x\" title='\"><img src=x>'>x</a>",
        "<p title='<img src=x>'>a</p>",
        "<<p>img src=x>",
        "<p/onclick=x>a",
        "<table background=//evil><tr><td>a",
        "<body background=//evil><video poster=//evil>",
        "<a href='https://a\"><img src=x onerror=y>'>x</a>",
    ] {
        let fragment = fragment(html);
        let mut rest = fragment.as_str();
        while let Some(at) = rest.find('<') {
            let end = rest[at..].find('>').expect("every tag ends");
            let tag = rest[at + 1..at + end].trim_start_matches('/');
            assert!(TAGS.contains(&tag), "{html}: {fragment}");
            rest = &rest[at + end + 1..];
        }
    }
}

#[test]
fn text_keeps_blocks_apart_and_marks_quotes() {
    let html = "<html><head><title>no</title></head><body><p>Yth. <b>Helpdesk</b>,</p><p>User ID:&nbsp;A&amp;7<br>baris\n\
        dua</p><ul><li>satu<li>dua</ul><blockquote>kutipan<blockquote>dalam</blockquote></blockquote><div>akhir</div>";
    let (_, text) = shown(html);
    assert_eq!(text, "Yth. Helpdesk,\n\nUser ID: A&7\nbaris dua\n\n– satu\n– dua\n\n> kutipan\n>> dalam\nakhir");
    assert_eq!(shown("<pre>a\n  b</pre>").1, "a\n  b");
    assert_eq!(shown("1 < 2 &lt;b&gt; <3").1, "1 < 2 <b> <3");
    assert_eq!(shown("").1, "");
}

#[test]
fn what_makes_a_parser_grow_stays_small() {
    for html in [
        "<div>".repeat(40_000),
        "<b><p>".repeat(30_000),
        format!("{}{}", "<font color=1>".repeat(10_000), "<p>".repeat(20_000)),
        (0..8_000).flat_map(|n| [format!("<a id={n}>"), format!("<b id={n}>")]).collect::<Vec<_>>().concat()
            + &"<p>".repeat(10_000),
        "<table><tr><td>".repeat(12_000),
        "<table>".repeat(20_000),
        "<".repeat(200_000),
        "<!--".repeat(50_000),
        "<script>".repeat(25_000),
        "<a href=\"".repeat(20_000),
        "<p a=".repeat(40_000),
        "&amp;".repeat(40_000),
        "<svg><a>".repeat(20_000),
        "<select>".repeat(20_000),
        "</p>".repeat(40_000),
        "</br></body></html>".repeat(10_000),
    ] {
        let (fragment, _) = shown(&html);
        assert!(fragment.len() < 3_000_000, "{}", fragment.len());
    }
}

proptest::proptest! {
    #[test]
    fn no_attribute_survives(html in "(<(/?(a|p|b|div|svg|style|table|td|script|img|math)( (href|src|on)=[\"']?[a-z:/<>]{0,8}[\"']?)?)?>?|[a-z<>\"'&;]{0,4}|<!--|-->){0,40}") {
        let fragment = fragment(&html);
        for tag in fragment.split('<').skip(1) {
            let name = tag.split('>').next().unwrap_or_default().trim_start_matches('/');
            proptest::prop_assert!(TAGS.contains(&name), "{}", fragment);
        }
        text(&fragment);
    }
}

//! The pack of one request as one file: printable, with the proofs inside, and nothing from outside.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::case::{Data, content, title};
use crate::views::staff::Desk;

/// How the file looks; it carries this itself.
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#17202a;background:#fff}\
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%;font-size:.875rem}\
th,td{border:1px solid #b8c2cc;padding:.3rem .5rem;text-align:left;vertical-align:top}\
.mono{font-family:ui-monospace,monospace;overflow-wrap:anywhere}.small{font-size:.875rem}\
dl div{display:grid;grid-template-columns:12rem 1fr;border-bottom:1px solid #dde3e8;padding:.2rem 0}dt{color:#4a5763}dd{margin:0}\
dd div{display:block;border:0}.chip{border:1px solid;border-radius:1rem;padding:0 .5rem}.icon{display:none}\
.notice{border:1px solid #b8c2cc;padding:.5rem 1rem;margin:1rem 0}\
@media print{body{margin:0;max-width:none;font-size:11pt}tr{break-inside:avoid}}";

/// The file; `json` is the pack, and stands in a script element that no browser runs.
pub fn file(desk: &Desk, data: &Data, json: &str) -> Markup {
    // what a printer gets must be open; words of others are escaped, so that no tag of theirs is met here
    let content = content(desk, data).into_string().replace("<details", "<details open");
    html! {
        (DOCTYPE)
        html lang=(desk.frame.lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (title(desk, data)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title(desk, data)) }
                p { (desk.t("pack-file-lead")) }
                (PreEscaped(content))
                script type="application/json" id="pack" { (PreEscaped(embedded(json))) }
            }
        }
    }
}

/// JSON in a script element: no `<`, which might end it; nor line separators, which are no JSON to older readers.
fn embedded(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_stands_in_the_pack_cannot_end_its_element() {
        let pack = json!({ "event": "</script><script>alert(1)</script><!--\u{2028}" });
        let inside = embedded(&pack.to_string());
        assert!(!inside.contains('<'));
        assert_eq!(serde_json::from_str::<Value>(&inside).unwrap(), pack);
    }
}

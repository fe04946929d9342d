//! A sheet as HTML: tables and inline styles, since mail programs know little else; no image, no script, nothing fetched.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::clean;
use super::compose::Heading;
use super::sheet::{Block, Pen, Sheet};

/// Dark colours, for the mail programs that ask for them; all else is inline.
const STYLE: &str = "\
:root{color-scheme:light dark;supported-color-schemes:light dark}\
@media (prefers-color-scheme:dark){\
.ground{background:#121a1d!important}.sheet{background:#1a2428!important;border-color:#33434a!important}\
.ink{color:#e3eaec!important}.soft{color:#a8b8be!important}.rule{border-color:#33434a!important}\
.link{color:#6fc9c1!important}.press{background:#6fc9c1!important}.press a{color:#0c2422!important}\
.alarm{background:#2b2416!important;border-color:#8a6d1f!important}}";

const FONT: &str = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;";

/// The whole HTML part.
pub fn page(pen: Pen<'_>, heading: &Heading, sheet: &Sheet) -> String {
    html! {
        (DOCTYPE)
        html lang=(pen.lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                // keeps iOS from making links of references and times
                meta name="format-detection" content="telephone=no,date=no,address=no,email=no";
                title { (sheet.subject) }
                style { (PreEscaped(STYLE)) }
            }
            body class="ground" style="margin:0;padding:0;background:#eef2f3;" {
                div style="display:none;max-height:0;overflow:hidden;opacity:0;" { (sheet.preheader) }
                table class="ground" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#eef2f3;" {
                    tr { td align="center" style="padding:24px 12px;" { (card(pen, heading, sheet)) } }
                }
            }
        }
    }
    .into_string()
}

fn card(pen: Pen<'_>, heading: &Heading, sheet: &Sheet) -> Markup {
    html! {
        table class="sheet" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"
            style="max-width:560px;background:#fbfcfc;border:1px solid #d3dcdf;border-radius:8px;" {
            tr { td class="rule" style="padding:20px 24px 16px;border-bottom:1px solid #d3dcdf;" {
                p class="soft" style={ (FONT) "margin:0;font-size:14px;line-height:20px;font-weight:600;color:#4b5d65;" } {
                    (clean::line(&pen.house.agency, AGENCY_MAX))
                }
            } }
            tr { td style="padding:24px 24px 8px;" {
                h1 class="ink" style={ (FONT) "margin:0 0 16px;font-size:22px;line-height:30px;font-weight:650;color:#1b292f;" } { (sheet.subject) }
                @if let Some(greeting) = greeting(pen, heading) { (paragraph(&greeting)) }
                @for block in &sheet.blocks { (piece(block)) }
            } }
            tr { td class="rule" style="padding:16px 24px 20px;border-top:1px solid #d3dcdf;" {
                @for words in foot(pen) {
                    p class="soft" style={ (FONT) "margin:0 0 4px;font-size:13px;line-height:20px;color:#4b5d65;" } { (words) }
                }
            } }
        }
    }
}

fn piece(block: &Block) -> Markup {
    match block {
        Block::Words(words) => paragraph(words),
        Block::Facts(facts) => facts_table(facts),
        Block::Button { label, copy, url } => button(label, copy, url),
        Block::Note(text) => note(text),
        Block::Alarm { words, label, url } => alarm(words, label, url),
    }
}

fn paragraph(words: &str) -> Markup {
    html! {
        p class="ink" style={ (FONT) "margin:0 0 16px;font-size:16px;line-height:24px;color:#1b292f;" } { (words) }
    }
}

fn facts_table(facts: &[(String, String)]) -> Markup {
    html! {
        table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;" {
            @for (label, value) in facts {
                tr {
                    td class="soft" valign="top" style={ (FONT) "padding:2px 16px 2px 0;font-size:14px;line-height:22px;color:#4b5d65;" } { (label) }
                    td class="ink" valign="top" style={ (FONT) "padding:2px 0;font-size:14px;line-height:22px;color:#1b292f;" } { (value) }
                }
            }
        }
    }
}

fn button(label: &str, copy: &str, url: &str) -> Markup {
    html! {
        table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 16px;" {
            tr { td class="press" style="background:#0f5f5a;border-radius:6px;" {
                a href=(url) style={ (FONT) "display:inline-block;padding:12px 28px;font-size:16px;line-height:24px;font-weight:600;color:#f4faf9;text-decoration:none;" } { (label) }
            } }
        }
        p class="soft" style={ (FONT) "margin:0 0 4px;font-size:14px;line-height:20px;color:#4b5d65;" } { (copy) }
        (bare(url))
    }
}

fn note(text: &str) -> Markup {
    html! {
        pre class="ink" style="margin:8px 0 16px;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;line-height:20px;color:#1b292f;white-space:pre-wrap;word-break:break-all;" { (text.trim_end()) }
    }
}

fn alarm(words: &str, label: &str, url: &str) -> Markup {
    html! {
        table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 16px;" {
            tr { td class="alarm" style="padding:12px 16px 0;background:#fbf5e4;border:1px solid #dcc27a;border-radius:6px;" {
                p class="ink" style={ (FONT) "margin:0 0 8px;font-size:14px;line-height:22px;color:#1b292f;" } { (words) }
                p style={ (FONT) "margin:0 0 4px;font-size:16px;line-height:24px;font-weight:600;" } {
                    a class="link" href=(url) style="color:#0f5f5a;" { (label) }
                }
                (bare(url))
            } }
        }
    }
}

/// A link whose words are the link itself, for who wants to see where it leads or has to copy it.
fn bare(url: &str) -> Markup {
    html! {
        p style={ (FONT) "margin:0 0 16px;font-size:13px;line-height:20px;word-break:break-all;" } {
            a class="link" href=(url) style="color:#0f5f5a;" { (url) }
        }
    }
}

/// The longest agency or desk detail shown, in characters.
const AGENCY_MAX: usize = 120;

/// The greeting, where the account has a name.
pub fn greeting(pen: Pen<'_>, heading: &Heading) -> Option<String> {
    let name = clean::line(&heading.to_name, super::compose::NAME_MAX);
    (!name.is_empty()).then(|| pen.ta("mail-greeting", &[("name", &name)]))
}

/// The lines at the foot: who writes, what staff never ask, where help is.
pub fn foot(pen: Pen<'_>) -> Vec<String> {
    let desk = &pen.house.helpdesk;
    let reach: Vec<String> = [&desk.address, &desk.phone, &desk.hours]
        .into_iter()
        .map(|part| clean::line(part, AGENCY_MAX))
        .filter(|part| !part.is_empty())
        .collect();
    let mut lines = vec![pen.ta("mail-foot-why", &[("agency", &pen.house.agency)]), pen.t("mail-foot-never")];
    if !reach.is_empty() {
        lines.push(format!("{}: {}", pen.t("mail-foot-desk"), reach.join(" · ")));
    }
    lines
}

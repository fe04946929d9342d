//! What a mail says, so that nothing of it can pass for ours: escaped, quotes folded, what hides itself shown as marks.

use maud::{Markup, html};
use uuid::Uuid;

use super::super::parts as shared;
use super::Desk;
use super::mail::Data;
use crate::model::inbound::Message;
use crate::model::marks::marked;

/// Foreign words as one line: what cannot be seen becomes marks, line ends too.
pub fn line(text: &str) -> String {
    marked(&text.replace(['\n', '\t'], " ")).into_owned()
}

/// A run of lines, quoted or own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Whether somebody else is quoted.
    pub quoted: bool,
    /// The lines.
    pub text: String,
}

/// The text in runs of own and of quoted lines.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for line in text.lines() {
        let quoted = line.trim_start().starts_with(['>', '＞']);
        match pieces.last_mut() {
            // an empty line belongs to what stands before it
            Some(last) if last.quoted == quoted || line.trim().is_empty() => {
                last.text.push('\n');
                last.text.push_str(line);
            }
            _ => pieces.push(Piece { quoted, text: line.to_owned() }),
        }
    }
    pieces.retain(|piece| !piece.text.trim().is_empty());
    pieces
}

/// The first lines of its own words, for a list.
pub fn beginning(text: &str) -> String {
    const LINES: usize = 6;
    const CHARS: usize = 600;
    let own: Vec<String> = pieces(text).into_iter().filter(|piece| !piece.quoted).map(|piece| piece.text).collect();
    let lines: Vec<&str> =
        own.iter().flat_map(|text| text.lines()).filter(|l| !l.trim().is_empty()).take(LINES).collect();
    let head: String = lines.join("\n").chars().take(CHARS).collect();
    marked(&head).into_owned()
}

/// The text, and the HTML part in a frame that can do nothing.
pub fn text(desk: &Desk, id: Uuid, message: &Message) -> Markup {
    let pieces = pieces(&message.text);
    html! {
        section.panel aria-labelledby="text-title" {
            h2 #text-title { (desk.t("inmail-text")) }
            @if pieces.is_empty() { p { (desk.t("inmail-text-none")) } }
            @for piece in &pieces {
                @if piece.quoted {
                    details {
                        summary { (desk.t("inmail-quoted")) }
                        div.said.quoted { (marked(&piece.text)) }
                    }
                } @else {
                    div.said { (marked(&piece.text)) }
                }
            }
            @if message.cut { p.small { (desk.t("inmail-cut")) } }
            @if message.html.is_some() {
                details {
                    summary { (desk.t("inmail-html")) }
                    p.small { (desk.t("inmail-html-hint")) }
                    iframe.said src={ "/staff/mail/" (id) "/html" } title=(desk.t("inmail-html")) sandbox="" loading="lazy" {}
                }
            }
        }
    }
}

/// What hangs on it: names and hashes; bytes are fetched, never shown.
pub fn attachments(desk: &Desk, data: &Data) -> Markup {
    let files = data.message.as_ref().map(|message| message.attachments.as_slice()).unwrap_or_default();
    html! {
        @if !files.is_empty() {
            section.panel aria-labelledby="files-title" {
                h2 #files-title { (desk.t("inmail-files")) }
                p.small { (desk.t("inmail-files-hint")) }
                ul.lines {
                    @for file in files {
                        li {
                            strong { @if file.name.is_empty() { (desk.t("inmail-file-unnamed")) } @else { (line(&file.name)) } }
                            span.small {
                                (line(&file.media_type)) " · " (desk.ta("inmail-bytes", &[("n", &file.bytes.to_string())]))
                                " · SHA-256 " span.mono { (line(&file.sha256)) }
                            }
                            @if data.raw_kept {
                                (shared::press(&desk.frame, &format!("/staff/mail/{}/attachment", data.id),
                                    &[("sha256", &file.sha256)], "quiet", &desk.t("inmail-file-get")))
                            }
                        }
                    }
                }
                @if !data.raw_kept { p { (desk.t("inmail-raw-gone")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_lines_are_runs_of_their_own() {
        let text = "Halo,\nsaya minta reset.\n\nPada 1 Nov Helpdesk menulis:\n> Kode ABCD\n>\n> Salam\n\nRina";
        let found = pieces(text);
        let quoted: Vec<bool> = found.iter().map(|piece| piece.quoted).collect();
        assert_eq!(quoted, [false, true, false]);
        assert!(found[1].text.contains("Kode ABCD"));
        assert!(!beginning(text).contains("ABCD"));
        assert_eq!(pieces("\n \n"), []);
    }

    #[test]
    fn what_hides_itself_is_shown() {
        assert_eq!(line("a\u{202e}b\nc"), "a⟦U+202E⟧b c");
        assert!(beginning("a\u{200b}b").contains("⟦U+200B⟧"));
    }
}

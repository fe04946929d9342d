//! Lists what hangs on a mail: names that harm no disk and no eye, sizes and sums. Nothing is opened.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::decode;
use super::parts::{Media, Part};
use crate::model::inbound::Attachment;
use crate::model::marks::is_hidden;

/// Characters of a name that are kept.
const NAME_MAX: usize = 120;
/// Characters of a media type that are kept.
const TYPE_MAX: usize = 100;

/// Whether a part is to be read in the mail, not beside it: text without a name that is not set apart.
pub fn is_inline_text(part: &Part<'_>) -> bool {
    let disposition = Media::read(part.header.first("content-disposition"));
    matches!(part.media.kind.as_str(), "text/plain" | "text/html" | "text/enriched")
        && disposition.kind != "attachment"
        && disposition.parameter("filename").is_none()
        && part.media.parameter("name").is_none()
}

/// What a part is as an attachment, with its bytes.
pub fn attachment(part: &Part<'_>) -> (Attachment, Vec<u8>) {
    let bytes = decode::bytes(part);
    let disposition = Media::read(part.header.first("content-disposition"));
    let said = disposition.parameter("filename").or_else(|| part.media.parameter("name")).unwrap_or_default();
    let kind: String = part.media.kind.chars().filter(|c| c.is_ascii_graphic() && *c != '"').take(TYPE_MAX).collect();
    let attachment = Attachment {
        name: name(&decode::words(said)),
        media_type: kind,
        bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        sha256: HEXLOWER.encode(&Sha256::digest(&bytes)),
    };
    (attachment, bytes)
}

/// A file name without folders, signs that cannot be seen or that a system gives a meaning, and dots around it. The
/// last letters stay when it is cut, since they say what it is.
fn name(said: &str) -> String {
    let last = said.rsplit(['/', '\\']).find(|piece| !piece.trim().is_empty()).unwrap_or_default();
    let clean: String =
        last.chars()
            .filter(|c| !is_hidden(*c))
            .map(|c| if c.is_whitespace() { ' ' } else { c })
            .map(|c| {
                if matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{fffd}') || c.is_control() {
                    '_'
                } else {
                    c
                }
            })
            .collect();
    let trimmed = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let count = trimmed.chars().count();
    if count <= NAME_MAX {
        return trimmed.to_owned();
    }
    let tail: String = trimmed.chars().skip(count - 19).collect();
    let head: String = trimmed.chars().take(NAME_MAX - 20).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_harm_no_disk_and_no_eye() {
        for (said, clean) in [
            ("ktp.jpg", "ktp.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\surat.pdf", "surat.pdf"),
            ("surat\u{202e}fdp.exe", "suratfdp.exe"),
            ("a\r\nSet-Cookie: x", "a Set-Cookie_ x"),
            ("..", ""),
            (".htaccess", "htaccess"),
            ("a/", "a"),
            ("a\0.pdf", "a.pdf"),
            ("con<>.txt", "con__.txt"),
            ("é 你.pdf", "é 你.pdf"),
            ("", ""),
        ] {
            assert_eq!(name(said), clean, "{said:?}");
        }
        let long = name(&format!("{}.pdf", "a".repeat(400)));
        assert_eq!(long.chars().count(), NAME_MAX);
        assert!(long.ends_with("a.pdf"));
    }
}

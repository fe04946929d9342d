//! Turns transfer encodings, charsets and encoded words (RFC 2045, 2047) into text; whatever comes, some text comes out.

use mail_parser::decoders::charsets::map::charset_decoder;

use super::fields::whole;
use super::parts::Part;

/// Bytes an encoded word may have; RFC 2047 allows 75.
const WORD_MAX: usize = 2_048;

/// The bytes of a part, out of its transfer encoding. What breaks the encoding is left out.
pub fn bytes(part: &Part<'_>) -> Vec<u8> {
    let encoding = part.header.text("content-transfer-encoding").unwrap_or_default().to_ascii_lowercase();
    match encoding.as_str() {
        "base64" => base64(part.body),
        "quoted-printable" => quoted_printable(part.body),
        _ => part.body.to_vec(),
    }
}

/// The text in these bytes; an unknown charset is read as UTF-8 with marks for what is none.
pub fn text(bytes: &[u8], charset: Option<&str>) -> String {
    let decoder = charset.filter(|name| !is_utf8(name)).and_then(|name| charset_decoder(name.trim().as_bytes()));
    let bytes = if decoder.is_none() { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
    match decoder {
        // most mails that name no charset, or ASCII, are UTF-8
        Some(decode) if !(is_ascii(charset) && std::str::from_utf8(bytes).is_ok()) => whole(&decode(bytes)),
        _ => whole(&String::from_utf8_lossy(bytes)),
    }
}

fn is_utf8(name: &str) -> bool {
    matches!(name.trim().to_ascii_lowercase().as_str(), "utf-8" | "utf8" | "unicode-1-1-utf-8")
}

fn is_ascii(name: Option<&str>) -> bool {
    name.is_none_or(|name| matches!(name.trim().to_ascii_lowercase().as_str(), "us-ascii" | "ascii"))
}

/// Bytes out of base64; padding may stand in between, other characters do not count.
pub fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut held, mut bits) = (0u32, 0u32);
    for byte in body {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                (held, bits) = (0, 0);
                continue;
            }
            _ => continue,
        };
        held = (held << 6 | u32::from(six)) & 0x00ff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).unwrap_or_default());
        }
    }
    out
}

/// Bytes out of quoted-printable; a `=` that means nothing stays.
pub fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|b| *b == b'\n') {
        let said = line.trim_ascii_end();
        let soft = said.ends_with(b"=") && line.ends_with(b"\n");
        hexed(said.strip_suffix(b"=").filter(|_| soft).unwrap_or(said), &mut out);
        if !soft && line.ends_with(b"\n") {
            out.push(b'\n');
        }
    }
    out
}

fn hexed(line: &[u8], out: &mut Vec<u8>) {
    let digit = |at: usize| line.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        if let (b'=', Some(high), Some(low)) = (byte, digit(at + 1), digit(at + 2)) {
            out.push(u8::try_from(high * 16 + low).unwrap_or_default());
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
}

/// Text with its encoded words decoded. Neighbours of one charset are decoded as one, since senders cut within letters.
pub fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run: Option<(&str, Vec<u8>)> = None;
    let mut rest = text;
    while let Some(at) = rest.find("=?") {
        let (before, here) = rest.split_at(at);
        let Some((charset, bytes, after)) = word(here) else {
            flush(&mut out, &mut run);
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        if run.is_none() || !before.trim().is_empty() {
            flush(&mut out, &mut run);
            out.push_str(before);
        }
        match &mut run {
            Some((same, held)) if same.eq_ignore_ascii_case(charset) => held.extend(bytes),
            _ => {
                flush(&mut out, &mut run);
                run = Some((charset, bytes));
            }
        }
        rest = after;
    }
    flush(&mut out, &mut run);
    out.push_str(rest);
    out
}

fn flush(out: &mut String, run: &mut Option<(&str, Vec<u8>)>) {
    if let Some((charset, bytes)) = run.take() {
        out.push_str(&text_of_word(&bytes, charset));
    }
}

fn text_of_word(bytes: &[u8], charset: &str) -> String {
    // RFC 2231 §5 lets a language stand after the charset
    text(bytes, charset.split('*').next())
}

/// The encoded word at the beginning of `text`: its charset, its bytes, and what follows.
fn word(text: &str) -> Option<(&str, Vec<u8>, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?').filter(|(name, _)| name.len() < 64)?;
    if charset.is_empty() || charset.contains(char::is_whitespace) {
        return None;
    }
    let (encoding, rest) = rest.split_at_checked(2)?;
    let mut most = rest.len().min(WORD_MAX);
    while !rest.is_char_boundary(most) {
        most -= 1;
    }
    let end = rest[..most].find("?=")?;
    let data = &rest.as_bytes()[..end];
    let bytes = match encoding {
        "b?" | "B?" => base64(data),
        "q?" | "Q?" => {
            let mut out = Vec::with_capacity(data.len());
            hexed(&data.iter().map(|b| if *b == b'_' { b' ' } else { *b }).collect::<Vec<_>>(), &mut out);
            out
        }
        _ => return None,
    };
    Some((charset, bytes, &rest[end + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_joined_as_they_were_cut() {
        assert_eq!(words("=?utf-8?q?Ya=2C_=E2?= =?UTF-8?q?=80=A2?= end"), "Ya, • end");
        assert_eq!(words("a =?utf-8?b?Qg==?= =?iso-8859-1?q?=E9?= c"), "a Bé c");
        assert_eq!(words("=?utf-8*id?q?a?="), "a");
        assert_eq!(words("=?x-nothing?q?=E9?="), "\u{fffd}");
        assert_eq!(words("=?utf-8?x?a?= =? =?utf-8?q?b"), "=?utf-8?x?a?= =? =?utf-8?q?b");
    }

    #[test]
    fn broken_encodings_give_what_can_be_read() {
        assert_eq!(base64(b"Umlu*YQ==\r\nUmluYQ=="), b"RinaRina");
        assert_eq!(quoted_printable(b"a=3Db =\r\nc=ZZ \r\nd="), b"a=b c=ZZ\nd=");
    }

    #[test]
    fn every_charset_gives_readable_text() {
        let table: &[(&str, &[u8], &str)] = &[
            ("iso-8859-1", b"caf\xe9", "café"),
            ("ISO-8859-2", b"\xb3\xf3d\xbc", "łódź"),
            ("iso-8859-5", b"\xbf\xe0\xd8", "При"),
            ("iso-8859-6", b"\xe5\xd1", "مر"),
            ("iso-8859-7", b"\xc3\xe5", "Γε"),
            ("iso-8859-8", b"\xf9\xec", "של"),
            ("iso-8859-9", b"\xfd", "ı"),
            ("iso-8859-15", b"\xa4", "€"),
            ("windows-1250", b"\x9a", "š"),
            ("windows-1251", b"\xcf\xf0", "Пр"),
            ("windows-1252", b"\x80 \x93q\x94", "€ “q”"),
            ("windows-1253", b"\xca", "Κ"),
            ("windows-1254", b"\xfd", "ı"),
            ("windows-1255", b"\xf9", "ש"),
            ("windows-1256", b"\xe3", "م"),
            ("windows-1257", b"\xf5", "õ"),
            ("windows-1258", b"\xe0", "à"),
            ("koi8-r", b"\xf0\xd2", "Пр"),
            ("koi8-u", b"\xa6", "і"),
            ("utf-7", b"+ZYeB9A-", "文致"),
            ("utf-16", b"\xff\xfea\0b\0", "ab"),
            ("utf-16be", b"\0a\0b", "ab"),
            ("utf-16le", b"a\0b\0", "ab"),
            ("gb2312", b"\xc4\xe3", "你"),
            ("gbk", b"\xc4\xe3", "你"),
            ("gb18030", b"\xc4\xe3\x81\x30\x81\x30", "你\u{80}"),
            ("big5", b"\xa7A", "你"),
            ("euc-kr", b"\xbe\xc8", "안"),
            ("euc-jp", b"\xa5\xcf", "ハ"),
            ("iso-2022-jp", b"\x1b$B%O\x1b(B", "ハ"),
            ("shift_jis", b"\x83n", "ハ"),
            ("us-ascii", "é".as_bytes(), "é"),
            ("us-ascii", b"\xe9", "é"),
            ("utf-8", b"\xef\xbb\xbfa\xffb\0", "a\u{fffd}b\u{fffd}"),
            ("UTF8", "é".as_bytes(), "é"),
            ("x-unknown-charset", b"a\xe9", "a\u{fffd}"),
            ("", b"a\xe9", "a\u{fffd}"),
        ];
        for (charset, bytes, expected) in table {
            assert_eq!(text(bytes, Some(charset)), *expected, "{charset}");
        }
        assert_eq!(text("é".as_bytes(), None), "é");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_some_text(bytes: Vec<u8>, charset in "[a-zA-Z0-9_-]{0,20}|utf-7|utf-16|iso-2022-jp|gb18030|big5") {
            let read = text(&bytes, Some(&charset));
            proptest::prop_assert!(!read.contains('\0'));
            base64(&bytes);
            quoted_printable(&bytes);
            words(&String::from_utf8_lossy(&bytes));
        }
    }
}

//! Splits a header into its fields by hand, within limits, and notes what servers would read differently.

use crate::model::inbound::Park;

/// Lines one header may have.
const LINES_MAX: usize = 2_000;
/// Bytes one field may have, its continuation lines included.
const FIELD_MAX: usize = 64 * 1024;

/// A header, and where the body after it begins.
#[derive(Debug, Default)]
pub struct Header<'a> {
    /// Its fields, topmost first.
    pub fields: Vec<Field<'a>>,
    /// Bytes up to the body.
    pub end: usize,
    /// Whether readers disagree about what belongs to it: lines without a name, odd names, empty continuation lines.
    pub torn: bool,
}

/// One field of a header.
#[derive(Debug)]
pub struct Field<'a> {
    /// Its name in lower case, without what is no part of a name.
    pub name: String,
    /// What stands after the colon, folds included, without the last line end.
    pub value: &'a [u8],
    /// Whether the name is written as no sender writes it: a space before the colon, characters that are none of a name.
    pub disguised: bool,
}

impl<'a> Header<'a> {
    /// The values of all fields of that name, topmost first.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'h> {
        self.fields.iter().filter(move |field| field.name == name).map(|field| field.value)
    }

    /// The topmost field of that name.
    pub fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value)
    }

    /// The topmost field of that name as one line of text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.first(name).map(unfolded)
    }
}

/// Reads the header at the beginning of `raw`, up to an empty line, or a line that `ends` it.
pub fn header(raw: &[u8], ends: impl Fn(&[u8]) -> bool) -> Result<Header<'_>, Park> {
    let mut header = Header::default();
    // where the value of the field that is being read begins and ends
    let mut open: Option<(usize, usize)> = None;
    let mut lines = 0;
    let mut at = 0;
    while at < raw.len() {
        let next = raw[at..].iter().position(|b| *b == b'\n').map_or(raw.len(), |end| at + end + 1);
        let line = trimmed_end(&raw[at..next]);
        if line.is_empty() {
            at = next;
            break;
        }
        if ends(line) {
            break;
        }
        lines += 1;
        if lines > LINES_MAX || next - at > FIELD_MAX {
            return Err(Park::TooManyHeaders);
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            header.torn |= line.iter().all(u8::is_ascii_whitespace);
            match (&mut open, header.fields.last_mut()) {
                (Some((begin, end)), Some(field)) => {
                    *end = at + line.len();
                    if *end - *begin > FIELD_MAX {
                        return Err(Park::TooManyHeaders);
                    }
                    field.value = &raw[*begin..*end];
                }
                _ => header.torn = true,
            }
        } else if let Some(colon) = line.iter().position(|b| *b == b':').filter(|colon| *colon > 0) {
            let (name, disguised) = name(&line[..colon]);
            open = Some((at + colon + 1, at + line.len()));
            header.fields.push(Field { name, value: &line[colon + 1..], disguised });
        } else {
            open = None;
            // what an mbox puts before the first field is no harm
            header.torn |= lines > 1 || !line.starts_with(b"From ");
        }
        at = next;
    }
    header.end = at;
    header.torn |= header.fields.iter().any(|field| field.disguised);
    Ok(header)
}

/// A line without its line end.
pub fn trimmed_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// A value without its folds, as text; what is no UTF-8 and NUL become replacement characters.
pub fn unfolded(value: &[u8]) -> String {
    let flat: Vec<u8> = value.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    whole(&String::from_utf8_lossy(&flat)).trim().to_owned()
}

/// Text without NUL, which no database keeps.
pub fn whole(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn name(raw: &[u8]) -> (String, bool) {
    let kept: Vec<u8> = raw.iter().filter(|b| b.is_ascii_graphic()).map(u8::to_ascii_lowercase).collect();
    (String::from_utf8_lossy(&kept).into_owned(), kept.len() != raw.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Header<'_> {
        header(raw.as_bytes(), |_| false).unwrap()
    }

    #[test]
    fn fields_keep_their_order_and_folds() {
        let raw = "Subject: a\r\n b\r\nTo: c@d\r\n\r\nbody: no\r\n";
        let header = read(raw);
        assert_eq!(header.text("subject").unwrap(), "a b");
        assert_eq!(header.fields.len(), 2);
        assert_eq!(&raw[header.end..], "body: no\r\n");
        assert!(!header.torn);
    }

    #[test]
    fn what_servers_read_differently_is_noted() {
        for raw in [
            "From : a@b\r\n\r\n",
            "From\u{200b}: a@b\r\n\r\n",
            "Fr\0om: a@b\r\n\r\n",
            " From: a@b\r\n\r\n",
            "To: a\r\nno colon here\r\nFrom: a@b\r\n\r\n",
            "To: a\r\n \t\r\nFrom: a@b\r\n\r\n",
        ] {
            assert!(read(raw).torn, "{raw:?}");
        }
        assert!(!read("From me Mon Jan  1\nFrom: a@b\n\n").torn);
    }

    #[test]
    fn long_headers_are_refused_before_they_are_read() {
        let many = "A: b\n".repeat(LINES_MAX + 1);
        assert_eq!(header(many.as_bytes(), |_| false).unwrap_err(), Park::TooManyHeaders);
        let wide = format!("A: {}\n", "b".repeat(FIELD_MAX));
        assert_eq!(header(wide.as_bytes(), |_| false).unwrap_err(), Park::TooManyHeaders);
        let folded = format!("A: b\n{}", " ccccccccccccccccccccccccccccccccccccccccccccc\n".repeat(1_500));
        assert_eq!(header(folded.as_bytes(), |_| false).unwrap_err(), Park::TooManyHeaders);
    }
}

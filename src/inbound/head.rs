//! The header lines of a mail, told apart by ourselves: a second pair of eyes beside the parsers that read and verify it.

/// Header lines in their order, and where the body begins.
#[derive(Debug)]
pub struct Head<'a> {
    lines: Vec<(String, &'a [u8])>,
    /// Bytes up to and with the empty line.
    pub length: usize,
}

impl<'a> Head<'a> {
    /// Reads up to the first empty line.
    pub fn read(raw: &'a [u8]) -> Self {
        let mut lines = Vec::new();
        let (mut at, mut begun) = (0, 0);
        let keep = |lines: &mut Vec<(String, &'a [u8])>, line: &'a [u8]| {
            if let Some(colon) = line.iter().position(|b| *b == b':') {
                let name = String::from_utf8_lossy(&line[..colon]).trim().to_ascii_lowercase();
                lines.push((name, &line[colon + 1..]));
            }
        };
        loop {
            let rest = &raw[at..];
            let end = rest.iter().position(|b| *b == b'\n').map_or(raw.len(), |i| at + i + 1);
            let line = raw[at..end].trim_ascii_end();
            let folded = at > begun && matches!(rest.first(), Some(b' ' | b'\t'));
            let empty = raw[at..end].iter().all(|b| matches!(b, b'\r' | b'\n'));
            if !folded || empty {
                keep(&mut lines, &raw[begun..at]);
                begun = at;
            }
            at = end;
            if (line.is_empty() && empty) || at == raw.len() {
                keep(&mut lines, &raw[begun..at]);
                return Self { lines, length: at };
            }
        }
    }

    /// How often a header stands; its name in lower case.
    pub fn count(&self, name: &str) -> usize {
        self.lines.iter().filter(|(known, _)| known == name).count()
    }

    /// The values of a header, topmost first.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.lines.iter().filter(move |(known, _)| known == name).map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_ends_at_the_first_empty_line() {
        let head = Head::read(b"From: a\r\n b\r\nSubject : x\r\n\r\nFrom: c\r\n");
        assert_eq!(head.count("from"), 1);
        assert_eq!(head.count("subject"), 1);
        assert_eq!(head.values("from").next().unwrap(), b" a\r\n b\r\n");
        assert_eq!(head.length, 28);
        for raw in [&b""[..], b"\n", b"From", b"From:", b"\r\n\r\n", b" From: a\n", b"a\n\n"] {
            assert!(Head::read(raw).length <= raw.len());
        }
        assert_eq!(Head::read(b"From: a\nTo: b\n\nx").count("to"), 1);
    }
}

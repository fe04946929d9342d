//! Lists of tags, as signatures and keys are written in (RFC 6376 §3.2).

/// The tags of a signature or a key, white space taken out of their values.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tags(Vec<(String, String)>);

impl Tags {
    /// Reads a list; none where a tag has no name or no value sign, or stands twice.
    pub fn read(text: &str) -> Option<Self> {
        let mut tags: Vec<(String, String)> = Vec::new();
        let mut pieces = text.split(';').peekable();
        while let Some(piece) = pieces.next() {
            if piece.trim().is_empty() && pieces.peek().is_none() {
                break;
            }
            let (name, value) = piece.split_once('=')?;
            let name = name.trim();
            let mut bytes = name.bytes();
            let named = bytes.next().is_some_and(|b| b.is_ascii_alphabetic())
                && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if !named || tags.iter().any(|(known, _)| known == name) || tags.len() == 64 {
                return None;
            }
            tags.push((name.to_owned(), value.chars().filter(|c| !c.is_whitespace()).collect()));
        }
        Some(Self(tags))
    }

    /// The value of a tag.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a tag as a number; `Err` where it is none.
    pub fn number(&self, name: &str) -> Result<Option<i64>, ()> {
        let Some(value) = self.get(name) else { return Ok(None) };
        if value.is_empty() || value.len() > 12 || !value.bytes().all(|b| b.is_ascii_digit()) {
            return Err(());
        }
        value.parse().map(Some).map_err(|_| ())
    }

    /// The values of a list with colons between them, in lower case.
    pub fn list(&self, name: &str) -> Vec<String> {
        let value = self.get(name).unwrap_or_default();
        value.split(':').filter(|item| !item.is_empty()).map(str::to_ascii_lowercase).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_and_doubles_refused() {
        let tags = Tags::read(" v=1; h=From : To:\r\n\tSubject ;\r\n b=ab c=; l=0;").unwrap();
        assert_eq!(tags.get("b"), Some("abc="));
        assert_eq!(tags.list("h"), ["from", "to", "subject"]);
        assert_eq!(tags.number("l"), Ok(Some(0)));
        assert_eq!(tags.number("x"), Ok(None));
        for bad in ["v=1; v=1", "v", "=1", "v=1;;b=2", "1v=2"] {
            assert_eq!(Tags::read(bad), None, "{bad}");
        }
        assert_eq!(Tags::read("t=-1").unwrap().number("t"), Err(()));
        assert_eq!(Tags::read("t=99999999999999999999").unwrap().number("t"), Err(()));
    }
}

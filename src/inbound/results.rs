//! What another server wrote into `Authentication-Results` (RFC 8601 §2.2).
//!
//! Strict: a header with one word out of place is not read at all, for what it says would be a guess. Wider than the grammar in
//! one thing: a value without quotes may hold what base64 and networks are written in (`/`, `=`, `:`), as servers write it.

/// One header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    /// Who checked (`authserv-id`), as written.
    pub server: String,
    /// What was checked; empty where it says `none`.
    pub methods: Vec<Method>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Its name, lower case: `dkim`, `spf`, `dmarc`.
    pub name: String,
    /// How it ended, lower case.
    pub result: String,
    /// Why.
    pub reason: Option<String>,
    /// What was looked at, in the order of the header.
    pub properties: Vec<Property>,
}

/// Something that was looked at: `header.d=example.id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// `smtp`, `header`, `body` or `policy`, lower case.
    pub kind: String,
    /// Its name, lower case.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Method {
    /// The value of a property that stands once; none where it stands twice.
    pub fn property(&self, kind: &str, name: &str) -> Option<&str> {
        let mut found = self.properties.iter().filter(|p| p.kind == kind && p.name == name);
        let first = found.next()?;
        found.next().is_none().then_some(first.value.as_str())
    }
}

/// Characters of a header that are read; checks of one header; properties of one check.
const LIMITS: (usize, usize, usize) = (16_384, 32, 32);

/// Reads the value of a header, unfolded or not; none where it is not well-formed.
pub fn parse(value: &str) -> Option<Results> {
    if value.len() > LIMITS.0 || value.contains('\0') {
        return None;
    }
    let mut at = Scanner { rest: value };
    at.space()?;
    let server = at.value().filter(|server| !server.is_empty())?;
    at.space()?;
    if let Some(version) = at.word() {
        if version != "1" {
            return None;
        }
        at.space()?;
    }
    let mut methods = Vec::new();
    at.expect(';')?;
    at.space()?;
    if at.says_none() {
        at.space()?;
        return at.rest.is_empty().then_some(Results { server, methods });
    }
    loop {
        methods.push(at.method()?);
        if methods.len() > LIMITS.1 {
            return None;
        }
        if at.rest.is_empty() {
            return Some(Results { server, methods });
        }
        at.expect(';')?;
        at.space()?;
        // a semicolon at the very end separates nothing, and does not harm
        if at.rest.is_empty() {
            return Some(Results { server, methods });
        }
    }
}

struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    fn while_in(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        self.take(end)
    }

    fn expect(&mut self, wanted: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    /// White space and comments, which nest and may escape (RFC 5322 §3.2.2); gives whether there was any.
    fn space(&mut self) -> Option<bool> {
        let before = self.rest.len();
        loop {
            self.while_in(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
            if self.peek() != Some('(') {
                return Some(self.rest.len() < before);
            }
            let mut depth = 0_usize;
            let mut escaped = false;
            let mut end = None;
            for (i, c) in self.rest.char_indices() {
                match c {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    end = Some(i + 1);
                    break;
                }
            }
            self.take(end?);
        }
    }

    /// A keyword: letters, digits and hyphens.
    fn word(&mut self) -> Option<&'a str> {
        let word = self.while_in(|c| c.is_ascii_alphanumeric() || c == '-');
        (!word.is_empty()).then_some(word)
    }

    fn says_none(&mut self) -> bool {
        let kept = self.rest;
        let none = self.word().is_some_and(|word| word.eq_ignore_ascii_case("none"));
        let ends = {
            let mut ahead = Scanner { rest: self.rest };
            ahead.space().is_some() && ahead.rest.is_empty()
        };
        if !(none && ends) {
            self.rest = kept;
        }
        none && ends
    }

    /// A quoted string, or a run of what needs no quotes.
    fn value(&mut self) -> Option<String> {
        if self.peek() != Some('"') {
            let run = self.while_in(|c| {
                !c.is_whitespace() && !c.is_control() && !matches!(c, ';' | '(' | ')' | '"' | '\\' | ',' | '<' | '>')
            });
            return (!run.is_empty()).then(|| run.to_owned());
        }
        let mut value = String::new();
        let mut escaped = false;
        for (i, c) in self.rest.char_indices().skip(1) {
            match c {
                _ if escaped => {
                    value.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => {
                    self.take(i + 1);
                    // the local part of an address may be quoted: "a b"@example.id
                    if self.peek() == Some('@') {
                        value.push_str(self.while_in(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '-')));
                    }
                    return Some(value);
                }
                '\r' | '\n' => {}
                c if c.is_control() && c != '\t' => return None,
                c => value.push(c),
            }
        }
        None
    }

    fn method(&mut self) -> Option<Method> {
        let name = self.word()?.to_ascii_lowercase();
        self.space()?;
        if self.peek() == Some('/') {
            self.expect('/')?;
            self.space()?;
            if self.word()? != "1" {
                return None;
            }
            self.space()?;
        }
        self.expect('=')?;
        self.space()?;
        let result = self.word()?.to_ascii_lowercase();
        let mut method = Method { name, result, reason: None, properties: Vec::new() };
        loop {
            let apart = self.space()?;
            if self.rest.is_empty() || self.peek() == Some(';') {
                return Some(method);
            }
            let word = self.word()?.to_ascii_lowercase();
            self.space()?;
            if !apart || method.properties.len() == LIMITS.2 {
                return None;
            }
            if self.peek() == Some('.') {
                self.expect('.')?;
                self.space()?;
                let name = self.word()?.to_ascii_lowercase();
                self.space()?;
                self.expect('=')?;
                self.space()?;
                method.properties.push(Property { kind: word, name, value: self.value()? });
            } else {
                self.expect('=')?;
                self.space()?;
                let first = word == "reason" && method.reason.is_none() && method.properties.is_empty();
                let reason = self.value()?;
                if !first {
                    return None;
                }
                method.reason = Some(reason);
            }
        }
    }
}

#[cfg(test)]
mod tests;

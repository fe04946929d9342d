//! The CSV of accounts: which lines are right, and how accounts are written out again.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

use csv::{ByteRecord, ReaderBuilder, Terminator};
use zeroize::Zeroizing;

use crate::base::password::is_known_hash;

use super::account::{ADDRESS_MAX, USER_ID_MAX, UserType, fold_address, fold_user_id};

mod write;

pub use write::{Row, Writer, harmless};

/// The header row.
pub const HEADER: [&str; 8] =
    ["user_id", "user_type", "name", "email", "email_2", "password_hash", "totp_secret", "protected"];

/// The longest name, in characters.
pub(super) const NAME_MAX: usize = 200;
/// The longest hash, in bytes.
const HASH_MAX: usize = 512;
/// Bytes a TOTP secret may have: 80 bits as old apps made them, up to a block of SHA-512's HMAC.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 10..=128;

/// One account of the file.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its line in the file; the header is 1.
    pub number: u64,
    /// User ID as written.
    pub user_id: String,
    /// Tipe User.
    pub kind: UserType,
    /// Name of the person or firm.
    pub name: String,
    /// Registered address.
    pub email: String,
    /// Second address.
    pub email_2: Option<String>,
    /// Password hash in PHC form.
    pub password_hash: Option<String>,
    /// TOTP secret, decoded.
    pub totp_secret: Option<Secret>,
    /// Whether the account is protected; nothing where the file does not say.
    pub protected: Option<bool>,
}

/// A decoded secret, which debug output does not show.
#[derive(Clone)]
pub struct Secret(pub Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The line; the header is 1.
    pub line: u64,
    /// Why it cannot be taken, in words for the operator; never holds a hash or a secret.
    pub reason: String,
}

/// Reads the lines one by one; the first flaw in the header ends it.
pub struct Lines<R> {
    rows: csv::Reader<R>,
    seen: HashMap<String, u64>,
    begun: bool,
    ended: bool,
}

/// The lines of `input`: UTF-8, with or without a byte order mark, lines ended by LF or CRLF.
pub fn lines<R: Read>(input: R) -> Lines<R> {
    // With LF alone as the end, lines are counted right; the CR of a CRLF is trimmed with the last cell.
    let rows =
        ReaderBuilder::new().has_headers(false).flexible(true).terminator(Terminator::Any(b'\n')).from_reader(input);
    Lines { rows, seen: HashMap::new(), begun: false, ended: false }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Result<Line, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        if !self.begun {
            self.begun = true;
            if let Err(flaw) = self.header() {
                self.ended = true;
                return Some(Err(flaw));
            }
        }
        let mut row = ByteRecord::new();
        loop {
            match self.rows.read_byte_record(&mut row) {
                Ok(false) => return None,
                Ok(true) if row.iter().eq([b"\r"]) => {}
                Ok(true) => {
                    let number = row.position().map_or(0, csv::Position::line);
                    return Some(self.line(number, &row).map_err(|reason| Flaw { line: number, reason }));
                }
                Err(e) => {
                    self.ended = true;
                    return Some(Err(Flaw {
                        line: self.rows.position().line(),
                        reason: format!("cannot be read: {e}"),
                    }));
                }
            }
        }
    }
}

impl<R: Read> Lines<R> {
    /// The input, read as far as the lines were.
    pub fn into_inner(self) -> R {
        self.rows.into_inner()
    }

    fn header(&mut self) -> Result<(), Flaw> {
        let mut row = ByteRecord::new();
        let flaw = |reason: String| Err(Flaw { line: 1, reason });
        match self.rows.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => return flaw("the file is empty".to_owned()),
            Err(e) => return flaw(format!("cannot be read: {e}")),
        }
        let first = row.get(0).unwrap_or_default();
        if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) {
            return flaw("the file is UTF-16; save it as CSV UTF-8".to_owned());
        }
        let names: Vec<Cow<'_, str>> = row.iter().map(String::from_utf8_lossy).collect();
        if names.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).eq(HEADER) {
            return Ok(());
        }
        if names.len() == 1 && names[0].contains([';', '\t']) {
            return flaw("fields are parted by semicolons or tabs; save the file with commas".to_owned());
        }
        flaw(format!("the header must read {}", HEADER.join(",")))
    }

    fn line(&mut self, number: u64, row: &ByteRecord) -> Result<Line, String> {
        if row.len() != HEADER.len() {
            return Err(format!("has {} fields instead of {}", row.len(), HEADER.len()));
        }
        let mut cells = [""; HEADER.len()];
        for ((cell, bytes), column) in cells.iter_mut().zip(row).zip(HEADER) {
            *cell = std::str::from_utf8(bytes).map_err(|_| format!("{column} is not UTF-8"))?.trim();
        }
        let [user_id, kind, name, email, email_2, hash, secret, protected] = cells;
        text("user_id", user_id, USER_ID_MAX)?;
        text("name", name, NAME_MAX)?;
        address("email", email)?;
        if !email_2.is_empty() {
            address("email_2", email_2)?;
            if fold_address(email_2) == fold_address(email) {
                return Err("email_2 is the same as email".to_owned());
            }
        }
        let kind = UserType::from_code(kind).ok_or("user_type must be penyedia or non_penyedia")?;
        if !(hash.is_empty() || hash.len() <= HASH_MAX && is_known_hash(hash)) {
            return Err("password_hash is no hash in PHC form (argon2id, bcrypt or pbkdf2)".to_owned());
        }
        let totp_secret = if secret.is_empty() { None } else { Some(decode(secret)?) };
        let protected = match protected {
            "" => None,
            "true" => Some(true),
            "false" => Some(false),
            _ => return Err("protected must be true, false or empty".to_owned()),
        };
        // Last, so that a line which is wrong in itself does not also make its twin wrong.
        if let Some(earlier) = self.seen.insert(fold_user_id(user_id), number) {
            return Err(format!("user_id is the same as in line {earlier}"));
        }
        let some = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
        let (email_2, password_hash) = (some(email_2), some(hash));
        let (user_id, name, email) = (user_id.to_owned(), name.to_owned(), email.to_owned());
        Ok(Line { number, user_id, kind, name, email, email_2, password_hash, totp_secret, protected })
    }
}

/// Whether a cell begins as a spreadsheet formula does.
pub fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// Characters nobody sees: control, zero width, direction marks.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn seen_whole(column: &str, cell: &str) -> Result<(), String> {
    if cell.contains(is_hidden) {
        return Err(format!("{column} holds a character that cannot be seen (control, zero width or direction)"));
    }
    if is_formula(cell) {
        return Err(format!("{column} begins like a spreadsheet formula"));
    }
    Ok(())
}

pub(super) fn text(column: &str, cell: &str, most: usize) -> Result<(), String> {
    if cell.is_empty() {
        return Err(format!("{column} is empty"));
    }
    let length = cell.chars().count();
    if length > most {
        return Err(format!("{column} has {length} characters, more than {most}"));
    }
    seen_whole(column, cell)
}

/// Whether that is one plain address that SMTP can carry.
pub fn is_address(text: &str) -> bool {
    address("address", text).is_ok()
}

/// One plain address that SMTP can carry: no name, no list, an ASCII local part.
pub(super) fn address(column: &str, cell: &str) -> Result<(), String> {
    if cell.is_empty() {
        return Err(format!("{column} is empty"));
    }
    if cell.len() > ADDRESS_MAX {
        return Err(format!("{column} has {} bytes, more than {ADDRESS_MAX}", cell.len()));
    }
    seen_whole(column, cell)?;
    let folded = fold_address(cell);
    let right = folded.split_once('@').is_some_and(|(local, domain)| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        !local.is_empty() && local.chars().all(plain) && domain.split('.').all(label)
    });
    if right { Ok(()) } else { Err(format!("{column} is not one plain address")) }
}

/// Decodes base 32 (RFC 4648) as apps show it: any case, spaces between groups, padding or none.
fn decode(cell: &str) -> Result<Secret, String> {
    let plain: String = cell.chars().filter(|c| *c != ' ').collect();
    let plain = Zeroizing::new(plain.trim_end_matches('=').to_ascii_uppercase());
    let bytes = data_encoding::BASE32_NOPAD.decode(plain.as_bytes()).map_err(|_| "totp_secret is not base 32")?;
    if !SECRET_BYTES.contains(&bytes.len()) {
        return Err(format!("totp_secret has {} bytes instead of 10 to 128", bytes.len()));
    }
    Ok(Secret(Zeroizing::new(bytes)))
}

#[cfg(test)]
mod tests;

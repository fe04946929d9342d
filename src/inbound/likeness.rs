//! Addresses that are made to be taken for another: the eye reads the registered one, the letters say somebody else.
//!
//! Within one organisation only signs count that look alike one by one (`0` and `o`, `1` and `l`, letters of other scripts): there
//! `budi1@` and `budi2@`, `arni@` and `ami@`, `budi.s@` and `budis@` are colleagues. Beyond it pairs count too (`rn` and `m`), and one
//! letter more, less or other, unless the name that differs is short: `bri` and `bni` are two banks.

use super::domains;

/// Characters of an address that are looked at.
const LONG: usize = 320;
/// Shortest name of a domain in which one other letter is taken for a trick.
const NAME: usize = 5;

/// What the eye reads: an address in lower case, each sign as the plain letter it looks like.
pub fn skeleton(address: &str) -> String {
    let (local, domain) = split(address);
    format!("{}@{}", paired(&plain(&local)), paired(&plain(&domain)))
}

/// Whether an address looks like a registered one and is another.
pub fn looks_like(from: &str, registered: &str) -> bool {
    let ((local, domain), (known_local, known_domain)) = (split(from), split(registered));
    if domain.is_empty() || known_domain.is_empty() || (local == known_local && domain == known_domain) {
        return false;
    }
    if same_organisation(from, registered) {
        return plain(&domain) == plain(&known_domain) && plain(&local) == plain(&known_local) && local != known_local;
    }
    let loose = |text: &str| paired(&plain(text.split('+').next().unwrap_or_default()).replace('.', ""));
    let (shape, known_shape) = (paired(&plain(&domain)), paired(&plain(&known_domain)));
    if loose(&local) == loose(&known_local) {
        return shape == known_shape || (one_apart(&shape, &known_shape) && is_long(from, registered));
    }
    shape == known_shape && one_apart(&paired(&plain(&local)), &paired(&plain(&known_local)))
}

/// Local part and domain in lower case, the domain as people see it.
fn split(address: &str) -> (String, String) {
    let address: String = address.trim().chars().take(LONG).collect();
    let (local, domain) = address.rsplit_once('@').unwrap_or((&address, ""));
    let shown = idna::domain_to_unicode(domain.trim_end_matches('.')).0;
    (local.to_lowercase(), shown.to_lowercase())
}

fn same_organisation(one: &str, other: &str) -> bool {
    let (one, other) = (domains::of(one), domains::of(other));
    one.zip(other).is_some_and(|(one, other)| domains::aligned(&one, &other, domains::Alignment::Relaxed))
}

/// Whether the names that two organisations registered are long enough for one other letter to be no accident, or are the same below
/// another suffix.
fn is_long(one: &str, other: &str) -> bool {
    let name = |address: &str| {
        let domain = domains::of(address)?;
        let own = domains::organisation(&domain).unwrap_or(&domain);
        own.split('.').next().map(str::to_owned)
    };
    let (one, other) = (name(one).unwrap_or_default(), name(other).unwrap_or_default());
    one == other || one.chars().count().min(other.chars().count()) >= NAME
}

/// Whether one letter more, less, other or two swapped ones make one text the other.
fn one_apart(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let head = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[head..], &other[head..]);
    let tail = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[..one.len() - tail], &other[..other.len() - tail]);
    match (one, other) {
        ([a, b], [c, d]) => a == d && b == c,
        (one, other) => one.len() <= 1 && other.len() <= 1 && one.len() + other.len() > 0,
    }
}

/// Signs that look alike one by one.
fn plain(text: &str) -> String {
    text.chars().filter_map(like).collect()
}

/// Pairs that look like one letter.
fn paired(text: &str) -> String {
    text.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

/// The plain letter that a sign looks like; none for what is not seen.
fn like(sign: char) -> Option<char> {
    let code = u32::from(sign);
    let letter = |offset: u32| u8::try_from(offset % 26).ok().map(|n| like_ascii(char::from(b'a' + n)));
    match sign {
        // soft hyphen, joiners, marks of direction, variation selectors, combining accents
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{300}'..='\u{36f}' => None,
        // full width, and the alphabets of mathematics
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(code - 0xfee0).map(|c| like_ascii(c.to_ascii_lowercase())),
        '\u{1d400}'..='\u{1d6a3}' => letter(code - 0x1d400),
        '\u{1d7ce}'..='\u{1d7ff}' => char::from_u32(u32::from('0') + (code - 0x1d7ce) % 10).map(like_ascii),
        sign if sign.is_ascii() => Some(like_ascii(sign)),
        sign => Some(TABLE.iter().find(|(_, signs)| signs.contains(sign)).map_or(sign, |(plain, _)| *plain)),
    }
}

fn like_ascii(sign: char) -> char {
    match sign {
        '0' => 'o',
        '1' | 'i' | '|' | '!' => 'l',
        '5' | '$' => 's',
        other => other,
    }
}

/// Latin, Cyrillic, Greek, Armenian and Cherokee signs by the plain letter they look like.
const TABLE: &[(char, &str)] = &[
    ('a', "àáâãäåāăąǎạảаαɑ"),
    ('b', "ḃƀьвβЬ"),
    ('c', "çćĉċčсϲⅽ"),
    ('d', "ďđḍԁɗⅾ"),
    ('e', "èéêëēĕėęěẹẻẽеєҽε"),
    ('f', "ḟƒſ"),
    ('g', "ĝğġģɡց"),
    ('h', "ĥħḥһհ"),
    ('j', "ĵјϳ"),
    ('k', "ķḳкκ"),
    ('l', "ĺļľŀłìíîïĩīĭįıǐịỉіїӏιɩǀⅰⅼ"),
    ('m', "ṁṃмⅿ"),
    ('n', "ñńņňŋṇпոη"),
    ('o', "òóôõöøōŏőơǒọỏоοσօ〇ο"),
    ('p', "ṗрρ"),
    ('q', "ԛզ"),
    ('r', "ŕŗřṛгɾ"),
    ('s', "śŝşšșṣѕꜱ"),
    ('t', "ţťŧțṭтτ"),
    ('u', "ùúûüũūŭůűųưǔụủυսц"),
    ('v', "ṽѵνⅴ"),
    ('w', "ŵẁẃẅԝωѡ"),
    ('x', "хχⅹ"),
    ('y', "ýÿŷỳỵỷуүγ"),
    ('z', "źżžẓᴢ"),
    ('.', "。．․"),
    ('-', "‐‑‒–—−"),
    ('@', "＠﹫"),
];

#[cfg(test)]
mod tests;

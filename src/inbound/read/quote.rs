//! Finds what a writer wrote himself: quotes of others, and what is uncertain, do not count.

/// Lines that announce what others wrote; everything after them is theirs.
const ANNOUNCE: &[&str] = &[
    "original message",
    "pesan asli",
    "pesan semula",
    "pesan terusan",
    "pesan yang diteruskan",
    "pesan diteruskan",
    "forwarded message",
    "begin forwarded message",
    "awal pesan yang diteruskan",
    "mulai pesan yang diteruskan",
    "ursprüngliche nachricht",
    "message d'origine",
    "email asli",
];
/// The first line of a block that repeats a header.
const SENDERS: &[&str] = &["from", "dari", "pengirim", "sender"];
/// A later line of such a block.
const OTHERS: &[&str] = &[
    "sent", "date", "to", "cc", "subject", "terkirim", "dikirim", "tanggal", "kepada", "ke", "perihal", "subjek",
    "hal", "tembusan",
];
/// How lines end that say who wrote what follows.
const WROTE: &[&str] = &["wrote", "writes", "menulis", "tulis", "berkata", "schrieb", "a écrit", "escribió"];
/// How lines begin that do, where the rest of the sentence is cut over several.
const WHEN: &[&str] = &["on ", "pada ", "pd ", "op ", "am ", "le ", "el ", "tanggal ", "tgl "];
/// What telephones add.
const TELEPHONES: &[&str] = &[
    "sent from my ",
    "sent from mail for ",
    "sent from yahoo",
    "sent from outlook",
    "get outlook for ",
    "dikirim dari ",
    "terkirim dari ",
    "dapatkan outlook untuk ",
    "unduh outlook untuk ",
    "kirim dari ",
];
/// Lines a sentence that says who wrote may be cut into.
const CUT_MAX: usize = 4;

/// The lines of a text that its writer wrote himself. Everything from an announcement of a quote, a repeated header or a
/// signature on is left out, also where more may follow below it.
pub fn unquoted(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    let mut kept: Vec<&str> = Vec::new();
    // a line right below a quoted one may be its second half
    let mut lazy = false;
    for (at, line) in lines.iter().enumerate() {
        let plain = plain(line);
        if ends_own_words(&plain, &lines[at..]) {
            break;
        }
        if is_quoted(&plain) {
            lazy = true;
        } else if plain.is_empty() {
            lazy = false;
            kept.push(line);
        } else if !lazy && !TELEPHONES.iter().any(|begin| plain.starts_with(begin)) {
            kept.push(line);
        }
    }
    while kept.last().is_some_and(|line| line.trim().is_empty()) {
        kept.pop();
    }
    let first = kept.iter().position(|line| !line.trim().is_empty()).unwrap_or(kept.len());
    kept[first..].join("\n")
}

/// A line as it is compared: without what cannot be seen, without marks of emphasis around it, in lower case.
fn plain(line: &str) -> String {
    let seen: String = line
        .chars()
        .filter(|c| !crate::model::marks::is_hidden(*c))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    seen.trim().trim_matches('*').trim().to_lowercase()
}

fn is_quoted(plain: &str) -> bool {
    plain.starts_with(['>', '|', '＞', '›', '»', '❯', '≫', '⟩', '〉', '》', '│', '┃'])
}

fn ends_own_words(plain: &str, below: &[&str]) -> bool {
    is_signature(plain, below)
        || is_announced(plain)
        || is_repeated_header(plain, below)
        || says_who_wrote(plain, below)
}

/// `-- ` (RFC 3676 §4.3), with or without its space; a line of underscores is Outlook's.
fn is_signature(plain: &str, below: &[&str]) -> bool {
    let ruled = plain.len() >= 10 && plain.chars().all(|c| matches!(c, '_' | '-' | '=' | '—' | '─'));
    matches!(plain, "--" | "—") || below.first().is_some_and(|line| line.trim_end() == "--") || ruled
}

fn is_announced(plain: &str) -> bool {
    let bare =
        plain.trim_matches(|c: char| matches!(c, '-' | '_' | '=' | '*' | ':' | '—' | '–' | '─') || c.is_whitespace());
    let dressed = plain.starts_with(['-', '_', '=', '—', '–', '─']) || plain.ends_with(':');
    ANNOUNCE.iter().any(|words| bare == *words || (dressed && bare.contains(words)))
}

fn is_repeated_header(first: &str, below: &[&str]) -> bool {
    if !field(first, SENDERS) {
        return false;
    }
    // one more line of a header makes it one; an address beside the name does too
    first.contains('@') || below.iter().skip(1).take(5).any(|line| field(&plain(line), OTHERS))
}

fn field(plain: &str, names: &[&str]) -> bool {
    let Some((name, _)) = plain.split_once(':') else { return false };
    let name = name.trim_matches(|c: char| c == '*' || c.is_whitespace());
    names.contains(&name)
}

/// `Pada … menulis:`, `On … wrote:`, `… <rina@example.id>:`, also cut into several lines.
fn says_who_wrote(first: &str, below: &[&str]) -> bool {
    if ends_as_said(first) {
        return true;
    }
    if !WHEN.iter().any(|begin| first.starts_with(begin)) || !first.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let mut sentence = first.to_owned();
    for line in below.iter().skip(1).take(CUT_MAX - 1) {
        let more = plain(line);
        sentence.push(' ');
        sentence.push_str(&more);
        if ends_as_said(&sentence) {
            return true;
        }
    }
    false
}

fn ends_as_said(plain: &str) -> bool {
    let Some(said) = plain.strip_suffix([':', '：']).map(str::trim_end) else { return false };
    if said.ends_with('>') && said.contains('@') {
        return true;
    }
    WROTE.iter().any(|verb| {
        said.strip_suffix(verb)
            .is_some_and(|before| before.is_empty() || before.ends_with(|c: char| !c.is_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_words_end_where_others_begin() {
        for after in [
            "> kutipan\n>> lama",
            "Pada Sab, 21 Nov 2026 pukul 10.00 Helpdesk <h@a.id> menulis:\n\n> kutipan\n\nbawah",
            "Pada Sab, 21 Nov 2026 pukul 10.00 Helpdesk LPSE Kementerian\n<helpdesk@a.id>\nmenulis:\n\nkutipan",
            "Pada tanggal Sab, 21 Nov 2026 10:00, Helpdesk<h@a.id> menulis :\nkutipan",
            "On Sat, Nov 21, 2026 at 10:00 AM Helpdesk <h@a.id> wrote:\nkutipan",
            "On Saturday, November 21, 2026 at 10:00:00 AM GMT+7,\nHelpdesk <h@a.id> wrote:\nkutipan",
            "2026-11-21 10:00 GMT+07:00 Helpdesk <h@a.id>:\nkutipan",
            "-----Original Message-----\nkutipan",
            "-------- Pesan Asli --------\nkutipan",
            "---------- Forwarded message ---------\nkutipan",
            "Begin forwarded message:\n\nkutipan",
            "________________________________\nDari: Helpdesk\nkutipan",
            "From: Helpdesk\nSent: Saturday\nkutipan",
            "*Dari:* Helpdesk\n*Dikirim:* Sabtu\nkutipan",
            "Dari: Helpdesk <h@a.id>\nkutipan",
            "-- \nRina",
            "--\nRina",
            "＞ kutipan",
            "\u{200b}> kutipan",
            "| kutipan",
            "Dikirim dari Yahoo Mail di Android",
            "Sent from my iPhone",
            "On Sat, 21 Nov 2026 Helpdesk wrote:\n> kutipan\n\nbawah",
            "--- Pada Sab, 21/11/26, Helpdesk <h@a.id> menulis:\n\nDari: x",
        ] {
            assert_eq!(unquoted(&format!("Setuju.\n\n{after}")), "Setuju.", "{after}");
        }
    }

    #[test]
    fn what_may_be_half_a_quote_does_not_count() {
        assert_eq!(unquoted("> saya mengizinkan reset\nTOTP akun A7\n\nTidak."), "Tidak.");
        assert_eq!(unquoted("> a\n\nb\n> c\nd\n\ne"), "b\n\ne");
    }

    #[test]
    fn plain_letters_stay_whole() {
        let letter = "Yth. Helpdesk,\n\nPada tanggal 21 November saya ganti HP.\nDari kemarin gagal login:\n- kode salah\n\
            User ID: A7\nOn site kami 3 orang.\n\nTerima kasih";
        assert_eq!(unquoted(letter), letter);
        assert_eq!(unquoted(""), "");
        assert_eq!(unquoted("\r\n\r\na\r\nb\r\n"), "a\nb");
    }

    proptest::proptest! {
        #[test]
        fn what_is_left_are_lines_of_the_text(text in "(> ?|Pada 1|On 2|menulis:|wrote:|-- |From: a@b|[a-z \\r]{0,9}|\\n){0,60}|\\PC*") {
            let kept = unquoted(&text);
            let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
            if !kept.is_empty() {
                for line in kept.split('\n') {
                    proptest::prop_assert!(lines.any(|each| each == line));
                    proptest::prop_assert!(!is_quoted(&plain(line)));
                }
            }
            proptest::prop_assert_eq!(unquoted(&kept), kept);
        }
    }
}

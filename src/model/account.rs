//! A vendor's account: the words for its kind, and how its names are compared and masked.

use super::words::words;

words! {
    /// Tipe User.
    UserType {
        /// Provider.
        Penyedia = "penyedia",
        /// Non-provider.
        NonPenyedia = "non_penyedia",
    }
}

/// The longest User ID, in characters.
pub const USER_ID_MAX: usize = 64;
/// The longest address, in bytes (RFC 5321 §4.5.3.1.3, less the brackets).
pub const ADDRESS_MAX: usize = 254;

/// A User ID as it is compared: trimmed, lower case.
pub fn fold_user_id(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// An address as it is compared: trimmed, lower case, its domain in A-label form (RFC 5890).
pub fn fold_address(typed: &str) -> String {
    let typed = typed.trim().to_lowercase();
    match typed.rsplit_once('@') {
        Some((local, domain)) => {
            let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
            format!("{local}@{domain}")
        }
        None => typed,
    }
}

/// A User ID of which a stranger learns little: first and last character.
pub fn mask_user_id(user_id: &str) -> String {
    let mut chars = user_id.chars();
    match (chars.next(), chars.next_back()) {
        (Some(first), Some(last)) => format!("{first}•••{last}"),
        (Some(only), None) => format!("{only}•••"),
        _ => "•••".to_owned(),
    }
}

/// An address of which a stranger learns little: `r•••@g•••.com`.
pub fn mask_address(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else { return "•••".to_owned() };
    let first = |s: &str| s.chars().next().map(String::from).unwrap_or_default();
    let top = domain.rsplit_once('.').map_or("", |(_, top)| top);
    format!("{}•••@{}•••.{top}", first(local), first(domain))
}

/// Words of a foreign server, each address in them masked.
pub fn mask_addresses(words: &str) -> String {
    let mask = |word: &str| {
        let bare = |c: char| matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"' | '\'' | '[' | ']');
        let inner = word.trim_matches(bare);
        if inner.contains('@') { word.replace(inner, &mask_address(inner)) } else { word.to_owned() }
    };
    words.split(' ').map(mask).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_alike() {
        assert_eq!(fold_user_id("  PT.Maju "), "pt.maju");
        assert_eq!(fold_address(" Rina@Bücher.Example "), "rina@xn--bcher-kva.example");
        assert_eq!(fold_address("no-at"), "no-at");
    }

    #[test]
    fn words_of_a_server_show_no_address() {
        assert_eq!(
            mask_addresses("5.1.1 <rina@gmail.com>: no such user, ask \"x@y.id\""),
            "5.1.1 <r•••@g•••.com>: no such user, ask \"x•••@y•••.id\""
        );
        assert_eq!(mask_addresses("a@b@c.d  @"), "a•••@c•••.d  •••@•••.");
    }

    #[test]
    fn masks_show_little() {
        assert_eq!(mask_user_id("AMANAH7"), "A•••7");
        assert_eq!(mask_user_id("A"), "A•••");
        assert_eq!(mask_address("rina@gmail.com"), "r•••@g•••.com");
        assert_eq!(mask_address("nothing"), "•••");
    }
}

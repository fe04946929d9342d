//! Texts for replies: what may be filled into them.

/// The names that can stand in braces.
pub const NAMES: [&str; 3] = ["nama", "user_id", "referensi"];
/// The longest text, in characters.
pub const TEXT_MAX: usize = 4000;
/// The longest name of a text, in characters.
pub const NAME_MAX: usize = 60;

/// What is filled in.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The person's name, as the account has it.
    pub name: String,
    /// Their User ID, masked.
    pub user_id: String,
    /// The reference of the request.
    pub reference: String,
}

/// The text with its braces filled; the first name in braces that is none of ours otherwise. A brace that closes nothing,
/// or holds more than one word, stands for itself.
pub fn fill(text: &str, values: &Values) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        rest = after;
        let name = after.split_once('}').map(|(name, _)| name).filter(|name| is_word(name));
        match name {
            Some("nama") => out.push_str(&values.name),
            Some("user_id") => out.push_str(&values.user_id),
            Some("referensi") => out.push_str(&values.reference),
            Some(other) => return Err(other.to_owned()),
            None => {
                out.push('{');
                continue;
            }
        }
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    Ok(out)
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.len() <= 40 && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> Values {
        Values { name: "Rina {user_id}".to_owned(), user_id: "A•••7".to_owned(), reference: "R-1".to_owned() }
    }

    #[test]
    fn only_our_own_names_are_filled_in_once() {
        assert_eq!(fill("Halo {nama}, {referensi}.", &values()), Ok("Halo Rina {user_id}, R-1.".to_owned()));
        assert_eq!(fill("{password}", &values()), Err("password".to_owned()));
        assert_eq!(fill("a { b } {} {x y} {", &values()), Ok("a { b } {} {x y} {".to_owned()));
    }

    proptest! {
        #[test]
        fn any_text_is_filled_or_refused(text in ".{0,60}") {
            if let Err(name) = fill(&text, &values()) {
                let named = format!("{{{name}}}");
                prop_assert!(text.contains(&named));
            }
        }
    }
}

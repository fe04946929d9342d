//! Words in two languages, Indonesian first.

pub mod when;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

static_loader! {
    static LOCALES = {
        locales: "./assets/locales",
        fallback_language: "id",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

thread_local! {
    /// Words without variables, once looked up: they never change, and a page holds a hundred of them.
    static KEPT: RefCell<[HashMap<String, String>; 2]> = RefCell::default();
}

const ID: LanguageIdentifier = langid!("id");
const EN: LanguageIdentifier = langid!("en");

/// A language the product speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Indonesian, the first language.
    #[default]
    Id,
    /// English.
    En,
}

impl Lang {
    /// Both, Indonesian first.
    pub const ALL: [Self; 2] = [Self::Id, Self::En];

    /// The BCP 47 tag: `id` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }

    /// Reads a BCP 47 tag we know.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.code() == code)
    }

    /// The words of `key`, without variables.
    pub fn t(self, key: &str) -> String {
        KEPT.with_borrow_mut(|kept| {
            let words = &mut kept[self as usize];
            if let Some(found) = words.get(key) {
                return found.clone();
            }
            let found = LOCALES.lookup(&self.identifier(), key);
            words.insert(key.to_owned(), found.clone());
            found
        })
    }

    /// The words of a key that was made of what somebody else said; nothing where there are none.
    pub fn known(self, key: &str) -> Option<String> {
        LOCALES.try_lookup(&self.identifier(), key)
    }

    /// The words of `key` with its variables, as `[("name", value)]`.
    pub fn ta(self, key: &str, args: &[(&'static str, &str)]) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
            args.iter().map(|(k, v)| (Cow::Borrowed(*k), FluentValue::from(*v))).collect();
        LOCALES.lookup_with_args(&self.identifier(), key, &args)
    }

    fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::Id => ID,
            Self::En => EN,
        }
    }
}

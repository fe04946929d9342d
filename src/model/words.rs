//! Lists of words: an enum whose variants have a code in addresses, the database, events and message keys.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$each])* $variant,)+ }

        impl $name {
            /// All of them, in the order they are shown.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word in addresses, the database, events and message keys.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Reads that word.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.code() == code)
            }
        }
    };
}

/// The same for words that are kept within JSON.
macro_rules! kept_words {
    ($($rest:tt)*) => {
        $crate::model::words::words! { $($rest)* }
        $crate::model::words::kept! { $($rest)* }
    };
}

macro_rules! kept {
    ($(#[$doc:meta])* $name:ident { $($rest:tt)* }) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::from_code(&code).ok_or_else(|| serde::de::Error::custom("no such word"))
            }
        }
    };
}

pub(super) use {kept, kept_words, words};

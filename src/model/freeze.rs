//! What can be frozen: ways to a reset that stop until somebody lets them go on.

use super::words::words;

words! {
    /// A way that can be frozen; message keys `freeze-<code>`.
    Scope {
        /// All self-service by the web.
        Web = "web",
        /// Manual resets by the desk.
        Manual = "manual",
        /// Self-service of providers.
        Penyedia = "penyedia",
        /// Self-service of non-providers.
        NonPenyedia = "non_penyedia",
    }
}

/// What is frozen now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frozen(u8);

impl Frozen {
    /// These scopes.
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope as u8))
    }

    /// Out of its bits.
    pub fn from_bits(bits: u8) -> Self {
        Self(bits & 0b1111)
    }

    /// Its bits.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether that is frozen.
    pub fn has(self, scope: Scope) -> bool {
        self.0 & 1 << scope as u8 != 0
    }

    /// What visitors of the public pages are told: the widest scope that touches them.
    pub fn public(self) -> Option<Scope> {
        let both = self.has(Scope::Penyedia) && self.has(Scope::NonPenyedia);
        if both {
            return Some(Scope::Web);
        }
        [Scope::Web, Scope::Penyedia, Scope::NonPenyedia].into_iter().find(|scope| self.has(*scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_are_told_the_widest() {
        assert_eq!(Frozen::default().public(), None);
        assert_eq!(Frozen::of([Scope::Manual]).public(), None);
        assert_eq!(Frozen::of([Scope::NonPenyedia]).public(), Some(Scope::NonPenyedia));
        assert_eq!(Frozen::of([Scope::NonPenyedia, Scope::Penyedia]).public(), Some(Scope::Web));
        let all = Frozen::of(Scope::ALL.iter().copied());
        assert_eq!((Frozen::from_bits(all.bits()), all.public()), (all, Some(Scope::Web)));
    }
}

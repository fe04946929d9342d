//! Two people means two persons: who may decide what somebody else proposed.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long making or promoting somebody ties two people together.
pub const TIED: TimeDelta = TimeDelta::days(7);

/// Somebody of the desk, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Row id.
    pub id: Uuid,
    /// Their employee number as it is compared.
    pub employee_number: String,
    /// Who made or promoted them, and when; an operator on the machine is nobody.
    pub changes: Vec<(Uuid, DateTime<Utc>)>,
}

impl Person {
    fn recent(&self, now: DateTime<Utc>) -> impl Iterator<Item = Uuid> + '_ {
        self.changes.iter().filter(move |(_, at)| now < *at + TIED).map(|(by, _)| *by)
    }
}

/// Why two people are not two persons here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Tie {
    /// The same person, under whatever account.
    Oneself,
    /// One made or promoted the other lately.
    Made,
    /// Somebody made or promoted both lately.
    MadeByOne,
    /// They changed the account's address last.
    LastEditor,
}

impl Tie {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Oneself, Self::Made, Self::MadeByOne, Self::LastEditor];

    /// The word in events and message keys (`tie-<code>`).
    pub fn code(self) -> &'static str {
        match self {
            Self::Oneself => "oneself",
            Self::Made => "made",
            Self::MadeByOne => "made-by-one",
            Self::LastEditor => "last-editor",
        }
    }
}

/// Whether `decider` is a second person beside `other`, who proposed it or agreed already.
pub fn apart(other: &Person, decider: &Person, now: DateTime<Utc>) -> Result<(), Tie> {
    if other.id == decider.id || other.employee_number == decider.employee_number {
        return Err(Tie::Oneself);
    }
    if other.recent(now).any(|by| by == decider.id) || decider.recent(now).any(|by| by == other.id) {
        return Err(Tie::Made);
    }
    if other.recent(now).any(|by| decider.recent(now).any(|too| too == by)) {
        return Err(Tie::MadeByOne);
    }
    Ok(())
}

/// Whether `decider` may decide about an account: apart from all who proposed or agreed, and not the last who changed its
/// address.
pub fn may_decide(
    others: &[Person],
    decider: &Person,
    last_editor: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), Tie> {
    others.iter().try_for_each(|other| apart(other, decider, now))?;
    if last_editor == Some(decider.id) { Err(Tie::LastEditor) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(n: u128, changes: &[(u128, i64)]) -> Person {
        let at = |days: i64| DateTime::UNIX_EPOCH - TimeDelta::days(days);
        Person {
            id: Uuid::from_u128(n),
            employee_number: format!("nip{n}"),
            changes: changes.iter().map(|(by, days)| (Uuid::from_u128(*by), at(*days))).collect(),
        }
    }

    #[test]
    fn two_people_are_two_persons() {
        let now = DateTime::UNIX_EPOCH;
        let rina = person(1, &[]);
        assert_eq!(apart(&rina, &person(2, &[]), now), Ok(()));
        assert_eq!(apart(&rina, &rina, now), Err(Tie::Oneself));
        let second = Person { employee_number: rina.employee_number.clone(), ..person(9, &[]) };
        assert_eq!(apart(&rina, &second, now), Err(Tie::Oneself));
        assert_eq!(apart(&rina, &person(2, &[(1, 6)]), now), Err(Tie::Made));
        assert_eq!(apart(&person(2, &[(1, 6)]), &rina, now), Err(Tie::Made));
        assert_eq!(apart(&rina, &person(2, &[(1, 7)]), now), Ok(()));
        assert_eq!(apart(&person(2, &[(5, 1)]), &person(3, &[(6, 2), (5, 6)]), now), Err(Tie::MadeByOne));
        assert_eq!(apart(&person(2, &[(5, 1)]), &person(3, &[(5, 8)]), now), Ok(()));
    }

    #[test]
    fn who_changed_the_address_does_not_decide() {
        let (now, budi) = (DateTime::UNIX_EPOCH, person(2, &[]));
        assert_eq!(may_decide(&[person(1, &[])], &budi, Some(budi.id), now), Err(Tie::LastEditor));
        assert_eq!(may_decide(&[person(1, &[]), budi.clone()], &budi, None, now), Err(Tie::Oneself));
        assert_eq!(may_decide(&[], &budi, None, now), Ok(()));
    }
}

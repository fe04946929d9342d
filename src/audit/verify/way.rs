//! What only the order of the leaves shows: how time went on, and how much each erasure took.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::event;
use super::report::{Report, What};
use crate::app::App;
use crate::base::fault::Fault;
use crate::store::log::erased;

/// How far an event may be behind one before it: clocks of servers differ, and transactions last.
const BEHIND: TimeDelta = TimeDelta::hours(1);

/// What a range of leaves adds to the way.
#[derive(Default)]
pub(super) struct Passed {
    /// Leaves whose event does not stand where they say.
    pub gone: i64,
    /// Events that stand at another time than their leaf says.
    pub moved: Vec<Uuid>,
    /// When events happened, those from the future aside, by leaf.
    pub times: Vec<(u64, DateTime<Utc>)>,
    /// Events whose personal details are gone, by leaf.
    pub bare: Vec<(u64, Uuid)>,
    /// Which erasure took them.
    pub erased: HashMap<Uuid, Uuid>,
}

/// The way so far, range after range.
#[derive(Default)]
pub(super) struct Way {
    /// As [`Passed::gone`].
    pub gone: i64,
    /// As [`Passed::moved`].
    pub moved: Vec<Uuid>,
    /// The latest time of an event.
    pub latest: Option<DateTime<Utc>>,
    /// How many events' details each erasure took, and the first leaf of them.
    erased: HashMap<Uuid, (u64, u64)>,
    /// How many details are gone by erasures.
    taken: u64,
}

impl Way {
    /// Goes on over a range; says which leaves are wrong.
    pub(super) fn pass(&mut self, passed: Passed) -> Vec<(u64, What)> {
        let mut wrong = Vec::new();
        self.gone += passed.gone;
        self.moved.extend(passed.moved);
        for (index, at) in passed.times {
            if self.latest.is_some_and(|latest| at < latest - BEHIND) {
                wrong.push((index, What::BackDated));
            }
            self.latest = self.latest.max(Some(at));
        }
        for (index, event) in passed.bare {
            match passed.erased.get(&event) {
                Some(erasure) => {
                    let (count, _) = self.erased.entry(*erasure).or_insert((0, index));
                    *count += 1;
                    self.taken += 1;
                }
                None => wrong.push((index, What::PersonalGone)),
            }
        }
        wrong
    }

    /// No erasure took the details of other events than the log tells of.
    pub(super) async fn erasures(&self, app: &App, report: &mut Report) -> Result<(), Fault> {
        report.erased = self.taken;
        if self.erased.is_empty() {
            return Ok(());
        }
        let told = erased::told(&mut app.read().await?, self.erased.keys().copied().collect()).await?;
        for (erasure, (count, first)) in &self.erased {
            if !told.iter().any(|told| told.erasure == *erasure && event::tells(told, *count)) {
                report.find(Some(*first), What::PersonalGone);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_and_a_little_back() {
        let at = |minutes: i64| DateTime::from_timestamp(1_790_000_000 + minutes * 60, 0).unwrap();
        let times = [0, 50, 10, 90, 30, 29, 200].map(at).into_iter().zip(0..).map(|(at, n)| (n, at)).collect();
        let mut way = Way::default();
        assert_eq!(way.pass(Passed { times, ..Passed::default() }), [(5, What::BackDated)]);
        // ranges hang together
        let times = vec![(7, at(139)), (8, at(140))];
        assert_eq!(way.pass(Passed { times, ..Passed::default() }), [(7, What::BackDated)]);
        assert_eq!(way.latest, Some(at(200)));
    }

    #[test]
    fn details_that_no_erasure_took_are_named() {
        let [one, two, three, erasure] = [1, 2, 3, 4].map(Uuid::from_u128);
        let erased = HashMap::from([(one, erasure), (three, erasure)]);
        let passed = Passed { bare: vec![(4, one), (9, two), (11, three)], erased, ..Passed::default() };
        let mut way = Way::default();
        assert_eq!(way.pass(passed), [(9, What::PersonalGone)]);
        assert_eq!((way.erased, way.taken), (HashMap::from([(erasure, (2, 4))]), 2));
    }
}

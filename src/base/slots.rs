//! Counts of what each network does in ten-minute slots, kept here and shared with other servers now and then.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

/// Seconds of a slot.
const SLOT_SECONDS: i64 = 600;

/// One count: who, what, in which slot, how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The network.
    pub network: String,
    /// What it did.
    pub what: &'static str,
    /// Which slot.
    pub slot: i64,
    /// How often.
    pub hits: u32,
}

/// The counts.
#[derive(Debug, Default)]
pub struct Slots {
    counts: Mutex<HashMap<(String, &'static str), Tally>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    slot: i64,
    // what all servers counted when we last heard
    shared: u32,
    // what we counted since
    ours: u32,
}

/// The slot of a moment.
pub fn slot(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(SLOT_SECONDS)
}

/// When a slot ends.
pub fn end(slot: i64) -> DateTime<Utc> {
    DateTime::from_timestamp((slot + 1) * SLOT_SECONDS, 0).unwrap_or_default()
}

impl Slots {
    fn lock(&self) -> MutexGuard<'_, HashMap<(String, &'static str), Tally>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one and tells how many there are in this slot now.
    pub fn hit(&self, network: &str, what: &'static str, slot: i64) -> u32 {
        let mut counts = self.lock();
        let tally = counts.entry((network.to_owned(), what)).or_default();
        if tally.slot != slot {
            *tally = Tally { slot, ..Tally::default() };
        }
        tally.ours += 1;
        tally.shared + tally.ours
    }

    /// How many there are in this slot.
    pub fn seen(&self, network: &str, what: &'static str, slot: i64) -> u32 {
        let counts = self.lock();
        counts.get(&(network.to_owned(), what)).filter(|t| t.slot == slot).map_or(0, |t| t.shared + t.ours)
    }

    /// Takes what was counted here since the last time, to be shared; forgets slots before `now`.
    pub fn take(&self, now: i64) -> Vec<Count> {
        let mut counts = self.lock();
        counts.retain(|_, tally| tally.slot >= now || tally.ours > 0);
        let mut taken = Vec::new();
        for ((network, what), tally) in counts.iter_mut().filter(|(_, tally)| tally.ours > 0) {
            taken.push(Count { network: network.clone(), what, slot: tally.slot, hits: tally.ours });
            tally.shared += tally.ours;
            tally.ours = 0;
        }
        taken
    }

    /// Takes over what all servers counted.
    pub fn share(&self, all: impl IntoIterator<Item = Count>) {
        let mut counts = self.lock();
        for count in all {
            let tally = counts.entry((count.network, count.what)).or_default();
            if count.slot > tally.slot {
                *tally = Tally { slot: count.slot, shared: count.hits, ours: 0 };
            } else if count.slot == tally.slot {
                tally.shared = tally.shared.max(count.hits);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_begin_anew_in_each_slot() {
        let slots = Slots::default();
        assert_eq!((slots.hit("a", "x", 1), slots.hit("a", "x", 1), slots.hit("b", "x", 1)), (1, 2, 1));
        assert_eq!(slots.seen("a", "x", 1), 2);
        assert_eq!(slots.seen("a", "x", 2), 0);
        assert_eq!(slots.hit("a", "x", 2), 1);
    }

    #[test]
    fn two_servers_see_what_both_counted() {
        let (one, two) = (Slots::default(), Slots::default());
        one.hit("a", "x", 1);
        two.hit("a", "x", 1);
        two.hit("a", "x", 1);
        let mut sum = one.take(1);
        sum[0].hits += two.take(1)[0].hits;
        one.share(sum.clone());
        two.share(sum);
        assert_eq!((one.seen("a", "x", 1), two.seen("a", "x", 1)), (3, 3));
        assert_eq!(one.hit("a", "x", 1), 4);
        assert!(two.take(1).is_empty());
    }
}

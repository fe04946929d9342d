//! The tree that grows again, leaf by leaf, and everything that is compared with it on the way.

use super::outside::Kept;
use super::report::{Report, What};
use crate::audit::growth::{Growth, Tile};
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::merkle::Hash;

/// The tree so far.
pub(super) struct Tree {
    growth: Growth,
    /// Leaves of the last checkpoint of the log's own that is right.
    since: u64,
    /// Leaves of the last one of all.
    last: u64,
    /// Whether the one before was wrong: one change spoils all that follow.
    failing: bool,
    kept: Kept,
}

impl Tree {
    /// An empty one, to be compared with what was kept outside.
    pub(super) fn new(kept: Kept) -> Self {
        Self { growth: Growth::default(), since: 0, last: 0, failing: false, kept }
    }

    /// Leaves so far.
    pub(super) fn size(&self) -> u64 {
        self.growth.size()
    }

    /// Leaves of the last checkpoint of the log's own.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Adds a leaf.
    pub(super) fn push(&mut self, leaf: Hash, report: &mut Report) -> Result<(), Fault> {
        let index = self.growth.size();
        self.growth.push(leaf);
        self.kept.leaf(index, &leaf, report)?;
        while self.kept.next_size() == Some(self.growth.size()) {
            self.kept.compare(&self.growth.root(), report);
        }
        Ok(())
    }

    /// Compares a checkpoint of the log's own that covers exactly the leaves so far.
    pub(super) fn compare(&mut self, own: &Checkpoint, report: &mut Report) {
        self.last = own.size;
        if self.growth.root() == own.root {
            (self.since, self.failing) = (own.size, false);
        } else if !std::mem::replace(&mut self.failing, true) {
            report.find(None, What::Root { size: own.size, since: self.since });
        }
    }

    /// Tiles that became full since this was asked last.
    pub(super) fn full(&mut self) -> Vec<Tile> {
        self.growth.full()
    }

    /// The tiles that are not full, where the log ends.
    pub(super) fn open(&self) -> Vec<Tile> {
        self.growth.open()
    }

    /// Says how large it grew, and what was kept outside of a longer log.
    pub(super) fn end(mut self, report: &mut Report) {
        report.size = self.growth.size();
        report.root = self.growth.root();
        self.kept.end(report);
    }
}

/// The leaves of a tile of level 0 that are not those worked out: the first is named, and one that is missing counts.
pub(super) fn differing(first: u64, stored: &[Hash], worked_out: &[Hash]) -> Option<u64> {
    let at = worked_out.iter().zip(stored).position(|(a, b)| a != b);
    let at = at.or_else(|| (stored.len() != worked_out.len()).then(|| stored.len().min(worked_out.len())))?;
    Some(first + at as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_leaf_that_differs_is_named() {
        let [a, b, c] = [[1; 32], [2; 32], [3; 32]];
        assert_eq!(differing(256, &[a, b], &[a, b]), None);
        assert_eq!(differing(256, &[a, c], &[a, b]), Some(257));
        assert_eq!(differing(256, &[a], &[a, b]), Some(257));
        assert_eq!(differing(0, &[], &[]), None);
    }
}

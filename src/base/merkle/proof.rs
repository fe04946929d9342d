//! Proofs that a leaf is in a tree (RFC 9162 §2.1.3) and that a tree is the beginning of another (§2.1.4).

use super::{Hash, NodeId, cover, fold, node};

/// A proof before its hashes are looked up: each element is the fold of nodes that stand side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof(pub Vec<Vec<NodeId>>);

impl Proof {
    /// Every node it needs.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.0.iter().flatten().copied()
    }

    /// Its elements, each of 32 bytes; nothing where a node is not known.
    pub fn hashes(&self, mut known: impl FnMut(NodeId) -> Option<Hash>) -> Option<Vec<Hash>> {
        let element =
            |nodes: &Vec<NodeId>| nodes.iter().map(|n| known(*n)).collect::<Option<Vec<_>>>().map(|h| fold(&h));
        self.0.iter().map(element).collect()
    }
}

/// The root of a tree of `size` leaves; nothing where a node is not known.
pub fn root_of(size: u64, known: impl FnMut(NodeId) -> Option<Hash>) -> Option<Hash> {
    Proof(vec![cover(0, size)]).hashes(known)?.pop()
}

/// The proof that leaf `index` is in the tree of `size` leaves, from the leaf's neighbour up; nothing where it is not.
pub fn inclusion(index: u64, size: u64) -> Option<Proof> {
    if index >= size {
        return None;
    }
    let mut elements = Vec::new();
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            elements.push(cover(middle, to));
            to = middle;
        } else {
            elements.push(cover(from, middle));
            from = middle;
        }
    }
    elements.reverse();
    Some(Proof(elements))
}

/// The proof that the tree of `old` leaves is the beginning of the one of `new`; nothing where it is the greater one.
///
/// It is empty where both are the same, and where the old one has no leaf.
pub fn consistency(old: u64, new: u64) -> Option<Proof> {
    if old > new {
        return None;
    }
    let mut elements = Vec::new();
    if old == 0 || old == new {
        return Some(Proof(elements));
    }
    let (mut from, mut to) = (0, new);
    // as RFC 9162's SUBPROOF(m, D_n, b): `whole` is its b
    let mut whole = true;
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            elements.push(cover(middle, to));
            to = middle;
        } else {
            elements.push(cover(from, middle));
            from = middle;
            whole = false;
        }
    }
    if !whole {
        elements.push(cover(from, to));
    }
    elements.reverse();
    Some(Proof(elements))
}

/// The greatest power of two below `n`, which is at least 2.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// Whether the proof leads from the leaf's hash to the root (RFC 9162 §2.1.3.2).
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for element in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(element, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, element);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether the proof leads from the old root to the new one (RFC 9162 §2.1.4.2).
pub fn verify_consistency(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old == 0 || old == new {
        let same = if old == new { old_root == new_root } else { *old_root == super::empty() };
        return same && proof.is_empty();
    }
    if old > new {
        return false;
    }
    let mut elements = proof.iter();
    // a complete old tree is its own first element
    let first = if old.is_power_of_two() { Some(old_root) } else { elements.next() };
    let Some(first) = first else { return false };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut of_old, mut of_new) = (*first, *first);
    for element in elements {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            of_old = node(element, &of_old);
            of_new = node(element, &of_new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            of_new = node(&of_new, element);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && of_old == *old_root && of_new == *new_root
}

//! The Merkle tree of RFC 6962 §2.1: hashes, the right edge of a growing tree, proofs and their checks.
//!
//! A tree is never kept as a whole. Its complete subtrees are *nodes*, named by level (0 is a leaf) and index; whoever keeps
//! them ([`super::tile`]) answers for each, and everything here is said in them.

mod proof;
#[cfg(test)]
mod tests;

use ring::digest::{Context, SHA256};

pub use proof::{Proof, consistency, inclusion, root_of, verify_consistency, verify_inclusion};

/// SHA-256 of a leaf or of two halves.
pub type Hash = [u8; 32];

/// Hash of a leaf: SHA-256(0x00 ‖ data).
pub fn leaf(data: &[u8]) -> Hash {
    sha256(&[&[0], data])
}

/// Hash of two halves: SHA-256(0x01 ‖ left ‖ right).
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut both = [1; 65];
    both[1..33].copy_from_slice(left);
    both[33..].copy_from_slice(right);
    sha256(&[&both])
}

/// The root of a tree without leaves: SHA-256 of nothing.
pub fn empty() -> Hash {
    sha256(&[])
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    // a digest of SHA-256 has 32 bytes, so that nothing else can come
    context.finish().as_ref().try_into().unwrap_or([0; 32])
}

/// A complete subtree: 2^`level` leaves from `index`·2^`level` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// Its height; 0 is a leaf.
    pub level: u8,
    /// Its place among the nodes of its level, from the left.
    pub index: u64,
}

/// The complete subtrees that make up the leaves from `from` to before `to`, from left to right; the greatest that fit.
pub fn cover(from: u64, to: u64) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    let mut at = from;
    while at < to {
        let fits = (to - at).ilog2();
        let aligned = if at == 0 { u64::BITS } else { at.trailing_zeros() };
        // at most 63, since `fits` is
        let level = u8::try_from(fits.min(aligned)).unwrap_or(63);
        nodes.push(NodeId { level, index: at >> level });
        at += 1 << level;
    }
    nodes
}

/// The hash over nodes that stand side by side, the greatest first: RFC 6962 splits at the greatest power of two.
pub fn fold(nodes: &[Hash]) -> Hash {
    let Some((last, rest)) = nodes.split_last() else { return empty() };
    rest.iter().rev().fold(*last, |right, left| node(left, &right))
}

/// The right edge of a tree that grows: one hash for each bit that is set in its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    /// From the greatest subtree, at the left, to the smallest.
    nodes: Vec<Hash>,
}

impl Edge {
    /// The edge of a tree of `size` leaves with the nodes of [`cover`]`(0, size)`; nothing where there are more or fewer.
    pub fn of(size: u64, nodes: Vec<Hash>) -> Option<Self> {
        (nodes.len() == size.count_ones() as usize).then_some(Self { size, nodes })
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf at the right; tells every node that is complete with it, the leaf itself first.
    pub fn push(&mut self, leaf: Hash, mut complete: impl FnMut(NodeId, &Hash)) {
        let (mut hash, mut id) = (leaf, NodeId { level: 0, index: self.size });
        complete(id, &hash);
        while id.index & 1 == 1 {
            // for each bit of the size there is a node
            let Some(left) = self.nodes.pop() else { break };
            hash = node(&left, &hash);
            id = NodeId { level: id.level + 1, index: id.index >> 1 };
            complete(id, &hash);
        }
        self.nodes.push(hash);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        fold(&self.nodes)
    }
}

//! The tree against RFC 6962's own words, and against another implementation of it.

use std::collections::HashMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;

use super::*;

/// RFC 6962 §2.1, word for word.
fn definition(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => empty(),
        [one] => leaf(one),
        many => {
            let middle = 1 << (many.len() - 1).ilog2();
            node(&definition(&many[..middle]), &definition(&many[middle..]))
        }
    }
}

fn leaves(size: u64) -> Vec<Vec<u8>> {
    (0..size).map(|i| format!("event {i}").into_bytes()).collect()
}

struct Grown {
    roots: Vec<Hash>,
    nodes: HashMap<NodeId, Hash>,
}

fn grown(leaves: &[Vec<u8>]) -> Grown {
    let (mut edge, mut nodes) = (Edge::default(), HashMap::new());
    let mut roots = vec![edge.root()];
    for data in leaves {
        edge.push(leaf(data), |id, hash| assert!(nodes.insert(id, *hash).is_none(), "{id:?} twice"));
        roots.push(edge.root());
    }
    Grown { roots, nodes }
}

#[test]
fn roots_are_those_of_the_definition() {
    let leaves = leaves(70);
    let Grown { roots, .. } = grown(&leaves);
    for size in 0..=leaves.len() {
        assert_eq!(roots[size], definition(&leaves[..size]), "size {size}");
    }
}

#[test]
fn known_answers_of_certificate_transparency() {
    let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
    let entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let entries: Vec<_> = entries.map(hex).to_vec();
    let Grown { roots, .. } = grown(&entries);
    assert_eq!(empty()[..], hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")[..]);
    assert_eq!(roots[1][..], hex("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")[..]);
    assert_eq!(roots[8][..], hex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")[..]);
}

#[test]
fn proofs_of_every_small_tree_lead_to_its_root_and_nowhere_else() {
    let leaves = leaves(40);
    let Grown { roots, nodes } = grown(&leaves);
    let known = |id| nodes.get(&id).copied();
    for size in 1..=40_u64 {
        let root = &roots[usize::try_from(size).unwrap()];
        for index in 0..size {
            let proof = inclusion(index, size).unwrap().hashes(known).unwrap();
            let data = leaf(&leaves[usize::try_from(index).unwrap()]);
            assert!(verify_inclusion(&data, index, size, &proof, root), "{index} of {size}");
            assert!(!verify_inclusion(&data, index + 1, size, &proof, root), "{index} of {size}");
            for other in 0..proof.len() {
                let mut flipped = proof.clone();
                flipped[other][7] ^= 4;
                assert!(!verify_inclusion(&data, index, size, &flipped, root));
            }
            if let Some((_, short)) = proof.split_last() {
                assert!(!verify_inclusion(&data, index, size, short, root));
            }
            assert!(!verify_inclusion(&data, index, size, &[&proof[..], &[empty()]].concat(), root));
        }
        for old in 0..=size {
            let before = &roots[usize::try_from(old).unwrap()];
            let proof = consistency(old, size).unwrap().hashes(known).unwrap();
            assert!(verify_consistency(old, before, size, root, &proof), "{old} before {size}");
            assert!(!verify_consistency(old, &[7; 32], size, root, &proof));
            assert!(!verify_consistency(old, before, size, &[7; 32], &proof) || old == 0 && size > 0);
        }
        assert!(inclusion(size, size).is_none() && consistency(size + 1, size).is_none());
    }
}

proptest! {
    #[test]
    fn another_implementation_agrees_on_roots_and_proofs(size in 1_u64..700, at in any::<u64>(), before in any::<u64>()) {
        let (index, old) = (at % size, before % size + 1);
        let leaves = leaves(size);
        let Grown { roots, nodes } = grown(&leaves);
        let known = |id| nodes.get(&id).copied();
        let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        let mut then = None;
        for (i, data) in leaves.iter().enumerate() {
            oracle.push(data.clone());
            if i as u64 + 1 == old {
                then = Some(oracle.root());
            }
        }
        let root = oracle.root();
        prop_assert_eq!(&root.as_bytes()[..], &roots[usize::try_from(size).unwrap()][..]);
        let ours = inclusion(index, size).unwrap().hashes(known).unwrap().concat();
        let theirs = oracle.prove_inclusion(usize::try_from(index).unwrap());
        prop_assert_eq!(theirs.as_bytes(), &ours[..]);
        let ours = consistency(old, size).unwrap().hashes(known).unwrap().concat();
        let theirs = oracle.prove_consistency(usize::try_from(size - old).unwrap());
        prop_assert_eq!(theirs.as_bytes(), &ours[..]);
        prop_assert!(root.verify_consistency(&then.unwrap(), &theirs).is_ok());
    }

    #[test]
    fn an_edge_taken_up_again_grows_as_if_it_had_never_stopped(size in 0_u64..300, more in 0_u64..300) {
        let leaves = leaves(size + more);
        let Grown { roots, nodes } = grown(&leaves);
        let kept = cover(0, size).into_iter().map(|id| nodes[&id]).collect();
        let mut edge = Edge::of(size, kept).unwrap();
        for data in &leaves[usize::try_from(size).unwrap()..] {
            edge.push(leaf(data), |_, _| {});
        }
        prop_assert_eq!(edge.root(), roots[leaves.len()]);
        prop_assert!(Edge::of(size, vec![empty(); 65]).is_none());
    }
}

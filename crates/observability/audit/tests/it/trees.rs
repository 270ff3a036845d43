//! The tree and its proofs: RFC 6962's own vectors, and the crate `ct-merkle`.

use aurora_audit::proof::{self, Nodes};
use aurora_audit::{Error, Frontier, Hash};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;

/// The leaves of the vectors that Certificate Transparency's own implementations test with.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn hash(text: &str) -> Hash {
    Hash(unhex(text).try_into().unwrap())
}

/// Every leaf, in memory.
struct Leaves(Vec<Hash>);

impl Nodes for Leaves {
    fn node(&self, level: u8, index: u64) -> Result<Hash, Error> {
        let width = 1 << level;
        let first = index as usize * width;
        let mut frontier = Frontier::default();
        self.0[first..first + width]
            .iter()
            .for_each(|leaf| frontier.push(*leaf));
        Ok(frontier.root())
    }
}

impl Leaves {
    fn root(&self, size: u64) -> Hash {
        let mut frontier = Frontier::default();
        self.0[..size as usize]
            .iter()
            .for_each(|leaf| frontier.push(*leaf));
        frontier.root()
    }
}

fn vectors() -> Leaves {
    Leaves(LEAVES.map(|leaf| Hash::leaf(&unhex(leaf))).to_vec())
}

#[test]
fn roots_are_those_of_rfc_6962() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(Frontier::default().root(), hash(empty));
    let leaves = vectors();
    for (size, root) in (1..).zip(ROOTS) {
        assert_eq!(leaves.root(size), hash(root), "{size}");
    }
}

#[test]
fn consistency_proofs_are_those_of_the_vectors() {
    let leaves = vectors();
    let wanted = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(proof::consistency(&leaves, 6, 8).unwrap(), wanted.map(hash));
    let wanted = [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ];
    assert_eq!(proof::consistency(&leaves, 2, 5).unwrap(), wanted.map(hash));
}

/// `ct-merkle`'s tree of the same leaves.
fn theirs(size: u64) -> (Leaves, MemoryBackedTree<Sha256, Vec<u8>>) {
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut leaves = Vec::new();
    for number in 0..size {
        let entry = number.to_be_bytes().to_vec();
        leaves.push(Hash::leaf(&entry));
        tree.push(entry);
    }
    (Leaves(leaves), tree)
}

fn bytes(path: &[Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| hash.0).collect()
}

#[test]
fn every_proof_of_small_trees_is_the_one_of_ct_merkle() {
    let most = 70;
    for size in 1..=most {
        let (leaves, tree) = theirs(size);
        let root = leaves.root(size);
        assert_eq!(tree.root().as_bytes()[..], root.0);
        for index in 0..size {
            let path = proof::inclusion(&leaves, index, size).unwrap();
            let wanted = tree.prove_inclusion(index as usize);
            assert_eq!(bytes(&path), wanted.as_bytes());
            let leaf = leaves.0[index as usize];
            proof::verify_inclusion(leaf, index, size, &path, root).unwrap();
            let entry = index.to_be_bytes().to_vec();
            let theirs = InclusionProof::<Sha256>::try_from_bytes(bytes(&path)).unwrap();
            tree.root()
                .verify_inclusion(&entry, index, &theirs)
                .unwrap();
        }
        for old in 0..=size {
            let path = proof::consistency(&leaves, old, size).unwrap();
            let old_root = leaves.root(old);
            proof::verify_consistency(old, old_root, size, root, &path).unwrap();
            if (1..size).contains(&old) {
                let wanted = tree.prove_consistency((size - old) as usize);
                assert_eq!(bytes(&path), wanted.as_bytes());
                let theirs = ConsistencyProof::<Sha256>::try_from_bytes(bytes(&path)).unwrap();
                let before = RootHash::<Sha256>::new(old_root.0.into(), old);
                tree.root().verify_consistency(&before, &theirs).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Nothing but the proof proves it.
    #[test]
    fn a_changed_proof_proves_nothing(
        (size, index, old) in (1u64..400).prop_flat_map(|size| (Just(size), 0..size, 0..=size)),
        (place, bit) in (any::<prop::sample::Index>(), 0u8..8),
        cut in any::<bool>(),
    ) {
        let (leaves, _) = theirs(size);
        let (root, leaf) = (leaves.root(size), leaves.0[index as usize]);
        let good = proof::inclusion(&leaves, index, size).unwrap();
        let tried = |path: &[Hash]| proof::verify_inclusion(leaf, index, size, path, root).is_ok();
        prop_assert!(tried(&good));
        prop_assert!(changed(&good, place, bit, cut).iter().all(|path| !tried(path)));
        prop_assert!(proof::verify_inclusion(leaf, index + 1, size, &good, root).is_err());

        let good = proof::consistency(&leaves, old, size).unwrap();
        let before = leaves.root(old);
        let tried = |path: &[Hash]| proof::verify_consistency(old, before, size, root, path).is_ok();
        prop_assert!(tried(&good));
        prop_assert!(changed(&good, place, bit, cut).iter().all(|path| !tried(path)));
    }
}

fn changed(path: &[Hash], place: prop::sample::Index, bit: u8, cut: bool) -> Vec<Vec<Hash>> {
    let mut all = vec![[path, &[Hash::empty()]].concat()];
    if !path.is_empty() {
        let mut flipped = path.to_vec();
        let at = place.index(path.len() * 32);
        flipped[at / 32].0[at % 32] ^= 1 << bit;
        all.push(flipped);
        let mut shorter = path.to_vec();
        shorter.remove(if cut { 0 } else { path.len() - 1 });
        all.push(shorter);
    }
    all
}

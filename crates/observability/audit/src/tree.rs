use crate::Hash;

/// The right edge of a growing tree: the roots of its full subtrees, largest first. That is all
/// that is needed to append and to know the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// Leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_subtree(0, leaf);
    }

    /// Appends a full subtree of `2^level` leaves by its root.
    ///
    /// # Panics
    /// When the tree's size is no multiple of the subtree's.
    pub fn push_subtree(&mut self, level: u8, root: Hash) {
        assert!(
            self.size.is_multiple_of(1 << level),
            "a subtree begins at a multiple of its size"
        );
        let (mut node, mut left) = (root, self.size >> level);
        while left & 1 == 1 {
            let sibling = self.roots.pop().expect("one root for each bit of the size");
            node = Hash::node(&sibling, &node);
            left >>= 1;
        }
        self.roots.push(node);
        self.size += 1 << level;
    }

    /// The root of the tree (RFC 6962, section 2.1).
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else {
            return Hash::empty();
        };
        roots.fold(*last, |right, left| Hash::node(left, &right))
    }
}

/// The root of the leaves or subtrees in `hashes`, which stand side by side.
pub fn root_of(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    hashes.iter().for_each(|hash| frontier.push(*hash));
    frontier.root()
}

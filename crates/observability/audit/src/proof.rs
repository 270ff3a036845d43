//! Proofs that a leaf is in a tree, and that one tree is the beginning of another (RFC 6962,
//! section 2.1; the verifying side as RFC 9162, sections 2.1.3.2 and 2.1.4.2, has it).

use crate::{Error, Hash};

/// Most hashes in a proof that can be met: a tree of 2^63 leaves, and one more.
pub const MAX_HASHES: usize = 64;

/// Roots of full subtrees of a log.
pub trait Nodes {
    /// The root of the `2^level` leaves from `index << level`, all of which are in the log.
    ///
    /// # Errors
    /// When it cannot be read.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Error>;
}

/// The path from leaf `index` to the root of the first `size` leaves, leaf's sibling first.
///
/// # Errors
/// [`Error::OutOfRange`], or when a node cannot be read.
pub fn inclusion(nodes: &dyn Nodes, index: u64, size: u64) -> Result<Vec<Hash>, Error> {
    if index >= size {
        return Err(Error::OutOfRange { index, size });
    }
    let (mut low, mut high, mut path) = (0, size, Vec::new());
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            path.push(root(nodes, middle, high)?);
            high = middle;
        } else {
            path.push(root(nodes, low, middle)?);
            low = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// What leads from the root of the first `old` leaves to that of the first `new`; nothing when
/// `old` is 0 or the same.
///
/// # Errors
/// [`Error::OutOfRange`], or when a node cannot be read.
pub fn consistency(nodes: &dyn Nodes, old: u64, new: u64) -> Result<Vec<Hash>, Error> {
    if old > new {
        return Err(Error::OutOfRange {
            index: old,
            size: new,
        });
    }
    let (mut low, mut high, mut path) = (0, new, Vec::new());
    if old == 0 || old == new {
        return Ok(path);
    }
    // Whether what is left is the whole old tree, whose root the verifier has.
    let mut whole = true;
    while high > old {
        let middle = low + split(high - low);
        if old <= middle {
            path.push(root(nodes, middle, high)?);
            high = middle;
        } else {
            path.push(root(nodes, low, middle)?);
            (low, whole) = (middle, false);
        }
    }
    if !whole {
        path.push(root(nodes, low, high)?);
    }
    path.reverse();
    Ok(path)
}

/// The largest power of two below `n`, which is at least 2.
fn split(n: u64) -> u64 {
    1 << (u64::BITS - 1 - (n - 1).leading_zeros())
}

/// The root of the leaves from `low` to before `high`, where `low` is a multiple of a power of two
/// that is at least as large as what lies between.
fn root(nodes: &dyn Nodes, low: u64, high: u64) -> Result<Hash, Error> {
    let leaves = high - low;
    if leaves.is_power_of_two() {
        let level = leaves.trailing_zeros();
        return nodes.node(u8::try_from(level).expect("below 64"), low >> level);
    }
    let middle = low + split(leaves);
    Ok(Hash::node(
        &root(nodes, low, middle)?,
        &root(nodes, middle, high)?,
    ))
}

/// Checks that `leaf` is the leaf `index` of the tree of `size` leaves with this root.
///
/// # Errors
/// [`Error::NotProven`].
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: Hash,
) -> Result<(), Error> {
    const WHAT: Error = Error::NotProven { what: "inclusion" };
    if index >= size {
        return Err(WHAT);
    }
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return Err(WHAT);
        }
        if node & 1 == 1 || node == last {
            hash = Hash::node(sibling, &hash);
            climb_right_edge(&mut node, &mut last);
        } else {
            hash = Hash::node(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last == 0 && hash == root {
        Ok(())
    } else {
        Err(WHAT)
    }
}

/// Levels at which the right edge has no sibling are passed over.
fn climb_right_edge(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        (*node, *last) = (*node >> 1, *last >> 1);
    }
}

/// Checks that the tree of `old` leaves is the beginning of that of `new` leaves.
///
/// # Errors
/// [`Error::NotProven`].
pub fn verify_consistency(
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    path: &[Hash],
) -> Result<(), Error> {
    const WHAT: Error = Error::NotProven {
        what: "consistency",
    };
    if old > new || (old == new && old_root != new_root) {
        return Err(WHAT);
    }
    if old == 0 || old == new {
        // Nothing begins everything, and has one root only.
        let fits = path.is_empty() && (old > 0 || old_root == Hash::empty());
        return if fits { Ok(()) } else { Err(WHAT) };
    }
    let mut path = path.iter();
    let mut next = || path.next().copied().ok_or(WHAT);
    let first = if old.is_power_of_two() {
        old_root
    } else {
        next()?
    };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        (node, last) = (node >> 1, last >> 1);
    }
    let (mut of_old, mut of_new) = (first, first);
    for hash in path {
        if last == 0 {
            return Err(WHAT);
        }
        if node & 1 == 1 || node == last {
            of_old = Hash::node(hash, &of_old);
            of_new = Hash::node(hash, &of_new);
            climb_right_edge(&mut node, &mut last);
        } else {
            of_new = Hash::node(&of_new, hash);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last == 0 && of_old == old_root && of_new == new_root {
        Ok(())
    } else {
        Err(WHAT)
    }
}

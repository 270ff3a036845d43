//! Attribute name to position, by one hash and usually one comparison.
//!
//! The tables are laid out when the code is generated (`xtask` includes this very file) and read at run time. Both
//! sides must therefore agree on every bit here: after a change, run `cargo xtask codegen`.

/// Marks a slot without an attribute.
pub const EMPTY: u8 = u8::MAX;

/// Hash of a name. Attribute names are short (at most 28 bytes in 1.3), so it reads eight bytes at a time and mixes once.
pub fn name(text: &str) -> usize {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = text.len() as u64;
    let mut words = text.as_bytes().chunks_exact(8);
    for word in &mut words {
        hash = mix(
            hash,
            u64::from_le_bytes(word.try_into().expect("the chunk has eight bytes")),
            FACTOR,
        );
    }
    let rest = words
        .remainder()
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte));
    let hash = mix(hash, rest, FACTOR);
    (hash ^ hash >> 32) as usize & 0xffff_ffff
}

fn mix(hash: u64, word: u64, factor: u64) -> u64 {
    (hash.rotate_left(23) ^ word).wrapping_mul(factor)
}

/// Position of `text` in an open-addressing table whose size is a power of two and which has empty slots. `is` says
/// whether the name at a position is the wanted one.
pub fn find(slots: &[u8], text: &str, is: impl Fn(u8) -> bool) -> Option<u8> {
    let mask = slots.len() - 1;
    let mut slot = name(text) & mask;
    loop {
        let position = slots[slot];
        if position == EMPTY {
            return None;
        }
        if is(position) {
            return Some(position);
        }
        slot = (slot + 1) & mask;
    }
}

//! Tables by name, for names whose hash is known already.

/// Of a name's ends and middle: names of fields differ there.
pub(crate) fn hash(name: &[u8]) -> u32 {
    let word = |at: usize| {
        name.get(at..at + 8)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, u64::from_le_bytes)
    };
    let (first, last) = match name.len() {
        8.. => (word(0), word(name.len() - 8)),
        4..=7 => (half(&name[..4]), half(&name[name.len() - 4..])),
        _ => (
            name.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
            0,
        ),
    };
    let middle = if name.len() > 16 {
        word(name.len() / 2 - 4)
    } else {
        0
    };
    let mixed = first
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(last ^ middle.rotate_left(27) ^ name.len() as u64)
        .wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    #[allow(clippy::cast_possible_truncation, reason = "the upper half is wanted")]
    {
        (mixed >> 32) as u32
    }
}

fn half(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// A map from names that is built once and read often.
#[derive(Clone, Debug)]
pub(crate) struct NameMap<T> {
    entries: Vec<(u32, Box<str>, T)>,
    /// By the last bits of the hash: the entry's number and 1; 0 is a free place. At most half of them are taken.
    places: Vec<u16>,
}

impl<T> Default for NameMap<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            places: vec![0; 4],
        }
    }
}

impl<T> NameMap<T> {
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.find(name.as_bytes(), hash(name.as_bytes()))
    }

    /// `hash` is the name's own.
    pub(crate) fn find(&self, name: &[u8], hash: u32) -> Option<&T> {
        let mut at = hash as usize;
        loop {
            at &= self.places.len() - 1;
            let entry = usize::from(self.places[at]).checked_sub(1)?;
            let (other, key, value) = &self.entries[entry];
            if *other == hash && key.as_bytes() == name {
                return Some(value);
            }
            at += 1;
        }
    }

    /// What is there under the name, or `make`'s result put there.
    pub(crate) fn entry(&mut self, name: &str, make: impl FnOnce() -> T) -> &mut T {
        let hash = hash(name.as_bytes());
        let known = self
            .entries
            .iter()
            .position(|(other, key, _)| *other == hash && **key == *name);
        let at = known.unwrap_or_else(|| {
            self.entries.push((hash, name.into(), make()));
            self.settle();
            self.entries.len() - 1
        });
        &mut self.entries[at].2
    }

    fn settle(&mut self) {
        let places = (self.entries.len() * 2 + 1).next_power_of_two();
        self.places.clear();
        self.places.resize(places, 0);
        for (number, (hash, ..)) in (1..).zip(&self.entries) {
            let mut at = *hash as usize & (places - 1);
            while self.places[at] != 0 {
                at = (at + 1) & (places - 1);
            }
            self.places[at] = number;
        }
    }

    #[cfg(test)]
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|(.., value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        let mut map = NameMap::default();
        let names: Vec<_> = (0..500).map(|n| format!("Field{n}Name")).collect();
        for (number, name) in names.iter().enumerate() {
            *map.entry(name, || 0) += number;
        }
        for (number, name) in names.iter().enumerate() {
            assert_eq!(map.get(name), Some(&number));
        }
        assert_eq!(map.get("Field"), None);
        assert_eq!(map.get(""), None);
    }
}

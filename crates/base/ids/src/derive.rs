use crate::Id128;

/// Derives an id from content.
///
/// Every part is length-prefixed, so that `("ab", "c")` and `("a", "bc")` differ, and the purpose
/// separates domains, so that an alert's id is never an event's. BLAKE3 in key-derivation mode,
/// truncated to 128 bits.
#[derive(Clone)]
pub struct Derive(blake3::Hasher);

impl Derive {
    /// `purpose` names what is identified and the version of its recipe, e.g. `aurora.alert.v1`.
    pub fn new(purpose: &str) -> Self {
        Self(blake3::Hasher::new_derive_key(purpose))
    }

    #[must_use]
    pub fn part(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.push(bytes);
        self
    }

    pub fn push(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    #[must_use]
    pub fn number(self, number: u64) -> Self {
        self.part(number.to_le_bytes())
    }

    pub fn finish(self) -> Id128 {
        let mut id = [0; 16];
        id.copy_from_slice(&self.0.finalize().as_bytes()[..16]);
        Id128::from_bytes(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let one = Derive::new("t").part("ab").part("c").finish();
        let two = Derive::new("t").part("a").part("bc").finish();
        assert_ne!(one, two);
    }

    #[test]
    fn purposes_do_not_meet() {
        assert_ne!(
            Derive::new("a").part("x").finish(),
            Derive::new("b").part("x").finish()
        );
    }
}

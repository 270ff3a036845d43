use std::fmt;

use aurora_ids::random_token;
use subtle::ConstantTimeEq;

use crate::Secret;

/// Hashes tokens with a key of the site, so that a copy of the records store opens nothing and
/// cannot be searched for known tokens.
#[derive(Clone)]
pub struct TokenHasher {
    key: Secret<[u8; 32]>,
}

/// A new token and the hash to keep of it.
#[derive(Debug)]
pub struct Issued {
    /// To be shown once.
    pub token: Secret<String>,
    pub hash: String,
}

impl TokenHasher {
    pub(crate) const fn new(key: Secret<[u8; 32]>) -> Self {
        Self { key }
    }

    /// 64 lower-case hexadecimal digits (BLAKE3, keyed). The same token gives the same hash, so
    /// a token is found by its hash.
    pub fn hash(&self, token: &str) -> String {
        blake3::keyed_hash(self.key.expose(), token.as_bytes())
            .to_hex()
            .to_string()
    }

    /// Whether `hash` is this token's, in the same time wherever they differ.
    pub fn fits(&self, token: &str, hash: &str) -> bool {
        self.hash(token).as_bytes().ct_eq(hash.as_bytes()).into()
    }

    /// A token of 256 random bits: `<word>_<64 hexadecimal digits>`. The word says what it opens
    /// and lets secret scanners find it.
    pub fn issue(&self, word: &str) -> Issued {
        let token = format!("{word}_{}", random_token::<32>());
        let hash = self.hash(&token);
        Issued {
            token: Secret::new(token),
            hash,
        }
    }
}

impl fmt::Debug for TokenHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenHasher").finish_non_exhaustive()
    }
}

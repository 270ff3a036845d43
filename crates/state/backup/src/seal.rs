//! A site's keys under a passphrase.
//!
//! `aurora-sealed-keys 1`, a line feed, then 16 bytes of salt and a ChaCha20-Poly1305 (RFC 8439) box
//! of the files as JSON, with the key that PBKDF2-HMAC-SHA-256 (RFC 8018) makes of the passphrase in
//! 600,000 rounds. A salt is used once, so that the nonce may be zero.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::num::NonZeroU32;
use std::path::Path;

use aurora_secrets::Secret;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::pbkdf2;
use zeroize::Zeroizing;

use crate::Error;
use crate::files::{create, make, write_whole};

const HEAD: &[u8] = b"aurora-sealed-keys 1\n";
const SALT: usize = 16;
const ROUNDS: u32 = 600_000;

/// Names and contents of the folder `keys`.
type Files = BTreeMap<String, Vec<u8>>;

/// Writes the files of the folder `keys` to `path`, readable with the passphrase alone.
///
/// # Errors
/// When a file cannot be read or written.
pub fn seal(keys: &Path, passphrase: &Secret<String>, path: &Path) -> Result<(), Error> {
    let mut files = Files::new();
    for entry in fs::read_dir(keys).map_err(Error::io("read", keys))? {
        let file = entry.map_err(Error::io("read", keys))?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if file.is_file() && !name.starts_with('.') {
            let bytes = fs::read(&file).map_err(Error::io("read", &file))?;
            files.insert(name.into_owned(), bytes);
        }
    }
    let mut salt = [0; SALT];
    getrandom::fill(&mut salt).map_err(Error::Entropy)?;
    let text = serde_json::to_vec(&files).expect("names and bytes are plain data");
    let mut text = Zeroizing::new(text);
    key(passphrase, &salt)
        .seal_in_place_append_tag(nonce(), Aad::from(HEAD), &mut *text)
        .map_err(|_| Error::Sealed)?;
    write_whole(path, &[HEAD, &salt, &text].concat())
}

/// Makes the folder `keys` anew from what [`seal`] wrote.
///
/// # Errors
/// [`Error::Sealed`], [`Error::Damaged`], or when a file cannot be read or written.
pub fn open(path: &Path, passphrase: &Secret<String>, keys: &Path) -> Result<(), Error> {
    let sealed = fs::read(path).map_err(Error::io("read", path))?;
    let rest = sealed
        .strip_prefix(HEAD)
        .filter(|rest| rest.len() > SALT)
        .ok_or_else(|| Error::damaged(path, "it holds no sealed keys"))?;
    let (salt, text) = rest.split_at(SALT);
    let mut text = Zeroizing::new(text.to_vec());
    let opened = key(passphrase, salt).open_in_place(nonce(), Aad::from(HEAD), &mut text);
    let opened = opened.map_err(|_| Error::Sealed)?;
    let files: Files =
        serde_json::from_slice(opened).map_err(|error| Error::damaged(path, error))?;
    put(&files, keys)
}

/// Makes the folder `keys` anew from another one.
///
/// # Errors
/// When a file cannot be read or written.
pub fn copy(from: &Path, keys: &Path) -> Result<(), Error> {
    let mut files = Files::new();
    for entry in fs::read_dir(from).map_err(Error::io("read", from))? {
        let file = entry.map_err(Error::io("read", from))?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let bytes = fs::read(&file).map_err(Error::io("read", &file))?;
        files.insert(name.into_owned(), bytes);
    }
    put(&files, keys)
}

fn put(files: &Files, keys: &Path) -> Result<(), Error> {
    make(keys)?;
    for (name, bytes) in files {
        let path = keys.join(name);
        if name.contains('/') || name.starts_with('.') {
            return Err(Error::damaged(&path, "it is no name of a key"));
        }
        // What an earlier restoring left, which was not whole.
        if path.exists() {
            fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        }
        let mut file = create(&path)?;
        file.write_all(bytes).map_err(Error::io("write", &path))?;
        file.sync_all().map_err(Error::io("sync", &path))?;
    }
    Ok(())
}

fn key(passphrase: &Secret<String>, salt: &[u8]) -> LessSafeKey {
    let rounds = NonZeroU32::new(ROUNDS).expect("it is not 0");
    let mut bytes = Zeroizing::new([0; 32]);
    let passphrase = passphrase.expose().as_bytes();
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA256,
        rounds,
        salt,
        passphrase,
        &mut *bytes,
    );
    let key = UnboundKey::new(&CHACHA20_POLY1305, &*bytes);
    LessSafeKey::new(key.expect("the cipher's key has 32 bytes"))
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keys_come_back_with_their_passphrase_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (keys, sealed) = (folder.path().join("keys"), folder.path().join("sealed"));
        make(&keys).unwrap();
        fs::write(keys.join("root.key"), "canary").unwrap();
        let passphrase = Secret::new("correct horse".to_owned());
        seal(&keys, &passphrase, &sealed).unwrap();
        let bytes = fs::read(&sealed).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"canary"));

        let back = folder.path().join("back");
        let other = Secret::new("correct mule".to_owned());
        assert!(matches!(open(&sealed, &other, &back), Err(Error::Sealed)));
        assert!(!back.exists());
        for _ in 0..2 {
            open(&sealed, &passphrase, &back).unwrap();
            assert_eq!(fs::read(back.join("root.key")).unwrap(), b"canary");
        }
        for at in [0, HEAD.len(), HEAD.len() + SALT, bytes.len() - 1] {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            fs::write(&sealed, bad).unwrap();
            assert!(open(&sealed, &passphrase, &folder.path().join("no")).is_err());
        }
    }
}

use std::fmt;
use std::path::Path;

use zeroize::{Zeroize, Zeroizing};

use crate::{Error, Secret, Signer, TokenHasher, file};

const FILE: &str = "root.key";
const FORMAT: u32 = 1;
const WORD: &str = "aurora-root-key";

/// What a derived key is for. A key of one purpose says nothing about another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Signing in the site's name.
    Signing,
    /// Hashing the tokens of ingest sources.
    IngestToken,
    /// Hashing the tokens of one-time links.
    LinkToken,
    /// Hashing the tokens of sessions.
    SessionToken,
    /// Users of a NATS server, each by its name.
    NatsUser,
    /// Signing the audit log's checkpoints.
    AuditLog,
    /// Blinding the audit log's commitments to records.
    AuditBlinding,
    /// Cosigning other sites' audit logs.
    AuditWitness,
    /// Signing certificates of the site's own parts and of its edges.
    SiteAuthority,
    /// Hashing the tokens with which hosts enrol.
    EnrolToken,
    /// Hashing the tokens of API keys.
    ApiKey,
    /// What passwords are hashed with beside their salt.
    Password,
    /// Secrets of code generators, each by its salt.
    CodeGenerator,
    /// What passkeys know a person by, each by the name.
    PasskeyHandle,
    /// Keys of the site among federated sites, each by its number.
    Federation,
    /// Hashing the tokens of invitations to other sites.
    Invitation,
}

impl Purpose {
    pub const ALL: [Self; 16] = [
        Self::Signing,
        Self::IngestToken,
        Self::LinkToken,
        Self::SessionToken,
        Self::NatsUser,
        Self::AuditLog,
        Self::AuditBlinding,
        Self::AuditWitness,
        Self::SiteAuthority,
        Self::EnrolToken,
        Self::ApiKey,
        Self::Password,
        Self::CodeGenerator,
        Self::PasskeyHandle,
        Self::Federation,
        Self::Invitation,
    ];

    /// BLAKE3's derivation context. Changing one makes every key of its purpose another key.
    const fn context(self) -> &'static str {
        match self {
            Self::Signing => "aurora.keys.v1 signing",
            Self::IngestToken => "aurora.keys.v1 ingest-token",
            Self::LinkToken => "aurora.keys.v1 link-token",
            Self::SessionToken => "aurora.keys.v1 session-token",
            Self::NatsUser => "aurora.keys.v1 nats-user",
            Self::AuditLog => "aurora.keys.v1 audit-log",
            Self::AuditBlinding => "aurora.keys.v1 audit-blinding",
            Self::AuditWitness => "aurora.keys.v1 audit-witness",
            Self::SiteAuthority => "aurora.keys.v1 site-authority",
            Self::EnrolToken => "aurora.keys.v1 enrol-token",
            Self::ApiKey => "aurora.keys.v1 api-key",
            Self::Password => "aurora.keys.v1 password",
            Self::CodeGenerator => "aurora.keys.v1 code-generator",
            Self::PasskeyHandle => "aurora.keys.v1 passkey-handle",
            Self::Federation => "aurora.keys.v1 federation",
            Self::Invitation => "aurora.keys.v1 invitation",
        }
    }
}

/// A site's root key, from which every other key is derived.
#[derive(Clone)]
pub struct Keyring {
    root: Secret<[u8; 32]>,
}

impl Keyring {
    /// Reads `root.key` in the folder `keys`, or makes both at the first start.
    ///
    /// # Errors
    /// Every variant of [`Error`]; a file that is there is never replaced.
    pub fn open(keys: &Path) -> Result<Self, Error> {
        file::folder(keys)?;
        let path = keys.join(FILE);
        if let Some(text) = file::read(&path)? {
            return parse(&path, &text);
        }
        let mut root = Zeroizing::new([0; 32]);
        getrandom::fill(root.as_mut()).map_err(Error::Entropy)?;
        file::make(&path, render(&root).as_bytes())?;
        // Another process may have been first.
        let text = file::read(&path)?.ok_or(Error::Damaged {
            path: path.clone(),
            why: "it vanished",
        })?;
        parse(&path, &text)
    }

    /// The key of a purpose.
    pub fn key(&self, purpose: Purpose) -> Secret<[u8; 32]> {
        Secret::new(blake3::derive_key(purpose.context(), self.root.expose()))
    }

    /// The key of one of several of a purpose.
    pub fn named(&self, purpose: Purpose, name: &str) -> Secret<[u8; 32]> {
        let key = self.key(purpose);
        Secret::new(*blake3::keyed_hash(key.expose(), name.as_bytes()).as_bytes())
    }

    /// Signs in the site's name.
    pub fn signer(&self) -> Signer {
        self.signer_of(Purpose::Signing)
    }

    /// Signs for one purpose; what it signs means nothing for another.
    pub fn signer_of(&self, purpose: Purpose) -> Signer {
        Signer::from_seed(&self.key(purpose))
    }

    /// Hashes tokens of one purpose.
    pub fn tokens(&self, purpose: Purpose) -> TokenHasher {
        TokenHasher::new(self.key(purpose))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}

/// `aurora-root-key 1 <64 hex digits> <16 hex digits of a check>` and a line feed.
fn render(root: &[u8; 32]) -> Zeroizing<String> {
    let mut key = blake3::Hash::from_bytes(*root).to_hex();
    let line = format!("{WORD} {FORMAT} {key} {}\n", check(root));
    key.zeroize();
    Zeroizing::new(line)
}

/// Tells a mistyped or half-written key from a whole one, and nothing about the key.
fn check(root: &[u8; 32]) -> String {
    let check = blake3::derive_key("aurora.keys.v1 check", root);
    blake3::Hash::from_bytes(check).to_hex()[..16].to_owned()
}

fn parse(path: &Path, text: &[u8]) -> Result<Keyring, Error> {
    let damaged = |why| Error::Damaged {
        path: path.to_owned(),
        why,
    };
    let text = std::str::from_utf8(text).map_err(|_| damaged("it is not text"))?;
    let mut words = text.split_ascii_whitespace();
    if words.next() != Some(WORD) {
        return Err(damaged("it is not a root key"));
    }
    let format = words.next().and_then(|format| format.parse::<u32>().ok());
    match format {
        Some(FORMAT) => {}
        Some(found) if found > FORMAT => {
            return Err(Error::NewerFormat {
                path: path.to_owned(),
                found,
                known: FORMAT,
            });
        }
        _ => return Err(damaged("its format is no number")),
    }
    let (Some(key), Some(sum), None) = (words.next(), words.next(), words.next()) else {
        return Err(damaged("it has too few or too many words"));
    };
    let key = blake3::Hash::from_hex(key).map_err(|_| damaged("its key is not 64 hex digits"))?;
    let keyring = Keyring {
        root: Secret::new(*key.as_bytes()),
    };
    if check(keyring.root.expose()) != sum {
        return Err(damaged("its check does not fit its key"));
    }
    Ok(keyring)
}

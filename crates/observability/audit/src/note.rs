//! Signed notes: a text with signatures below it (C2SP signed-note).

use std::fmt;
use std::str::FromStr;

use aurora_secrets::Signer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::Error;

const NOTE: &str = "a signed note";
const VKEY: &str = "a verifier key";

/// More than any policy has; each signature of ours is about 150 bytes.
const MAX_SIGNATURES: usize = 64;
const MAX_NOTE_BYTES: usize = 1 << 20;

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// The text itself: the log's own signature.
    Ed25519 = 0x01,
    /// Text and time: a witness's `cosignature/v1`.
    Cosignature = 0x04,
}

/// Whom to believe: name, kind and public key. Written `<name>+<key id>+<base64>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    public: [u8; 32],
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub id: [u8; 4],
    /// 64 bytes of an Ed25519 key, 8 + 64 of a cosignature, anything of others.
    pub bytes: Vec<u8>,
}

/// A text that ends in a line feed, and who signed it. Shown as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub text: String,
    pub signatures: Vec<Signature>,
}

impl VerifierKey {
    /// # Errors
    /// [`Error::Malformed`] when the name cannot stand in a signature line.
    pub fn new(name: &str, kind: KeyKind, public: [u8; 32]) -> Result<Self, Error> {
        if !is_name(name) {
            return Err(Error::malformed(
                VKEY,
                "its name is empty or has a space or `+`",
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            public,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    pub fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// `SHA-256(name || 0x0A || kind || public key)[:4]`.
    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.kind as u8])
            .chain_update(self.public)
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    fn made(&self, signature: &Signature) -> bool {
        signature.name == self.name && signature.id == self.id()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut material = vec![self.kind as u8];
        material.extend_from_slice(&self.public);
        let id = u32::from_be_bytes(self.id());
        write!(f, "{}+{id:08x}+{}", self.name, STANDARD.encode(material))
    }
}

impl FromStr for VerifierKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = |why| Error::malformed(VKEY, why);
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(material)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(bad("want <name>+<key id>+<base64>"));
        };
        let material = STANDARD
            .decode(material)
            .map_err(|_| bad("its key is not base64"))?;
        let (kind, public) = match material.split_first() {
            Some((0x01, public)) => (KeyKind::Ed25519, public),
            Some((0x04, public)) => (KeyKind::Cosignature, public),
            _ => return Err(bad("its kind is none of Ed25519 and cosignature/v1")),
        };
        let public = public
            .try_into()
            .map_err(|_| bad("its key is not 32 bytes"))?;
        let key = Self::new(name, kind, public)?;
        if key.to_string() == text {
            Ok(key)
        } else {
            Err(bad("its key id does not fit its key"))
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

impl Note {
    /// An unsigned note; `text` ends in a line feed.
    pub fn new(text: String) -> Self {
        Self {
            text,
            signatures: Vec::new(),
        }
    }

    /// # Errors
    /// [`Error::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let bad = |why| Error::malformed(NOTE, why);
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(bad("it is too large"));
        }
        let note = std::str::from_utf8(bytes).map_err(|_| bad("it is not UTF-8"))?;
        if note.contains(|c: char| c < ' ' && c != '\n') {
            return Err(bad("it has control characters"));
        }
        let blank = note.rfind("\n\n").ok_or(bad("it has no signatures"))?;
        let (text, lines) = (&note[..=blank], &note[blank + 2..]);
        let lines = lines
            .strip_suffix('\n')
            .ok_or(bad("its last line does not end"))?;
        let signatures = lines.split('\n').map(Signature::parse);
        let signatures = signatures.collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(bad("it has too many signatures"));
        }
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// Takes over the signatures of another note of the same text that this one has not, as many as find room.
    pub(crate) fn join(&mut self, other: Self) {
        for line in other.signatures {
            let known = self.signatures.iter();
            let is_known = known
                .clone()
                .any(|it| (&it.name, it.id) == (&line.name, line.id));
            if !is_known && known.len() < MAX_SIGNATURES {
                self.signatures.push(line);
            }
        }
    }

    /// Signs the text as the log does.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the name cannot stand in a signature line.
    pub fn sign(&mut self, name: &str, signer: &Signer) -> Result<(), Error> {
        let key = VerifierKey::new(name, KeyKind::Ed25519, signer.public_key())?;
        self.signatures.push(Signature {
            name: name.to_owned(),
            id: key.id(),
            bytes: signer.sign(self.text.as_bytes()).to_vec(),
        });
        Ok(())
    }

    /// Signs text and time as a witness does; `time` in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the name cannot stand in a signature line.
    pub fn cosign(&mut self, name: &str, signer: &Signer, time: u64) -> Result<Signature, Error> {
        let key = VerifierKey::new(name, KeyKind::Cosignature, signer.public_key())?;
        let mut bytes = time.to_be_bytes().to_vec();
        bytes.extend_from_slice(&signer.sign(self.cosigned(time).as_bytes()));
        let made = Signature {
            name: name.to_owned(),
            id: key.id(),
            bytes,
        };
        self.signatures.push(made.clone());
        Ok(made)
    }

    /// What a witness signs (C2SP tlog-cosignature).
    fn cosigned(&self, time: u64) -> String {
        format!("cosignature/v1\ntime {time}\n{}", self.text)
    }

    /// Whether the key signed the text. Signatures of others are no matter.
    ///
    /// # Errors
    /// [`Error::NotSigned`], also when there are several of the key and one does not fit.
    pub fn check(&self, key: &VerifierKey) -> Result<Vouched, Error> {
        let refused = || Error::NotSigned {
            key: key.to_string(),
        };
        let mut vouched = None;
        for signature in self.signatures.iter().filter(|line| key.made(line)) {
            vouched = Some(self.fits(key, &signature.bytes).ok_or_else(refused)?);
        }
        vouched.ok_or_else(refused)
    }

    fn fits(&self, key: &VerifierKey, bytes: &[u8]) -> Option<Vouched> {
        let (time, message, signature) = match key.kind {
            KeyKind::Ed25519 => (None, self.text.clone(), bytes),
            KeyKind::Cosignature => {
                let (time, signature) = bytes.split_first_chunk()?;
                let time = u64::from_be_bytes(*time);
                if time > i64::MAX as u64 {
                    return None;
                }
                (Some(time), self.cosigned(time), signature)
            }
        };
        let signature = signature.try_into().ok()?;
        aurora_secrets::verify(&key.public, message.as_bytes(), signature).ok()?;
        Some(Vouched { time })
    }
}

/// A signature that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// When a witness signed, in seconds since 1970; the log itself does not say.
    pub time: Option<u64>,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| line.fmt(f))
    }
}

impl Signature {
    /// Reads a line without its line feed.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn parse(line: &str) -> Result<Self, Error> {
        let bad = |why| Error::malformed(NOTE, why);
        let rest = line
            .strip_prefix("— ")
            .ok_or(bad("a signature does not begin with a dash"))?;
        let (name, bytes) = rest.split_once(' ').ok_or(bad("a signature has no name"))?;
        if !is_name(name) {
            return Err(bad("a signature's name is empty or has a space or `+`"));
        }
        let bytes = STANDARD
            .decode(bytes)
            .map_err(|_| bad("a signature is not base64"))?;
        let (id, bytes) = bytes
            .split_first_chunk()
            .ok_or(bad("a signature is too short"))?;
        Ok(Self {
            name: name.to_owned(),
            id: *id,
            bytes: bytes.to_vec(),
        })
    }
}

/// The line with its line feed.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.to_vec();
        bytes.extend_from_slice(&self.bytes);
        writeln!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

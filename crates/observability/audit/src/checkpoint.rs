//! Signed tree heads (C2SP tlog-checkpoint).

use std::fmt::{self, Write as _};

use aurora_model::Scope;
use aurora_secrets::Signer;

use crate::{Error, Hash, Note, VerifierKey};

const WHAT: &str = "a checkpoint";

/// How many entries a log has, and their root. Shown as the text that is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: one line without spaces.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    /// Lines of others' logs that mean nothing to us.
    pub extensions: Vec<String>,
}

/// A checkpoint with the note that carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub checkpoint: Checkpoint,
    pub note: Note,
}

/// The origin of a scope's log, which is also the name of the log's key.
pub fn origin(scope: &Scope) -> String {
    format!("aurorasoc/{}/{}", scope.site, scope.tenant)
}

impl Checkpoint {
    pub fn new(origin: String, size: u64, root: Hash) -> Self {
        Self {
            origin,
            size,
            root,
            extensions: Vec::new(),
        }
    }

    /// Reads a note's text.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = |why| Error::malformed(WHAT, why);
        let lines = text
            .strip_suffix('\n')
            .ok_or(bad("its last line does not end"))?;
        let mut lines = lines.split('\n');
        let mut next = || lines.next().ok_or(bad("lines are missing"));
        let (origin, size, root) = (next()?, next()?, next()?);
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if origin.is_empty() || extensions.iter().any(String::is_empty) {
            return Err(bad("a line is empty"));
        }
        Ok(Self {
            origin: origin.to_owned(),
            size: decimal(size).ok_or(bad("its size is no number"))?,
            root: root.parse()?,
            extensions,
        })
    }

    /// Signs it as the log that it is of.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the origin cannot name a key.
    pub fn sign(self, signer: &Signer) -> Result<Signed, Error> {
        let mut note = Note::new(self.to_string());
        note.sign(&self.origin, signer)?;
        Ok(Signed {
            checkpoint: self,
            note,
        })
    }
}

/// A number as the C2SP formats write it: decimal, no leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)?;
        self.extensions.iter().try_for_each(|line| {
            f.write_str(line)?;
            f.write_char('\n')
        })
    }
}

impl Signed {
    /// Reads a checkpoint of the log whose key this is.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::NotSigned`].
    pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<Self, Error> {
        let note = Note::parse(bytes)?;
        note.check(key)?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        if checkpoint.origin != key.name() {
            return Err(Error::malformed(WHAT, "it is of another log"));
        }
        Ok(Self { checkpoint, note })
    }
}

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::decimal;
use crate::{Error, Hash, Kept, Record, Signed, VerifierKey, bundle, proof};

const WHAT: &str = "a proof";
const FIRST: &str = "c2sp.org/tlog-proof@v1";

/// That a record is in the log, in one file that can be judged alone (C2SP tlog-proof). Shown as
/// it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The record as it stands in its bundle: blinding, then canonical bytes.
    pub slot: Vec<u8>,
    /// From 0: one less than the decision's number.
    pub index: u64,
    pub path: Vec<Hash>,
    /// The signed note, as it is.
    pub checkpoint: String,
}

impl Proof {
    /// # Errors
    /// [`Error::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let bad = |why| Error::malformed(WHAT, why);
        let text = std::str::from_utf8(bytes).map_err(|_| bad("it is not UTF-8"))?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(bad("it has no checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FIRST) {
            return Err(bad("it does not say that it is one"));
        }
        let slot = lines.next().and_then(|line| line.strip_prefix("extra "));
        let slot = slot.ok_or(bad("it does not carry a record"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let path: Vec<Hash> = lines.map(str::parse).collect::<Result<_, _>>()?;
        if path.len() > proof::MAX_HASHES {
            return Err(bad("its path is too long"));
        }
        Ok(Self {
            slot: STANDARD
                .decode(slot)
                .map_err(|_| bad("its record is not base64"))?,
            index: index
                .and_then(decimal)
                .ok_or(bad("its index is no number"))?,
            path,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Checks record, path and signature, and gives what they prove.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::NotSigned`], [`Error::NotProven`].
    pub fn verify(&self, key: &VerifierKey) -> Result<(Record, Signed), Error> {
        let signed = Signed::open(self.checkpoint.as_bytes(), key)?;
        let Kept::Whole { blinding, record } = bundle::decode_slot(&self.slot)? else {
            return Err(Error::malformed(WHAT, "its record was erased"));
        };
        let leaf = crate::Entry::commit(&blinding, record).leaf();
        let head = &signed.checkpoint;
        proof::verify_inclusion(leaf, self.index, head.size, &self.path, head.root)?;
        Ok((Record::decode(record)?, signed))
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slot = STANDARD.encode(&self.slot);
        write!(f, "{FIRST}\nextra {slot}\nindex {}\n", self.index)?;
        self.path
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

//! Who works on something, on record: a claim stands in a slot and carries an epoch. Every commit of
//! the work says under which claim it was done, and is refused once a later one stands there.
//!
//! Leases say who may work and run out by time; a process that was asleep does not notice. What it
//! then commits meets the claim of the one that came after it.

use aurora_model::{Context, Scope};

use crate::{Change, Error, Records};

/// Bytes of an epoch at the front of a slot.
const EPOCH: usize = size_of::<u64>();

/// A claim as it stands on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    slot: String,
    epoch: u64,
    /// The claimant's own word, such as where it keeps what it works out.
    note: Vec<u8>,
}

impl Claim {
    /// The claim that stands in a slot, if one does.
    ///
    /// # Errors
    /// [`Error::NoPlace`] when the slot holds something else; or when storage fails.
    pub async fn read(
        records: &dyn Records,
        scope: &Scope,
        slot: &str,
    ) -> Result<Option<Self>, Error> {
        let Some(bytes) = records.slot(scope, slot).await? else {
            return Ok(None);
        };
        let (epoch, note) = bytes.split_at(bytes.len().min(EPOCH));
        Ok(Some(Self {
            slot: slot.to_owned(),
            epoch: crate::place::decode(slot, epoch)?,
            note: note.to_vec(),
        }))
    }

    /// Puts a claim on record in place of `before`, which was read; whoever held that one commits
    /// nothing more.
    ///
    /// # Errors
    /// [`Error::CheckpointMoved`] when another stands there by now, or a later one does; or when storage
    /// fails.
    pub async fn take(
        records: &dyn Records,
        context: &Context,
        slot: &str,
        before: Option<&Self>,
        epoch: u64,
        note: Vec<u8>,
    ) -> Result<Self, Error> {
        if before.is_some_and(|before| before.epoch > epoch) {
            return Err(Error::CheckpointMoved {
                key: slot.to_owned(),
            });
        }
        let claim = Self {
            slot: slot.to_owned(),
            epoch,
            note,
        };
        let change = Change::progress().advance(slot, before.map(Self::bytes), claim.bytes());
        records.commit(context, change).await?;
        Ok(claim)
    }

    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    pub fn note(&self) -> &[u8] {
        &self.note
    }

    fn bytes(&self) -> Vec<u8> {
        [self.epoch.to_le_bytes().as_slice(), &self.note].concat()
    }
}

impl Change {
    /// Commits only while `claim` stands.
    #[must_use]
    pub fn under(self, claim: &Claim) -> Self {
        self.advance(&claim.slot, Some(claim.bytes()), claim.bytes())
    }
}

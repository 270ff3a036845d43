//! What is logged: a decision record as canonical bytes, and the commitment to it that is a leaf.
//!
//! **The record, version 2**: a JSON object without white space, its members in the order of their
//! names, strings escaped only where JSON demands it (RFC 8785 gives the same bytes):
//! `action`, `actor {kind, name}`, `after`, `at` (milliseconds since 1970, UTC), `auth`, `before`,
//! `objects`, `policy`, `reason`, `scope {site, tenant}`, `seq`, `trace`, `v`. Version 1 has no `policy`, and is
//! what is written where no policy had to allow it. There is one text a record; another one is refused.
//!
//! **The entry, version 1**, 33 bytes: `0x01 || SHA-256("aurorasoc audit record v1\n" || blinding ||
//! record)`. The blinding is 32 bytes that only the site can work out. With it gone together with
//! the record, nobody can guess a record and try whether it was this one; the proof stays.

use aurora_clock::Timestamp;
use aurora_model::{Action, Actor, AuthStrength, Decision, Scope, TraceContext};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Error, Hash};

/// The newest version of records that this release writes.
pub const VERSION: u8 = 2;

/// That of records without a policy.
const WITHOUT_POLICY: u8 = 1;

/// The version of entries.
const ENTRY: u8 = 1;

/// Larger ones are no records.
pub const MAX_BYTES: usize = 16 << 20;

/// The action of a decision that erases records; its objects are their numbers.
pub const ERASE: &str = "audit.erase";

const CONTEXT: &[u8] = b"aurorasoc audit record v1\n";

/// A decision that was logged.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub decision: Decision,
}

/// Members in the order of their names: the order is the format.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    action: String,
    actor: Actor,
    after: Option<String>,
    at: i64,
    auth: AuthStrength,
    before: Option<String>,
    objects: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    reason: String,
    scope: Scope,
    seq: u64,
    trace: TraceContext,
    v: u8,
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

impl Record {
    /// The canonical bytes.
    pub fn encode(decision: &Decision) -> Vec<u8> {
        let written = Written {
            action: decision.action.name.clone(),
            actor: decision.actor.clone(),
            after: decision.after.clone(),
            at: decision.at.as_millis(),
            auth: decision.auth,
            before: decision.before.clone(),
            objects: decision.action.objects.clone(),
            policy: decision.policy.clone(),
            reason: decision.reason.clone(),
            scope: decision.scope.clone(),
            seq: decision.seq,
            trace: decision.trace,
            v: match decision.policy {
                Some(_) => VERSION,
                None => WITHOUT_POLICY,
            },
        };
        serde_json::to_vec(&written).expect("a record is plain data")
    }

    /// Reads canonical bytes.
    ///
    /// # Errors
    /// [`Error::Newer`], or [`Error::Malformed`] when [`Record::encode`] would not write them.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "a record";
        let written: Written = serde_json::from_slice(bytes).map_err(|_| refused(bytes))?;
        if written.v > VERSION {
            return Err(refused(bytes));
        }
        let decision = Decision {
            seq: written.seq,
            at: Timestamp::from_millis(written.at),
            scope: written.scope,
            actor: written.actor,
            auth: written.auth,
            action: Action {
                name: written.action,
                objects: written.objects,
            },
            reason: written.reason,
            policy: written.policy,
            trace: written.trace,
            before: written.before,
            after: written.after,
        };
        if Self::encode(&decision) != bytes {
            return Err(Error::malformed(WHAT, "it is not in canonical form"));
        }
        Ok(Self { decision })
    }
}

fn refused(bytes: &[u8]) -> Error {
    match serde_json::from_slice::<Version>(bytes) {
        Ok(Version { v }) if v > u32::from(VERSION) => Error::Newer {
            what: "a record",
            found: v,
            known: u32::from(VERSION),
        },
        _ => Error::malformed("a record", "members are missing, unknown or malformed"),
    }
}

/// What the tree is made of: a commitment to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry([u8; Self::LEN]);

impl Entry {
    pub const LEN: usize = 33;

    /// Commits to a record's canonical bytes.
    pub fn commit(blinding: &[u8; 32], record: &[u8]) -> Self {
        let hash = Sha256::new()
            .chain_update(CONTEXT)
            .chain_update(blinding)
            .chain_update(record)
            .finalize();
        let mut bytes = [ENTRY; Self::LEN];
        bytes[1..].copy_from_slice(&hash);
        Self(bytes)
    }

    /// # Errors
    /// [`Error::Newer`] or [`Error::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        match bytes {
            [ENTRY, ..] => {}
            [found, ..] if *found > ENTRY => {
                return Err(Error::Newer {
                    what: "an entry",
                    found: u32::from(*found),
                    known: u32::from(ENTRY),
                });
            }
            _ => return Err(Error::malformed("an entry", "it has no version")),
        }
        let bytes = bytes
            .try_into()
            .map_err(|_| Error::malformed("an entry", "it is not 33 bytes"))?;
        Ok(Self(bytes))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn leaf(&self) -> Hash {
        Hash::leaf(&self.0)
    }
}

/// What stands beside an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept<'a> {
    Whole {
        blinding: [u8; 32],
        /// Canonical bytes.
        record: &'a [u8],
    },
    Erased,
}

impl Kept<'_> {
    /// The entry that commits to it; none for what was erased.
    pub fn entry(&self) -> Option<Entry> {
        match self {
            Self::Whole { blinding, record } => Some(Entry::commit(blinding, record)),
            Self::Erased => None,
        }
    }
}

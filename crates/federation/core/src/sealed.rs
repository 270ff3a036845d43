//! A record in the exact bytes that are signed, kept and relayed; nothing is encoded again on the way.
//!
//! `[header, key, signature, body]`, where the header is the CBOR of `[version, stream, seq, prev,
//! kind, [wall, count], body hash]` and the signature (Ed25519) is over a domain and the header.

use std::sync::Arc;

use aurora_secrets::Signer;
use bytes::Bytes;
use serde_bytes::{ByteArray, ByteBuf};

use crate::record::{from_cbor, to_cbor};
use crate::{Directory, Hash, Hlc, KeyId, Kind, Malformed, Record, Refusal, StreamId};

/// An alert with its evidence is far below it.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// What a record adds to its body.
const MAX_OVERHEAD: usize = 1024;
const VERSION: u8 = 1;
const SIGNED: &[u8] = b"aurorasoc.federation.record.v1\n";
const CHAINED: &[u8] = b"aurorasoc.federation.chain.v1\n";
const BODY: &[u8] = b"aurorasoc.federation.body.v1\n";

type Header = (u8, StreamId, u64, Hash, Kind, Hlc, Hash);
type Outer = (ByteBuf, KeyId, ByteArray<64>, ByteBuf);

/// A record with its signature; copies share it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Arc<Parts>);

#[derive(PartialEq, Eq)]
struct Parts {
    record: Record,
    header: Vec<u8>,
    key: KeyId,
    signature: [u8; 64],
    body: Bytes,
    bytes: Bytes,
}

impl Sealed {
    /// Writes and signs a record.
    ///
    /// # Errors
    /// When the body is larger than [`MAX_BODY_BYTES`].
    pub fn new(
        (stream, seq, prev): (StreamId, u64, Hash),
        kind: Kind,
        hlc: Hlc,
        body: Bytes,
        signer: &Signer,
    ) -> Result<Self, Malformed> {
        check_size(body.len(), MAX_BODY_BYTES)?;
        let record = Record {
            stream,
            seq,
            prev,
            kind,
            hlc,
            body: Hash::of(BODY, &body),
        };
        let header = to_cbor(&(VERSION, stream, seq, prev, kind, hlc, record.body));
        let key = KeyId::of(&signer.public_key());
        let signature = signer.sign(&signed(&header));
        let outer: Outer = (
            ByteBuf::from(header.clone()),
            key,
            ByteArray::new(signature),
            ByteBuf::from(body.to_vec()),
        );
        Ok(Self(Arc::new(Parts {
            record,
            header,
            key,
            signature,
            body,
            bytes: to_cbor(&outer).into(),
        })))
    }

    /// Reads a record; its signature is for [`Sealed::verify`].
    ///
    /// # Errors
    /// When the bytes are no record, or the body is not the one that the header names.
    pub fn decode(bytes: Bytes) -> Result<Self, Malformed> {
        check_size(bytes.len(), MAX_BODY_BYTES + MAX_OVERHEAD)?;
        let outer: Outer = from_cbor(&bytes)?;
        // Invariant: a record has one form, or a relay could make two of it.
        if to_cbor(&outer) != bytes {
            return Err(Malformed::Value("a record that is not in its one form"));
        }
        let (header, key, signature, body) = outer;
        if let Some(version) = version(&header)
            && version != VERSION
        {
            return Err(Malformed::Version(version));
        }
        let (_, stream, seq, prev, kind, hlc, hash): Header = from_cbor(&header)?;
        if seq == 0 {
            return Err(Malformed::Value("records are numbered from 1"));
        }
        if hash != Hash::of(BODY, &body) {
            return Err(Malformed::Value("the body is not the one that was signed"));
        }
        let record = Record {
            stream,
            seq,
            prev,
            kind,
            hlc,
            body: hash,
        };
        Ok(Self(Arc::new(Parts {
            record,
            header: header.into_vec(),
            key,
            signature: signature.into_array(),
            body: body.into_vec().into(),
            bytes,
        })))
    }

    /// Whether its origin signed it.
    ///
    /// # Errors
    /// Why it is not to be believed.
    pub fn verify(&self, directory: &Directory) -> Result<(), Refusal> {
        let (origin, time) = (self.0.record.stream.origin, self.0.record.hlc.time());
        let key = directory.key(self.0.key, origin, time)?;
        aurora_secrets::verify(&key.public, &signed(&self.0.header), &self.0.signature)
            .map_err(|_| Refusal::Signature)
    }

    pub fn record(&self) -> &Record {
        &self.0.record
    }

    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// As they were signed and are to be kept and relayed.
    pub fn bytes(&self) -> &Bytes {
        &self.0.bytes
    }

    /// What the next record of the stream calls it.
    pub fn hash(&self) -> Hash {
        Hash::of(CHAINED, &self.0.header)
    }
}

/// The first member of the header, when it is one.
fn version(header: &[u8]) -> Option<u8> {
    match header {
        // An array of up to 23 members, then an integer up to 23.
        [0x80..=0x97, version @ 0..=23, ..] => Some(*version),
        _ => None,
    }
}

pub(crate) fn check_size(bytes: usize, limit: usize) -> Result<(), Malformed> {
    match bytes <= limit {
        true => Ok(()),
        false => Err(Malformed::TooLarge { bytes, limit }),
    }
}

fn signed(header: &[u8]) -> Vec<u8> {
    [SIGNED, header].concat()
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed")
            .field("record", &self.0.record)
            .finish_non_exhaustive()
    }
}

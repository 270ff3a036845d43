//! Health gossip: what a site says of itself, signed, and never logged.

use aurora_model::SiteId;
use aurora_secrets::Signer;
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};

use crate::record::{from_cbor, site, site_bytes, to_cbor};
use crate::{Directory, Hash, Hlc, KeyId, Malformed, Refusal, StreamId};

const VERSION: u8 = 1;
const SIGNED: &[u8] = b"aurorasoc.federation.beat.v1\n";
/// A mesh of a thousand sites fits; larger ones aggregate.
const MAX_HEADS: usize = 4096;
/// Bytes of a text that a site says of itself.
const MAX_TEXT: usize = 512;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tier {
    Primary,
    #[default]
    Secondary,
}

/// How far a site has read a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub stream: StreamId,
    pub high: u64,
    pub hash: Hash,
    /// Whether nothing below is missing there.
    pub complete: bool,
}

/// The head of a site's audit log: entries, and the root of the tree over them (RFC 6962).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    pub size: u64,
    pub root: Hash,
}

/// What a site says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    pub site: SiteId,
    /// Which life of the sender: its beats are numbered anew in each.
    pub life: u64,
    /// From 1.
    pub number: u64,
    /// Until the next one, in milliseconds.
    pub interval: u32,
    /// The sender's clock, for its skew alone.
    pub clock: Hlc,
    pub name: String,
    pub tier: Tier,
    pub agents: u32,
    pub policy: String,
    pub software: String,
    pub audit: Option<AuditHead>,
    pub heads: Vec<Head>,
}

/// A beat in the bytes that were signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedBeat(ByteBuf, KeyId, ByteArray<64>);

type Written = (
    u8,
    ByteArray<16>,
    (u64, u64, u32),
    Hlc,
    (String, Tier, u32, String, String),
    Option<AuditHead>,
    Vec<Head>,
);

impl Beat {
    pub fn sign(&self, signer: &Signer) -> SignedBeat {
        let written = to_cbor(&(
            VERSION,
            site_bytes(self.site),
            (self.life, self.number, self.interval),
            self.clock,
            (
                &self.name,
                self.tier,
                self.agents,
                &self.policy,
                &self.software,
            ),
            self.audit,
            &self.heads,
        ));
        let signature = signer.sign(&signed(&written));
        let key = KeyId::of(&signer.public_key());
        SignedBeat(ByteBuf::from(written), key, ByteArray::new(signature))
    }
}

impl SignedBeat {
    /// Reads a beat; its signature is for [`SignedBeat::verify`].
    ///
    /// # Errors
    /// When the bytes are no beat.
    pub fn beat(&self) -> Result<Beat, Malformed> {
        let (version, sender, numbers, clock, about, audit, heads): Written = from_cbor(&self.0)?;
        if version != VERSION {
            return Err(Malformed::Version(version));
        }
        if heads.len() > MAX_HEADS {
            return Err(Malformed::Value("a beat with too many heads"));
        }
        let (life, number, interval) = numbers;
        if interval == 0 {
            return Err(Malformed::Value("a beat that promises no next one"));
        }
        let (name, tier, agents, policy, software) = about;
        if [&name, &policy, &software]
            .iter()
            .any(|it| it.len() > MAX_TEXT)
        {
            return Err(Malformed::Value("a beat with too long a text"));
        }
        Ok(Beat {
            site: site(sender),
            life,
            number,
            interval,
            clock,
            name,
            tier,
            agents,
            policy,
            software,
            audit,
            heads,
        })
    }

    /// Whether the site that the beat names signed it.
    ///
    /// # Errors
    /// Why it is not to be believed.
    pub fn verify(&self, beat: &Beat, directory: &Directory) -> Result<(), Refusal> {
        let key = directory.key(self.1, beat.site, beat.clock.time())?;
        aurora_secrets::verify(&key.public, &signed(&self.0), &self.2)
            .map_err(|_| Refusal::Signature)
    }
}

fn signed(written: &[u8]) -> Vec<u8> {
    [SIGNED, written].concat()
}

//! What sites send each other, whatever carries it.

use aurora_model::SiteId;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};

use crate::record::{from_cbor, site, site_bytes, to_cbor};
use crate::sealed::check_size;
use crate::{Head, Malformed, SignedBeat, StreamId};

pub const MAX_FRAME_BYTES: usize = 1024 * 1024;

/// One message between two sites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    Beat(SignedBeat),
    /// Tells the sender of a beat that it came, and how long ago in milliseconds.
    Echo {
        number: u64,
        held: u32,
    },
    /// A record as it was signed, the moment it is made.
    Announce(Bytes),
    /// Asks for records, both ends included.
    Pull {
        stream: StreamId,
        from: u64,
        to: u64,
    },
    /// What was asked for, as much of it as fits.
    Records(Vec<Bytes>),
    /// Asks whether a third site can be heard.
    Probe(SiteId),
    /// How long ago it was heard, in milliseconds; `None` for never.
    Heard {
        site: SiteId,
        age: Option<u32>,
    },
    /// What the hosts of two sites tell each other; the mesh hands it on.
    Notice(Bytes),
    /// Asks what changed, of a life of the asked site, after that version.
    Since {
        life: u64,
        version: u64,
    },
    /// What changed up to that version: how far streams go, and which sites are heard or not any more.
    Digest {
        life: u64,
        version: u64,
        /// Whether there is more.
        more: bool,
        heads: Vec<Head>,
        heard: Vec<(SiteId, bool)>,
    },
}

#[derive(Serialize, Deserialize)]
enum Written {
    #[serde(rename = "b")]
    Beat(SignedBeat),
    #[serde(rename = "e")]
    Echo(u64, u32),
    #[serde(rename = "a")]
    Announce(ByteBuf),
    #[serde(rename = "p")]
    Pull(StreamId, u64, u64),
    #[serde(rename = "r")]
    Records(Vec<ByteBuf>),
    #[serde(rename = "q")]
    Probe(ByteArray<16>),
    #[serde(rename = "h")]
    Heard(ByteArray<16>, Option<u32>),
    #[serde(rename = "n")]
    Notice(ByteBuf),
    #[serde(rename = "s")]
    Since(u64, u64),
    #[serde(rename = "d")]
    Digest(u64, u64, bool, Vec<Head>, Vec<(ByteArray<16>, bool)>),
}

impl Frame {
    pub fn encode(&self) -> Vec<u8> {
        let buffer = |bytes: &Bytes| ByteBuf::from(bytes.to_vec());
        to_cbor(&match self {
            Self::Beat(beat) => Written::Beat(beat.clone()),
            Self::Echo { number, held } => Written::Echo(*number, *held),
            Self::Announce(bytes) => Written::Announce(buffer(bytes)),
            Self::Pull { stream, from, to } => Written::Pull(*stream, *from, *to),
            Self::Records(records) => Written::Records(records.iter().map(buffer).collect()),
            Self::Probe(site) => Written::Probe(site_bytes(*site)),
            Self::Heard { site, age } => Written::Heard(site_bytes(*site), *age),
            Self::Notice(bytes) => Written::Notice(buffer(bytes)),
            Self::Since { life, version } => Written::Since(*life, *version),
            Self::Digest {
                life,
                version,
                more,
                heads,
                heard,
            } => {
                let heard = heard.iter().map(|(site, is)| (site_bytes(*site), *is));
                Written::Digest(*life, *version, *more, heads.clone(), heard.collect())
            }
        })
    }

    /// # Errors
    /// When the bytes are no frame or more than [`MAX_FRAME_BYTES`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        check_size(bytes.len(), MAX_FRAME_BYTES)?;
        let whole = |buffer: ByteBuf| Bytes::from(buffer.into_vec());
        Ok(match from_cbor(bytes)? {
            Written::Beat(beat) => Self::Beat(beat),
            Written::Echo(number, held) => Self::Echo { number, held },
            Written::Announce(bytes) => Self::Announce(whole(bytes)),
            Written::Pull(stream, from, to) => Self::Pull { stream, from, to },
            Written::Records(records) => Self::Records(records.into_iter().map(whole).collect()),
            Written::Probe(asked) => Self::Probe(site(asked)),
            Written::Heard(asked, age) => Self::Heard {
                site: site(asked),
                age,
            },
            Written::Notice(bytes) => Self::Notice(whole(bytes)),
            Written::Since(life, version) => Self::Since { life, version },
            Written::Digest(life, version, more, heads, heard) => {
                let heard = heard.into_iter().map(|(asked, is)| (site(asked), is));
                Self::Digest {
                    life,
                    version,
                    more,
                    heads,
                    heard: heard.collect(),
                }
            }
        })
    }
}

//! The site directory: which sites are in the mesh, by which keys, as the primary signed it.

use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_federation::{Directory, Key, KeyId};
use aurora_federation_carrier::{MAX_FRAME_BYTES, Peer};
use aurora_model::SiteId;
use aurora_secrets::Signer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::SiteTier;
use crate::options::{MAX_NAME, is_address, is_label};

const SIGNED: &[u8] = b"aurorasoc.federation.directory.v1\n";
const FORMAT: u8 = 1;
/// Bytes of a directory with its signature: it travels in one frame or one answer, in base64, with little around it.
/// 2,700 sites with a key each fit, 1,500 with two.
const MAX_BYTES: usize = (MAX_FRAME_BYTES - 4 * 1024) / 4 * 3;
/// Keys of one site, former ones among them: who joins late reads what those signed.
pub(crate) const MAX_KEYS: usize = 32;
/// A key counts so much earlier than it is made: clocks of sites differ.
const EARLIER: Duration = Duration::from_secs(24 * 3600);
const ENDORSED: &[u8] = b"aurorasoc.federation.key-follows.v1\n";

/// Everything that a mesh agrees on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    format: u8,
    /// From 1; the higher one holds.
    pub version: u64,
    pub issued_at: Timestamp,
    /// Whose keys sign it.
    pub primary: SiteId,
    pub sites: Vec<Listed>,
}

/// A site of the mesh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub site: SiteId,
    /// Its short name.
    pub label: String,
    pub name: String,
    pub tier: SiteTier,
    /// `host:port` of its direct listener.
    pub address: Option<String>,
    /// Oldest first: each was endorsed by the one before, and the last one signs now.
    pub keys: Vec<ListedKey>,
    pub joined_at: Timestamp,
}

/// A key and when it may sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedKey {
    /// Ed25519, in base64.
    #[serde(with = "in_base64")]
    pub public: [u8; 32],
    pub from: Timestamp,
    pub until: Timestamp,
    /// What the key before it signed of it, in base64; none for a site's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsed: Option<String>,
}

/// A listing in the bytes that were signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedListing {
    listing: Listing,
    /// JSON of a listing, a line feed, and the signature in base64.
    bytes: Vec<u8>,
}

/// Why a directory is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error("it is no directory: {0}")]
    Unreadable(String),
    #[error("it is of a newer format: update this site")]
    Newer,
    #[error("no key that the primary had signs it")]
    Signature,
    #[error("it is of another primary")]
    OtherPrimary,
    #[error("it says of a site what cannot be: {0}")]
    Value(&'static str),
    #[error("it is older than the one in force")]
    Older,
    #[error("the primary signed two directories of one version")]
    Forked,
}

impl Listing {
    /// The first of a mesh, with its primary alone.
    pub fn first(primary: Listed, now: Timestamp) -> Self {
        Self {
            format: FORMAT,
            version: 1,
            issued_at: now,
            primary: primary.site,
            sites: vec![primary],
        }
    }

    /// The next one, with its sites in order.
    #[must_use]
    pub fn next(&self, mut sites: Vec<Listed>, now: Timestamp) -> Self {
        sites.sort_by(|a, b| a.label.cmp(&b.label));
        Self {
            version: self.version + 1,
            issued_at: now,
            sites,
            ..self.clone()
        }
    }

    pub fn site(&self, site: SiteId) -> Option<&Listed> {
        self.sites.iter().find(|listed| listed.site == site)
    }

    /// By its label or the beginning of its identity.
    pub fn named(&self, name: &str) -> Option<&Listed> {
        let by_label = self.sites.iter().find(|listed| listed.label == name);
        let mut by_id = self
            .sites
            .iter()
            .filter(|listed| name.len() >= 4 && listed.site.to_string().starts_with(name));
        by_label.or_else(|| by_id.next().filter(|_| by_id.next().is_none()))
    }

    /// As the mesh wants it.
    pub fn keys(&self) -> Directory {
        let keys = self.sites.iter().flat_map(|listed| {
            listed.keys.iter().map(|key| Key {
                site: listed.site,
                public: key.public,
                from: key.from,
                until: key.until,
            })
        });
        Directory::new(keys)
    }

    /// As carriers want it: every site but this one, with the keys that hold now, and whether it is near.
    pub fn peers(
        &self,
        here: SiteId,
        now: Timestamp,
        is_near: impl Fn(SiteId) -> bool,
    ) -> Vec<Peer> {
        let others = self.sites.iter().filter(|listed| listed.site != here);
        let peer = |listed: &Listed| Peer {
            site: listed.site,
            name: listed.label.clone(),
            address: listed.address.clone(),
            keys: listed.keys_at(now),
            near: is_near(listed.site),
        };
        others.map(peer).collect()
    }

    /// When a key begins or ceases to count next.
    pub fn next_turn(&self, now: Timestamp) -> Option<Timestamp> {
        let keys = self.sites.iter().flat_map(|listed| &listed.keys);
        let turns = keys.flat_map(|key| [key.from, key.until]);
        turns.filter(|at| *at > now && *at < FOREVER).min()
    }

    /// By the newest key that it lists of its primary. Others take it when [`SignedListing::fits`].
    pub fn sign(self, signer: &Signer) -> SignedListing {
        let mut bytes = serde_json::to_vec(&self).expect("a listing is plain data");
        let signature = signer.sign(&signed(&bytes));
        bytes.push(b'\n');
        bytes.extend_from_slice(STANDARD.encode(signature).as_bytes());
        SignedListing {
            listing: self,
            bytes,
        }
    }

    /// # Errors
    /// [`Doubt::Value`].
    pub fn check(&self) -> Result<(), Doubt> {
        let wrong = Doubt::Value;
        let mut keys = std::collections::BTreeSet::new();
        let mut labels = std::collections::BTreeSet::new();
        let mut sites = std::collections::BTreeSet::new();
        for listed in &self.sites {
            listed.check()?;
            if !sites.insert(listed.site) || !labels.insert(&listed.label) {
                return Err(wrong("a site is listed twice"));
            }
            let ids = listed.keys.iter().map(|key| KeyId::of(&key.public));
            if !ids.into_iter().all(|id| keys.insert(id)) {
                return Err(wrong("a key is listed twice"));
            }
        }
        let primary = self.site(self.primary);
        match primary.is_some_and(|it| it.tier == SiteTier::Primary) {
            true => Ok(()),
            false => Err(wrong("its primary is not in it")),
        }
    }
}

impl ListedKey {
    /// A site's first key: what it says was said before it joined, too.
    pub fn always(public: [u8; 32]) -> Self {
        Self {
            public,
            from: Timestamp::from_millis(0),
            until: FOREVER,
            endorsed: None,
        }
    }

    /// One that follows another, whose signer endorses it.
    pub fn following(site: SiteId, public: [u8; 32], now: Timestamp, before: &Signer) -> Self {
        let signature = before.sign(&endorsed(site, &public));
        Self {
            public,
            from: now.minus(EARLIER),
            until: FOREVER,
            endorsed: Some(STANDARD.encode(signature)),
        }
    }

    /// Whether it is meant to be replaced.
    pub fn ends(&self) -> bool {
        self.until < FOREVER
    }

    fn follows(&self, site: SiteId, before: &[u8; 32]) -> bool {
        let signature = self.endorsed.as_deref().and_then(signature);
        let message = endorsed(site, &self.public);
        signature.is_some_and(|it| aurora_secrets::verify(before, &message, &it).is_ok())
    }
}

/// A key that nothing replaces yet.
const FOREVER: Timestamp = Timestamp::from_millis(i64::MAX);

fn endorsed(site: SiteId, public: &[u8; 32]) -> Vec<u8> {
    [ENDORSED, site.0.as_bytes().as_slice(), public].concat()
}

/// A signature from its base64.
pub(crate) fn signature(text: &str) -> Option<[u8; 64]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

impl Listed {
    /// # Errors
    /// When something of it cannot be.
    pub fn check(&self) -> Result<(), Doubt> {
        let wrong = |what| Err(Doubt::Value(what));
        if !is_label(&self.label) {
            return wrong("its label");
        }
        if self.name.chars().count() > MAX_NAME || self.name.chars().any(char::is_control) {
            return wrong("its name");
        }
        if self.address.as_deref().is_some_and(|it| !is_address(it)) {
            return wrong("its address");
        }
        if self.keys.is_empty() || self.keys.len() > MAX_KEYS {
            return wrong("the number of its keys");
        }
        let mut pairs = self.keys.windows(2);
        if !pairs.all(|pair| pair[1].follows(self.site, &pair[0].public)) {
            return wrong("a key that the one before does not endorse");
        }
        if self.keys.last().is_some_and(ListedKey::ends) {
            return wrong("none of its keys signs any more");
        }
        Ok(())
    }

    /// The key that signs now.
    ///
    /// # Panics
    /// Never for one that was checked.
    pub fn key(&self) -> [u8; 32] {
        self.keys.last().expect("a site has a key").public
    }

    /// Whether a site may say so of itself, where this stood: its name and address, and its keys with
    /// one more at most. Whoever has as many as can be listed drops the first.
    pub fn may_become(&self, next: &Self) -> bool {
        let same = (self.site, &self.label, self.tier, self.joined_at)
            == (next.site, &next.label, next.tier, next.joined_at);
        let key = |key: &ListedKey| (key.public, key.from, key.endorsed.clone());
        let (old, new): (Vec<_>, Vec<_>) = (
            self.keys.iter().map(key).collect(),
            next.keys.iter().map(key).collect(),
        );
        let is_full = old.len() == MAX_KEYS && new.len() == MAX_KEYS;
        let grows = new.starts_with(&old) && new.len() <= old.len() + 1;
        let slides = is_full && new.starts_with(&old[1..]);
        same && (grows || slides)
    }

    pub fn keys_at(&self, now: Timestamp) -> Vec<[u8; 32]> {
        let good = |key: &&ListedKey| key.from <= now && now < key.until;
        let keys = self.keys.iter().filter(good);
        keys.map(|key| key.public).collect()
    }
}

impl SignedListing {
    /// Reads a directory whose primary has one of the keys, or had: the primary's newest key signs it, and
    /// follows those before it. So whoever missed any number of directories can still read the newest.
    ///
    /// # Errors
    /// [`Doubt`].
    pub fn read(bytes: &[u8], keys: &[[u8; 32]]) -> Result<Self, Doubt> {
        let unreadable = |why: &str| Doubt::Unreadable(why.to_owned());
        if bytes.len() > MAX_BYTES {
            return Err(unreadable("it is too long"));
        }
        let place = bytes.iter().rposition(|byte| *byte == b'\n');
        let (text, end) = bytes.split_at(place.ok_or_else(|| unreadable("it has no signature"))?);
        let end = std::str::from_utf8(&end[1..]).ok().and_then(signature);
        let signature = end.ok_or_else(|| unreadable("its signature is none"))?;
        let read = Self::parsed(text, bytes)?;
        let signs = read.signer();
        let mut primary = read.primary_keys().iter();
        let is_known = primary.any(|known| keys.contains(&known.public));
        if !is_known || aurora_secrets::verify(&signs, &signed(text), &signature).is_err() {
            return Err(Doubt::Signature);
        }
        Ok(read)
    }

    /// Reads one that this site believed before, from its own store.
    ///
    /// # Errors
    /// [`Doubt::Unreadable`], [`Doubt::Newer`] or [`Doubt::Value`].
    pub fn kept(bytes: &[u8]) -> Result<Self, Doubt> {
        let end = bytes.iter().rposition(|byte| *byte == b'\n');
        Self::parsed(&bytes[..end.unwrap_or(bytes.len())], bytes)
    }

    fn parsed(text: &[u8], bytes: &[u8]) -> Result<Self, Doubt> {
        let listing: Listing =
            serde_json::from_slice(text).map_err(|error| Doubt::Unreadable(error.to_string()))?;
        if listing.format > FORMAT {
            return Err(Doubt::Newer);
        }
        listing.check()?;
        Ok(Self {
            listing,
            bytes: bytes.to_vec(),
        })
    }

    /// Reads the one that follows this one; `None` when it is this one.
    ///
    /// # Errors
    /// [`Doubt`]; nothing but a newer one of the same primary is taken.
    pub fn follow(&self, bytes: &[u8]) -> Result<Option<Self>, Doubt> {
        if bytes == self.bytes {
            return Ok(None);
        }
        let next = Self::read(bytes, &[self.signer()])?;
        if next.listing.primary != self.listing.primary {
            return Err(Doubt::OtherPrimary);
        }
        match next.listing.version.cmp(&self.listing.version) {
            std::cmp::Ordering::Greater => Ok(Some(next)),
            std::cmp::Ordering::Equal => Err(Doubt::Forked),
            std::cmp::Ordering::Less => Err(Doubt::Older),
        }
    }

    /// Whether it can be told to others.
    ///
    /// # Errors
    /// [`Doubt::Value`].
    pub fn fits(&self) -> Result<(), Doubt> {
        match self.bytes.len() <= MAX_BYTES {
            true => Ok(()),
            false => Err(Doubt::Value(
                "all sites and their keys are longer than a frame",
            )),
        }
    }

    fn primary_keys(&self) -> &[ListedKey] {
        let primary = self.listing.site(self.listing.primary);
        primary.map_or(&[], |primary| &primary.keys)
    }

    /// The key that signs it: the primary's newest. A former one signs nothing that follows.
    fn signer(&self) -> [u8; 32] {
        let newest = self.primary_keys().last();
        newest.expect("a listing with its primary was read").public
    }

    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn signed(text: &[u8]) -> Vec<u8> {
    [SIGNED, text].concat()
}

pub(crate) mod in_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(key: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(key))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(from)?;
        let bytes = STANDARD.decode(text).map_err(de::Error::custom)?;
        let bytes: Result<[u8; 32], _> = bytes.try_into();
        bytes.map_err(|_| de::Error::custom("want 32 bytes"))
    }
}

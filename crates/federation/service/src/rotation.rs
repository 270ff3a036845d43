//! How a key of this site follows another, and how the primary learns what a site says of itself.
//!
//! 1. The site makes a key, which the one before endorses, and asks the primary to list both.
//! 2. When the directory has the new key the site signs by it, and asks to bound the former one.
//! 3. The former key verifies what it signed until then, for whoever reads that later.
//!
//! Invariant: a site signs by no key that a directory has not listed, and by none beyond its end; so
//! whatever it says can be verified by whoever has the newest directory, however long a partition was.

use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::{Action, Context, SiteId};
use aurora_records::Change;
use tracing::{info, warn};

use crate::Error;
use crate::directory::{Listed, ListedKey, MAX_KEYS, signature};
use crate::handle::Rotated;
use crate::host::Host;
use crate::keys::{OwnKeys, fingerprint};
use crate::store::{self, ROLE};

const AMENDED: &[u8] = b"aurorasoc.federation.amend.v1\n";
/// Hours for which a former key may count.
const MOST: u64 = 31 * 24;
/// Keys beyond the current one that are looked for: a data directory may be an older one.
const AHEAD: u32 = 8;

/// What is signed when a site says how it wants to be listed.
pub(crate) fn amended(site: SiteId, version: u64, listed: &str) -> Vec<u8> {
    let version = version.to_be_bytes();
    let site = site.0.as_bytes().as_slice();
    [AMENDED, site, &version, listed.as_bytes()].concat()
}

impl Host {
    /// Makes a new key and sees to it that it is listed. Gives what was done.
    pub(crate) async fn rotate(
        &mut self,
        context: &Context,
        overlap: Duration,
    ) -> Result<Rotated, Error> {
        let listed = self.own_listed().ok_or(Error::NotJoined)?.clone();
        if self.own.is_changing(&self.key.public()) {
            return Err(Error::Rotating);
        }
        let asked = overlap.as_secs() / 3600;
        if asked > MOST {
            return Err(Error::Overlap { asked, most: MOST });
        }
        let (site, now) = (self.parts.scope.site, self.signed_until());
        let next = self.keys_of.number(self.own.number + 1);
        let mut own = self.own.clone();
        let key = ListedKey::following(site, next.public(), now, self.key.signer());
        own.listed.push(key);
        if own.listed.len() > MAX_KEYS {
            own.listed.remove(0);
        }
        own.overlap = u64::try_from(overlap.as_millis()).unwrap_or(u64::MAX);
        let rotated = Rotated {
            former: fingerprint(&self.key.public()),
            fingerprint: fingerprint(&next.public()),
            listed: self.is_primary(),
        };
        let names = [rotated.former.clone(), rotated.fingerprint.clone()];
        let change = Change::decided(Action::on("federation.rotate", names));
        if self.is_primary() {
            own.number += 1;
            own.retire(now.plus(overlap));
            let listed = Listed {
                keys: own.listed.clone(),
                ..listed
            };
            let change = change.slot(store::KEYS, store::bytes(&own));
            // The new key signs the directory that lists it.
            let former = std::mem::replace(&mut self.key, next);
            if let Err(error) = self.list(context, change, listed).await {
                self.key = former;
                return Err(error);
            }
            self.own = own;
            self.sign_anew();
        } else {
            let change = change.slot(store::KEYS, store::bytes(&own));
            self.parts.records.commit(context, change).await?;
            self.own = own;
            self.amend_due = Duration::ZERO;
        }
        Ok(rotated)
    }

    /// Later than anything that this site has signed.
    fn signed_until(&self) -> Timestamp {
        let now = self.parts.clock.now().max(self.clock.time());
        now.plus(Duration::from_millis(1))
    }

    /// What the directory has of this site.
    pub(crate) fn own_listed(&self) -> Option<&Listed> {
        let listing = self.directory.as_ref()?.listing();
        listing.site(self.parts.scope.site)
    }

    /// This site's keys after a directory that lists it so, when that is another key than the current one.
    pub(crate) fn adopted(&self, listed: &Listed) -> Option<OwnKeys> {
        let newest = listed.key();
        if newest == self.key.public() {
            return None;
        }
        let mut numbers = self.own.number + 1..=self.own.number + AHEAD;
        let number = numbers.find(|it| self.keys_of.number(*it).public() == newest)?;
        let mut own = self.own.clone();
        if own.listed.last().map(|key| key.public) != Some(newest) {
            own.listed.clone_from(&listed.keys);
        }
        own.number = number;
        own.retire(self.signed_until().plus(Duration::from_millis(own.overlap)));
        Some(own)
    }

    /// Signs by that key from now on.
    pub(crate) fn adopt(&mut self, own: OwnKeys) {
        self.key = self.keys_of.number(own.number);
        self.own = own;
        let key = fingerprint(&self.key.public());
        info!(key, "this site signs by its new key");
        self.sign_anew();
    }

    pub(crate) fn sign_anew(&mut self) {
        self.mesh.sign_with(self.key.signer().clone());
        for carrier in &self.parts.carriers {
            carrier.renew(self.key.seed());
        }
        if let Some(knock) = &self.parts.knock {
            knock.renew(self.key.seed());
        }
    }

    /// How this site wants to be listed, when that is not how it is.
    pub(crate) fn wanted(&self) -> Option<Listed> {
        let listed = self.own_listed()?;
        let wanted = Listed {
            name: self.parts.name.clone(),
            address: self.own_address(),
            keys: self.own.listed.clone(),
            ..listed.clone()
        };
        (wanted != *listed).then_some(wanted)
    }

    /// What a site says of itself: the primary lists it so.
    pub(crate) async fn heard_amendment(
        &mut self,
        from: SiteId,
        (text, version): (&str, u64),
        signed: &str,
    ) -> Result<(), Error> {
        let Some(listing) = self.directory.as_ref().map(|it| it.listing()) else {
            return Ok(());
        };
        // Who read an older directory says it again of the newer one; so nothing old is ever repeated.
        if listing.version != version {
            return Ok(());
        }
        let wanted = serde_json::from_str::<Listed>(text).ok();
        let known = wanted.as_ref().and_then(|it| listing.site(it.site));
        let (Some(wanted), Some(known)) = (&wanted, known) else {
            return Ok(());
        };
        let message = amended(known.site, version, text);
        let is_signed = signature(signed)
            .is_some_and(|it| aurora_secrets::verify(&known.key(), &message, &it).is_ok());
        if !is_signed || known.site == self.parts.scope.site {
            let reason = "what a site says of itself, without its signature";
            return self.refuse(from, reason).await;
        }
        if !known.may_become(wanted) {
            let reason = "a site wants to be listed as it may not be";
            return self.refuse(from, reason).await;
        }
        let names = [known.site.to_string(), known.label.clone()];
        let change = Change::decided(Action::on("federation.amend", names));
        let reason = "a site says what has changed of it";
        let context = Context::service(self.parts.scope.clone(), ROLE, reason);
        match self.list(&context, change, wanted.clone()).await {
            Err(Error::Directory(doubt)) => {
                warn!(%doubt, "a site cannot be listed as it wants");
                self.refuse(from, &doubt.to_string()).await
            }
            listed => listed,
        }
    }
}

//! Who is in the mesh: how the directory is made, taken over, handed on and given up.

use std::collections::BTreeSet;
use std::time::Duration;

use aurora_federation::{Command, Frame};
use aurora_ids::Derive;
use aurora_model::{Action, Context, Severity, SiteId};
use aurora_records::Change;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::directory::{Doubt, Listed, Listing, SignedListing};
use crate::host::Host;
use crate::invitation::Answer;
use crate::store::{self, ROLE};
use crate::{Alarm, Error, SiteTier, rotation};

/// The directory goes to everybody that often, for those who missed it.
const AGAIN: Duration = Duration::from_secs(30);
/// Between two questions at the primary's door.
const ASK: Duration = Duration::from_secs(2);
/// A site that leaves waits that long for the primary to say so.
const GOODBYE: Duration = Duration::from_secs(10);
/// A word for the primary is handed on that often: by a guide of its site, and by one of the primary.
const HOPS: u8 = 2;
const GOODBYE_SIGNED: &[u8] = b"aurorasoc.federation.goodbye.v1\n";

/// What hosts tell each other beside records.
#[derive(Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub(crate) enum Notice {
    /// In base64.
    Directory { signed: String },
    /// A site leaves: its signature over its identity and the directory's version.
    Goodbye {
        site: SiteId,
        version: u64,
        signature: String,
        /// How often it was handed on.
        #[serde(default)]
        hops: u8,
    },
    /// How a site wants to be listed, where that directory is in force: JSON, and what it signed of it.
    Amend {
        listed: String,
        version: u64,
        signature: String,
        #[serde(default)]
        hops: u8,
    },
    /// A site asks to cosign the head of its audit log: the log's verifier key, what a witness is asked,
    /// and the site's signature over both.
    Witness {
        key: String,
        request: String,
        signature: String,
    },
    /// So many entries were seen of the log: ask from there.
    Seen { size: u64 },
    Cosigned {
        size: u64,
        cosignature: String,
        /// Verifier key of who cosigned.
        witness: String,
    },
}

fn goodbye(site: SiteId, version: u64) -> Vec<u8> {
    let version = version.to_be_bytes();
    [GOODBYE_SIGNED, site.0.as_bytes().as_slice(), &version].concat()
}

impl Host {
    /// The primary's first start makes the mesh, of which it is the only site.
    pub(crate) async fn found_mesh(&mut self) -> Result<(), Error> {
        let here = self.parts.scope.site;
        if self.parts.options.site_tier != SiteTier::Primary || self.directory.is_some() {
            return self.check_key();
        }
        let now = self.parts.clock.now();
        let mine = Listed {
            site: here,
            label: self.parts.options.site_id.clone(),
            name: self.parts.name.clone(),
            tier: SiteTier::Primary,
            address: self.own_address(),
            keys: self.own.listed.clone(),
            joined_at: now,
        };
        mine.check()?;
        let context = Context::service(self.parts.scope.clone(), ROLE, "the primary starts");
        let signed = Listing::first(mine, now).sign(self.key.signer());
        let change = Change::decided(Action::on("federation.found", [here.to_string()]))
            .slot(store::DIRECTORY, signed.bytes().to_vec());
        self.parts.records.commit(&context, change).await?;
        self.directory = Some(signed);
        Ok(())
    }

    /// A data directory of another site, or one whose keys are gone, must not speak for this one.
    fn check_key(&self) -> Result<(), Error> {
        let here = self.parts.scope.site;
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        let own = self.key.public();
        let mine = directory.listing().site(here);
        match mine.is_some_and(|mine| mine.keys.iter().any(|key| key.public == own)) {
            true => Ok(()),
            false => Err(Error::NotOurKey(here)),
        }
    }

    /// Puts a site into the directory, or in place of what stood of it there.
    pub(crate) async fn list(
        &mut self,
        context: &Context,
        change: Change,
        listed: Listed,
    ) -> Result<(), Error> {
        let directory = self.directory.as_ref().ok_or(Error::NotJoined)?;
        let others = directory.listing().sites.iter();
        let mut sites: Vec<Listed> = others
            .filter(|it| it.site != listed.site)
            .cloned()
            .collect();
        sites.push(listed);
        self.sign(context, change, sites).await
    }

    /// Takes a site out of the directory.
    pub(crate) async fn strike(
        &mut self,
        context: &Context,
        change: Change,
        site: SiteId,
    ) -> Result<(), Error> {
        let directory = self.directory.as_ref().ok_or(Error::NotJoined)?;
        let others = directory.listing().sites.iter();
        let sites = others.filter(|it| it.site != site).cloned().collect();
        self.sign(context, change, sites).await?;
        info!(%site, "a site was taken out of the mesh");
        Ok(())
    }

    async fn sign(
        &mut self,
        context: &Context,
        change: Change,
        sites: Vec<Listed>,
    ) -> Result<(), Error> {
        let directory = self.directory.as_ref().ok_or(Error::NotJoined)?;
        let now = self.parts.clock.now();
        let next = directory.listing().next(sites, now);
        next.check()?;
        let (left, change) = self.departures(Some(&next), change);
        let next = next.sign(self.key.signer());
        next.fits()?;
        let change = change.slot(store::DIRECTORY, next.bytes().to_vec());
        self.parts.records.commit(context, change).await?;
        self.left = left;
        // Also those who are not in it any more have to hear of it, while they are still connected.
        self.directory = Some(next);
        self.hand_out();
        self.take_directory();
        Ok(())
    }

    /// What follows from the directory in force. Carriers learn of it with the next tick, so that whoever
    /// was taken out hears so.
    pub(crate) fn take_directory(&mut self) {
        let listing = self.directory.as_ref().map(|it| it.listing());
        let sites = listing.map_or(&[][..], |it| &it.sites).iter();
        self.labels = sites.map(|it| (it.site, it.label.clone())).collect();
        let keys = self.keys();
        // It answers nothing that would have to be carried out.
        drop(self.apply(Command::Directory(keys)));
        self.peers_due = true;
        self.aside_due = true;
        (self.directory_due, self.amend_due) = (Duration::ZERO, Duration::ZERO);
    }

    fn tell_carriers(&mut self) {
        self.peers_due = false;
        let (here, now) = (self.parts.scope.site, self.parts.clock.now());
        let listing = self.directory.as_ref().map(|it| it.listing());
        let sites = listing.map_or(&[][..], |it| &it.sites);
        let looked_for = |place: usize| self.strays.looks_for(place, sites.len(), here);
        let strays = sites.iter().enumerate();
        let strays = strays.filter(|(place, _)| looked_for(*place));
        let strays: BTreeSet<SiteId> = strays.map(|(_, it)| it.site).collect();
        let is_near = |site| self.mesh.is_near(site) || strays.contains(&site);
        let peers = listing.map_or_else(Vec::new, |it| it.peers(here, now, is_near));
        self.peers_until = listing.and_then(|it| it.next_turn(now));
        for carrier in &self.parts.carriers {
            carrier.set_peers(&peers);
        }
    }

    /// Whoever hears none of those who are near may know an old directory.
    fn look_for_strays(&mut self) {
        let mut connected = self.connected.iter();
        let hears_somebody = connected.any(|(site, _)| self.mesh.is_near(*site));
        let now = self.parts.clock.elapsed();
        self.peers_due |= self.strays.turn(hears_somebody, now);
    }

    /// The directory to everybody who is connected.
    fn hand_out(&mut self) {
        let now = self.parts.clock.elapsed();
        self.directory_due = now + AGAIN;
        if let Some(frame) = self.directory_frame() {
            self.send_all(&frame);
        }
    }

    fn directory_frame(&self) -> Option<Bytes> {
        let signed = STANDARD.encode(self.directory.as_ref()?.bytes());
        Some(framed(&Notice::Directory { signed }))
    }

    /// The directory to one who has just come: what follows may be signed by a key that only this one
    /// lists.
    pub(crate) fn hand_to(&self, peer: SiteId, carrier: u8) {
        if let Some(frame) = self.directory_frame() {
            self.send(peer, carrier, frame);
        }
    }

    fn send_all(&self, frame: &Bytes) {
        for (peer, carrier) in &self.connected {
            self.send(*peer, *carrier, frame.clone());
        }
    }

    /// Says how this site wants to be listed, until it is. Whoever hears the primary hands it on; the
    /// primary lists itself.
    async fn amend(&mut self) -> Result<(), Error> {
        let now = self.parts.clock.elapsed();
        if self.amend_due > now || self.leaving.is_some() {
            return Ok(());
        }
        let (Some(wanted), Some(directory)) = (self.wanted(), &self.directory) else {
            return Ok(());
        };
        self.amend_due = now + ASK;
        if self.is_primary() {
            let reason = "the primary says what has changed of it";
            let context = Context::service(self.parts.scope.clone(), ROLE, reason);
            let action = Action::on("federation.amend", [wanted.site.to_string()]);
            return self.list(&context, Change::decided(action), wanted).await;
        }
        let version = directory.listing().version;
        let listed = serde_json::to_string(&wanted).expect("it is plain data");
        let message = rotation::amended(wanted.site, version, &listed);
        let signature = STANDARD.encode(self.key.signer().sign(&message));
        self.send_all(&framed(&Notice::Amend {
            listed,
            version,
            signature,
            hops: 0,
        }));
        Ok(())
    }

    /// A word for the primary goes to it, or nearer to it: to guides of its region.
    fn hand_on(&self, from: SiteId, notice: &Notice, hops: u8) {
        let Some(primary) = self.directory.as_ref().map(|it| it.listing().primary) else {
            return;
        };
        if from == primary || hops > HOPS {
            return;
        }
        let ways = |to: &[SiteId]| -> Vec<(SiteId, u8)> {
            let ways = self.connected.iter().copied();
            ways.filter(|(peer, _)| to.contains(peer)).collect()
        };
        let mut next = ways(&[primary]);
        if next.is_empty() && !self.mesh.is_near(primary) {
            next = ways(self.mesh.guides_of(primary));
        }
        let frame = framed(notice);
        for (peer, carrier) in next {
            self.send(peer, carrier, frame.clone());
        }
    }

    /// Tells everybody that this site leaves; the primary strikes it from the directory.
    pub(crate) fn say_goodbye(&self) {
        let (Some(directory), site) = (&self.directory, self.parts.scope.site) else {
            return;
        };
        let version = directory.listing().version;
        let signature = self.key.signer().sign(&goodbye(site, version));
        let notice = Notice::Goodbye {
            site,
            version,
            signature: STANDARD.encode(signature),
            hops: 0,
        };
        self.send_all(&framed(&notice));
    }

    pub(crate) async fn noticed(&mut self, from: SiteId, bytes: &Bytes) -> Result<(), Error> {
        match serde_json::from_slice(bytes) {
            Ok(Notice::Directory { signed }) => {
                let signed = STANDARD.decode(signed).unwrap_or_default();
                self.heard_directory(from, &signed).await
            }
            Ok(Notice::Goodbye {
                site,
                version,
                signature,
                ..
            }) if self.is_primary() => self.heard_goodbye(from, site, version, &signature).await,
            Ok(Notice::Amend {
                listed,
                version,
                signature,
                ..
            }) if self.is_primary() => {
                let said = (listed.as_str(), version);
                self.heard_amendment(from, said, &signature).await
            }
            Ok(mut notice @ (Notice::Goodbye { .. } | Notice::Amend { .. })) => {
                if let Notice::Goodbye { hops, .. } | Notice::Amend { hops, .. } = &mut notice {
                    *hops = hops.saturating_add(1);
                    let hops = *hops;
                    self.hand_on(from, &notice, hops);
                }
                Ok(())
            }
            Ok(Notice::Witness {
                key,
                request,
                signature,
            }) => {
                self.asked_to_witness(from, &key, &request, &signature)
                    .await
            }
            Ok(Notice::Seen { size }) => {
                self.witness_has_seen(from, size);
                Ok(())
            }
            Ok(Notice::Cosigned {
                size,
                cosignature,
                witness,
            }) => self.cosigned(from, size, &cosignature, &witness).await,
            Err(_) => {
                self.refuse(from, "a notice that this release does not read")
                    .await
            }
        }
    }

    async fn heard_directory(&mut self, from: SiteId, bytes: &[u8]) -> Result<(), Error> {
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        let here = self.parts.scope.site;
        let next = match directory.follow(bytes) {
            Ok(None) | Err(Doubt::Older) => return Ok(()),
            Ok(Some(next)) => next,
            Err(Doubt::Forked) => return self.directory_forked(from).await,
            Err(doubt) => return self.refuse(from, &doubt.to_string()).await,
        };
        let version = next.listing().version;
        let Some(listed) = next.listing().site(here) else {
            info!(version, "this site was taken out of the mesh");
            let context = Context::service(
                self.parts.scope.clone(),
                ROLE,
                "the primary took this site out of the mesh",
            );
            let change = Change::decided(Action::on("federation.removed", [here.to_string()]));
            return self.forget_mesh(&context, change).await;
        };
        let own = self.adopted(listed);
        let mut change = Change::decided(Action::on("federation.directory", [version.to_string()]))
            .slot(store::DIRECTORY, next.bytes().to_vec());
        if let Some(own) = &own {
            change = change.slot(store::KEYS, store::bytes(own));
        }
        let (left, change) = self.departures(Some(next.listing()), change);
        self.commit(change, "the primary signed a new directory")
            .await?;
        self.left = left;
        self.directory = Some(next);
        if let Some(own) = own {
            self.adopt(own);
        }
        self.hand_out();
        self.take_directory();
        Ok(())
    }

    async fn directory_forked(&mut self, from: SiteId) -> Result<(), Error> {
        let subject = self.label(from);
        self.refuse(from, &Doubt::Forked.to_string()).await?;
        let version = self.directory.as_ref().map_or(0, |it| it.listing().version);
        let event = Derive::new("aurora.federation.directory-fork.v1").number(version);
        self.alarms.push_back(Alarm {
            event: event.finish(),
            rule: "federation-directory-fork",
            title: "The primary signed two site directories of one version".to_owned(),
            severity: Severity::Critical,
            subject,
            detail: format!("version {version}: another one came from this site"),
        });
        Ok(())
    }

    async fn heard_goodbye(
        &mut self,
        from: SiteId,
        site: SiteId,
        version: u64,
        signature: &str,
    ) -> Result<(), Error> {
        if site == self.parts.scope.site {
            return Ok(());
        }
        let listing = self.directory.as_ref().map(|it| it.listing());
        let listed = listing.and_then(|it| it.site(site));
        let Some(listed) = listed else {
            return Ok(());
        };
        let now = self.parts.clock.now();
        let message = goodbye(site, version);
        let is_signed = crate::directory::signature(signature).is_some_and(|it| {
            let mut keys = listed.keys_at(now).into_iter();
            keys.any(|key| aurora_secrets::verify(&key, &message, &it).is_ok())
        });
        // One of an earlier membership must not end this one.
        let is_new = listing.is_some_and(|it| version + 100 >= it.version);
        if !is_signed || !is_new {
            return self
                .refuse(from, "a goodbye that the site did not sign")
                .await;
        }
        let context = Context::service(self.parts.scope.clone(), ROLE, "the site leaves");
        let change = Change::decided(Action::on("federation.left", [site.to_string()]));
        self.strike(&context, change, site).await
    }

    /// From now on this site is in no mesh. What came stays.
    pub(crate) async fn forget_mesh(
        &mut self,
        context: &Context,
        change: Change,
    ) -> Result<(), Error> {
        let own = self.own.settled(&self.key.public());
        let change = change
            .remove_slot(store::DIRECTORY)
            .remove_slot(store::ASKED)
            .slot(store::KEYS, store::bytes(&own));
        let (left, change) = self.departures(None, change);
        self.parts.records.commit(context, change).await?;
        (self.own, self.left) = (own, left);
        (self.directory, self.asked, self.leaving) = (None, None, None);
        self.take_directory();
        Ok(())
    }

    /// What is under way and wants a next step.
    pub(crate) async fn move_on(&mut self) -> Result<(), Error> {
        let wall = self.parts.clock.now();
        self.look_for_strays();
        if self.peers_due || self.peers_until.is_some_and(|turn| turn <= wall) {
            self.tell_carriers();
        }
        if std::mem::take(&mut self.aside_due) {
            self.look_aside().await?;
        }
        self.amend().await?;
        self.ask_witnesses();
        self.page_late().await?;
        let now = self.parts.clock.elapsed();
        if self.directory_due <= now {
            self.hand_out();
        }
        if let Some(since) = self.leaving {
            self.say_goodbye();
            if now.saturating_sub(since) >= GOODBYE {
                warn!("the primary did not say that this site has left; its operators have to");
                let context = Context::service(
                    self.parts.scope.clone(),
                    ROLE,
                    "the primary did not answer a goodbye",
                );
                let action = Action::on("federation.left", [self.parts.scope.site.to_string()]);
                self.forget_mesh(&context, Change::decided(action)).await?;
            }
        }
        if self.asked.is_some() && self.directory.is_none() && self.ask_due <= now {
            self.ask_due = now + ASK;
            self.ask();
        }
        Ok(())
    }

    /// What the primary said at its door.
    pub(crate) async fn answered(&mut self, answer: Result<Bytes, String>) -> Result<(), Error> {
        let Some(asked) = self.asked.clone() else {
            return Ok(());
        };
        let answer = answer.and_then(|bytes| {
            serde_json::from_slice::<Answer>(&bytes).map_err(|error| error.to_string())
        });
        self.problem = match answer {
            Err(problem) => Some(format!("the primary does not answer: {problem}")),
            Ok(Answer::Waiting) => None,
            Ok(Answer::Refused { reason }) => Some(format!("the primary refuses: {reason}")),
            Ok(Answer::Admitted { .. }) if !asked.verified => None,
            Ok(Answer::Admitted { directory }) => {
                let bytes = STANDARD.decode(directory).unwrap_or_default();
                return self.admitted_by(&asked.invitation.key, &bytes).await;
            }
        };
        Ok(())
    }

    async fn admitted_by(&mut self, primary: &[u8; 32], bytes: &[u8]) -> Result<(), Error> {
        let signed = match SignedListing::read(bytes, &[*primary]) {
            Ok(signed) => signed,
            Err(doubt) => {
                self.problem = Some(doubt.to_string());
                return Ok(());
            }
        };
        let before = self.directory.replace(signed);
        if let Err(error) = self.check_key() {
            self.directory = before;
            self.problem = Some(error.to_string());
            return Ok(());
        }
        let signed = self.directory.as_ref().expect("it was just put there");
        let version = signed.listing().version;
        let change = Change::decided(Action::on("federation.joined", [version.to_string()]))
            .slot(store::DIRECTORY, signed.bytes().to_vec())
            .remove_slot(store::ASKED);
        let (left, change) = self.departures(Some(signed.listing()), change);
        self.commit(change, "both operators have compared").await?;
        self.left = left;
        (self.asked, self.problem) = (None, None);
        info!(version, "this site is in the mesh");
        self.take_directory();
        Ok(())
    }
}

fn framed(notice: &Notice) -> Bytes {
    Frame::Notice(store::bytes(notice).into()).encode().into()
}

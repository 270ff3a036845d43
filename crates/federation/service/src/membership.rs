//! Who is in the mesh: how the directory is made, taken over, handed on and given up.

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

use crate::directory::{Doubt, Listed, ListedKey, Listing, SignedListing};
use crate::host::Host;
use crate::invitation::Answer;
use crate::store::{self, ROLE};
use crate::{Alarm, Error, SiteTier};

/// The directory goes to everybody that often, for those who missed it.
const AGAIN: Duration = Duration::from_secs(30);
/// Between two questions at the primary's door.
const ASK: Duration = Duration::from_secs(2);
/// A site that leaves waits that long for the primary to say so.
const GOODBYE: Duration = Duration::from_secs(10);
const GOODBYE_SIGNED: &[u8] = b"aurorasoc.federation.goodbye.v1\n";

/// What hosts tell each other beside records.
#[derive(Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
enum Notice {
    /// In base64.
    Directory { signed: String },
    /// A site leaves: its signature over its identity and the directory's version.
    Goodbye {
        site: SiteId,
        version: u64,
        signature: String,
    },
}

fn goodbye(site: SiteId, version: u64) -> Vec<u8> {
    let version = version.to_be_bytes();
    [GOODBYE_SIGNED, site.0.as_bytes().as_slice(), &version].concat()
}

impl Host {
    /// The primary's first start makes the mesh, of which it is the only site; a later one says what of
    /// it has changed.
    pub(crate) async fn found_mesh(&mut self) -> Result<(), Error> {
        let here = self.parts.scope.site;
        if self.parts.options.site_tier != SiteTier::Primary {
            return self.check_key();
        }
        let now = self.parts.clock.now();
        let mine = Listed {
            site: here,
            label: self.parts.options.site_id.clone(),
            name: self.parts.name.clone(),
            tier: SiteTier::Primary,
            address: self.own_address(),
            keys: vec![ListedKey::always(self.key.public())],
            joined_at: now,
        };
        mine.check()?;
        let context = Context::service(self.parts.scope.clone(), ROLE, "the primary starts");
        let Some(directory) = &self.directory else {
            let signed = Listing::first(mine, now).sign(self.key.signer());
            let change = Change::decided(Action::on("federation.found", [here.to_string()]))
                .slot(store::DIRECTORY, signed.bytes().to_vec());
            self.parts.records.commit(&context, change).await?;
            self.directory = Some(signed);
            return Ok(());
        };
        self.check_key()?;
        let listed = directory.listing().site(here);
        let mine = Listed {
            joined_at: listed.map_or(now, |it| it.joined_at),
            keys: listed.map_or_else(|| mine.keys.clone(), |it| it.keys.clone()),
            ..mine
        };
        if listed == Some(&mine) {
            return Ok(());
        }
        let change = Change::decided(Action::on("federation.rename", [here.to_string()]));
        self.list(&context, change, mine).await
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
        let next = directory.listing().next(sites, now).sign(self.key.signer());
        let change = change.slot(store::DIRECTORY, next.bytes().to_vec());
        self.parts.records.commit(context, change).await?;
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
        self.directory_due = Duration::ZERO;
    }

    fn tell_carriers(&mut self) {
        self.peers_due = false;
        let (here, now) = (self.parts.scope.site, self.parts.clock.now());
        let listing = self.directory.as_ref().map(|it| it.listing());
        let peers = listing.map_or_else(Vec::new, |it| it.peers(here, now));
        for carrier in &self.parts.carriers {
            carrier.set_peers(&peers);
        }
    }

    /// The directory to everybody who is connected.
    fn hand_out(&mut self) {
        let now = self.parts.clock.elapsed();
        self.directory_due = now + AGAIN;
        let Some(directory) = &self.directory else {
            return;
        };
        let notice = Notice::Directory {
            signed: STANDARD.encode(directory.bytes()),
        };
        let frame = framed(&notice);
        for (peer, carrier) in &self.connected {
            self.send(*peer, *carrier, frame.clone());
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
        };
        let frame = framed(&notice);
        for (peer, carrier) in &self.connected {
            self.send(*peer, *carrier, frame.clone());
        }
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
            }) => self.heard_goodbye(from, site, version, &signature).await,
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
        if next.listing().site(here).is_none() {
            info!(version, "this site was taken out of the mesh");
            let context = Context::service(
                self.parts.scope.clone(),
                ROLE,
                "the primary took this site out of the mesh",
            );
            let change = Change::decided(Action::on("federation.removed", [here.to_string()]));
            return self.forget_mesh(&context, change).await;
        }
        let change = Change::decided(Action::on("federation.directory", [version.to_string()]))
            .slot(store::DIRECTORY, next.bytes().to_vec());
        self.commit(change, "the primary signed a new directory")
            .await?;
        self.directory = Some(next);
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
        if self.parts.options.site_tier != SiteTier::Primary || site == self.parts.scope.site {
            return Ok(());
        }
        let listing = self.directory.as_ref().map(|it| it.listing());
        let listed = listing.and_then(|it| it.site(site));
        let Some(listed) = listed else {
            return Ok(());
        };
        let signature: Option<[u8; 64]> = STANDARD
            .decode(signature)
            .ok()
            .and_then(|it| it.try_into().ok());
        let message = goodbye(site, version);
        let fits = |key: &ListedKey, signature: &[u8; 64]| {
            aurora_secrets::verify(&key.public, &message, signature).is_ok()
        };
        let is_signed = signature.is_some_and(|it| listed.keys.iter().any(|key| fits(key, &it)));
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
        let change = change
            .remove_slot(store::DIRECTORY)
            .remove_slot(store::ASKED);
        self.parts.records.commit(context, change).await?;
        (self.directory, self.asked, self.leaving) = (None, None, None);
        self.take_directory();
        Ok(())
    }

    /// What is under way and wants a next step.
    pub(crate) async fn move_on(&mut self) -> Result<(), Error> {
        if self.peers_due {
            self.tell_carriers();
        }
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
        self.commit(change, "both operators have compared").await?;
        (self.asked, self.problem) = (None, None);
        info!(version, "this site is in the mesh");
        self.take_directory();
        Ok(())
    }
}

fn framed(notice: &Notice) -> Bytes {
    Frame::Notice(store::bytes(notice).into()).encode().into()
}

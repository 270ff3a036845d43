//! Sites vouch for each other's audit logs: each cosigns what continues the head that it saw of another
//! last. Two heads that cannot be of one log are kept, and are a critical alert that shows both.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aurora_federation::Frame;
use aurora_ids::Derive;
use aurora_model::{Action, Severity, SiteId};
use aurora_records::Change;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tracing::{error, warn};

use crate::audit::Judged;
use crate::directory::signature;
use crate::host::Host;
use crate::membership::Notice;
use crate::store;
use crate::{Alarm, Error};

/// Between two heads that a site asks to be cosigned.
const EVERY: Duration = Duration::from_secs(30);
/// Sites that are asked at once.
const AT_ONCE: usize = 16;
/// Bytes of what others say of their logs; a proof has 63 hashes at most.
const MAX_BYTES: usize = 16 * 1024;
const ASKED: &[u8] = b"aurorasoc.federation.witness.v1\n";

/// What this site has seen of another's audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// The log's verifier key, as the site said at first.
    pub key: String,
    /// The newest head, as the log signed it.
    pub note: String,
    pub size: u64,
    /// Another head came that cannot be of the same log.
    #[serde(default)]
    pub forked: bool,
}

/// What others said of this site's log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Witnessing {
    pub seen: BTreeMap<SiteId, Seen>,
    /// Entries that each has cosigned, since the start.
    pub cosigned: BTreeMap<SiteId, u64>,
    /// The note that each was asked to cosign last.
    asked: BTreeMap<SiteId, String>,
    pub due: Duration,
}

fn signed(site: SiteId, key: &str, request: &str) -> Vec<u8> {
    let site = site.0.as_bytes().as_slice();
    [ASKED, site, key.as_bytes(), b"\n", request.as_bytes()].concat()
}

/// The note in a request: what follows its first empty line.
fn note(request: &str) -> &str {
    request.split_once("\n\n").map_or("", |(_, note)| note)
}

impl Host {
    /// Asks everybody who hears this site to cosign its newest head.
    pub(crate) fn ask_witnesses(&mut self) {
        let now = self.parts.clock.elapsed();
        if self.witnessing.due > now || self.directory.is_none() {
            return;
        }
        self.witnessing.due = now + EVERY;
        let peers = self.connected.iter().map(|(peer, _)| *peer);
        let cosigned = &self.witnessing.cosigned;
        let known = peers.map(|peer| (cosigned.get(&peer).copied().unwrap_or(0), peer));
        // Whoever has seen least is asked first; in a large mesh a few at a time are enough.
        let first: BTreeSet<(u64, SiteId)> = known.collect();
        for (_, peer) in first.into_iter().take(AT_ONCE) {
            self.ask_witness(peer);
        }
    }

    fn ask_witness(&mut self, peer: SiteId) {
        let Some(log) = self.parts.audit.clone() else {
            return;
        };
        let old = self.witnessing.cosigned.get(&peer).copied().unwrap_or(0);
        if log.head().is_none_or(|head| head.size <= old) {
            return;
        }
        let request = match log.request(old) {
            Ok(request) => request,
            Err(error) => return warn!(%error, "the audit log cannot be shown to others"),
        };
        let key = log.key();
        let message = signed(self.parts.scope.site, &key, &request);
        let signature = STANDARD.encode(self.key.signer().sign(&message));
        self.witnessing
            .asked
            .insert(peer, note(&request).to_owned());
        self.say_to(
            peer,
            &Notice::Witness {
                key,
                request,
                signature,
            },
        );
    }

    fn say_to(&self, peer: SiteId, notice: &Notice) {
        let frame = Frame::Notice(store::bytes(notice).into()).encode();
        // One way is enough: what is lost is asked again.
        let way = self.connected.iter().find(|(site, _)| *site == peer);
        if let Some((_, carrier)) = way {
            self.send(peer, *carrier, frame.into());
        }
    }

    /// Another site asks for a cosignature.
    pub(crate) async fn asked_to_witness(
        &mut self,
        from: SiteId,
        key: &str,
        request: &str,
        signed_by: &str,
    ) -> Result<(), Error> {
        let Some(log) = self.parts.audit.clone() else {
            return Ok(());
        };
        let now = self.parts.clock.now();
        let listing = self.directory.as_ref().map(|it| it.listing());
        let keys = listing.and_then(|it| it.site(from));
        let keys = keys.map_or_else(Vec::new, |it| it.keys_at(now));
        let message = signed(from, key, request);
        let fits = |signature: [u8; 64]| {
            keys.iter()
                .any(|key| aurora_secrets::verify(key, &message, &signature).is_ok())
        };
        let is_short = key.len() + request.len() <= MAX_BYTES;
        if !is_short || !signature(signed_by).is_some_and(fits) {
            return self
                .refuse(from, "a head of an audit log that the site did not sign")
                .await;
        }
        let seen = self.witnessing.seen.get(&from).cloned();
        if let Some(seen) = seen.as_ref().filter(|seen| seen.key != key) {
            let (held, came) = (format!("{}\n{}", seen.key, seen.note), note(request));
            let came = format!("{key}\n{came}");
            let why = "the log is signed by another key than before";
            return self.audit_forked(from, &held, &came, why).await;
        }
        let before = seen.as_ref().map(|seen| seen.note.as_str());
        match log.judge(key, request, before) {
            Ok(checked) => {
                let kept = Seen {
                    key: key.to_owned(),
                    note: checked.note.clone(),
                    size: checked.size,
                    forked: seen.as_ref().is_some_and(|seen| seen.forked),
                };
                if seen.as_ref() != Some(&kept) {
                    let change =
                        Change::progress().slot(&store::seen_key(from), store::bytes(&kept));
                    self.commit(change, "the head of another site's audit log")
                        .await?;
                    self.witnessing.seen.insert(from, kept);
                }
                self.answer_cosigned(from, key, &checked.note, checked.size);
                Ok(())
            }
            Err(Judged::Moved(size)) => {
                self.say_to(from, &Notice::Seen { size });
                Ok(())
            }
            Err(Judged::Forked(why)) => {
                let held = before.unwrap_or_default().to_owned();
                self.audit_forked(from, &held, note(request), &why).await
            }
            Err(Judged::Unread(why)) => self.refuse(from, &why).await,
        }
    }

    fn answer_cosigned(&self, to: SiteId, key: &str, note: &str, size: u64) {
        let Some(log) = &self.parts.audit else {
            return;
        };
        match log.cosign(key, note) {
            Ok(cosignature) => self.say_to(
                to,
                &Notice::Cosigned {
                    size,
                    cosignature,
                    witness: log.witness_key(),
                },
            ),
            Err(error) => warn!(%error, "an audit log's head cannot be cosigned"),
        }
    }

    /// Another site says how much of this site's log it has seen: it is asked again from there.
    pub(crate) fn witness_has_seen(&mut self, from: SiteId, size: u64) {
        let known = self.witnessing.cosigned.insert(from, size);
        if known != Some(size) {
            self.ask_witness(from);
        }
    }

    pub(crate) async fn cosigned(
        &mut self,
        from: SiteId,
        size: u64,
        cosignature: &str,
        witness: &str,
    ) -> Result<(), Error> {
        let (Some(log), Some(note)) = (
            self.parts.audit.clone(),
            self.witnessing.asked.get(&from).cloned(),
        ) else {
            return Ok(());
        };
        if let Err(error) = log.keep(from, &note, cosignature, witness) {
            warn!(%error, "a cosignature of the audit log is not kept");
            return self.refuse(from, "a cosignature that does not fit").await;
        }
        self.witnessing.cosigned.insert(from, size);
        Ok(())
    }

    async fn audit_forked(
        &mut self,
        site: SiteId,
        held: &str,
        came: &str,
        why: &str,
    ) -> Result<(), Error> {
        let Some(seen) = self.witnessing.seen.get(&site).filter(|seen| !seen.forked) else {
            // It is known already.
            return Ok(());
        };
        let kept = Seen {
            forked: true,
            ..seen.clone()
        };
        let label = self.label(site);
        let key = |which| store::audit_evidence_key(site, kept.size, which);
        let action = Action::on(
            "federation.evidence",
            [site.to_string(), "audit".to_owned()],
        );
        let change = Change::decided(action)
            .slot(&key("held"), held.as_bytes().to_vec())
            .slot(&key("came"), came.as_bytes().to_vec())
            .slot(&store::seen_key(site), store::bytes(&kept));
        self.commit(change, "a site's audit log was forked").await?;
        error!(
            site = label,
            why, "a site's audit log was forked; both heads are kept"
        );
        self.counts.evidence += 1;
        let event = Derive::new("aurora.federation.audit-fork.v1")
            .part(site.0.as_bytes())
            .number(kept.size);
        self.witnessing.seen.insert(site, kept);
        self.alarms.push_back(Alarm {
            event: event.finish(),
            rule: "federation-audit-fork",
            title: format!("The audit log of site {label} was forked"),
            severity: Severity::Critical,
            subject: label,
            detail: format!("{why}\n\nseen before:\n{held}\n\ncame now:\n{came}"),
        });
        Ok(())
    }
}

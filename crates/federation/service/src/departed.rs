//! Sites that left the mesh, or were struck from it: what came of them stays, as evidence, and nothing more
//! of them is asked for or taken until they join again.

use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_model::SiteId;
use aurora_records::Change;
use serde::{Deserialize, Serialize};

use crate::directory::Listing;
use crate::host::Host;
use crate::store;

/// What is still known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub label: String,
    pub name: String,
    /// When this site heard of it.
    pub at: Timestamp,
}

impl Host {
    /// Who is gone with the next directory, and who is back; and what of that is to be kept.
    pub(crate) fn departures(
        &self,
        next: Option<&Listing>,
        mut change: Change,
    ) -> (BTreeMap<SiteId, Left>, Change) {
        let mut left = self.left.clone();
        let is_in = |site: SiteId| next.is_some_and(|next| next.site(site).is_some());
        let before = self.directory.as_ref().map(|it| it.listing());
        for gone in before.map_or(&[][..], |it| &it.sites) {
            if is_in(gone.site) || gone.site == self.parts.scope.site {
                continue;
            }
            let kept = Left {
                label: gone.label.clone(),
                name: gone.name.clone(),
                at: self.parts.clock.now(),
            };
            change = change.slot(&store::left_key(gone.site), store::bytes(&kept));
            left.insert(gone.site, kept);
        }
        let back: Vec<SiteId> = left.keys().copied().filter(|site| is_in(*site)).collect();
        for site in back {
            change = change.remove_slot(&store::left_key(site));
            left.remove(&site);
        }
        (left, change)
    }
}

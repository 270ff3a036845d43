//! Who has to do with whom. A small mesh is whole: everybody beats to everybody. In a larger one a site beats to
//! the three guides of its region alone, and follows one of them, which tells it what changed; guides beat to each
//! other and follow each other in the same way. Every site works this out from the site directory by itself.

use std::sync::Arc;

use aurora_model::SiteId;

use crate::Directory;

/// Guides of a region.
const GUIDES: usize = 3;

/// From how many sites on a mesh is arranged otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Up to so many everybody beats to everybody.
    pub whole: usize,
    /// Up to so many there is one region.
    pub undivided: usize,
    /// Beyond it regions have about so many.
    pub region: usize,
}

impl Default for Scale {
    fn default() -> Self {
        Self {
            whole: 100,
            undivided: 500,
            region: 200,
        }
    }
}

/// Where a site stands among the others.
#[derive(Clone, Debug, Default)]
pub(super) struct Overlay {
    here: Option<SiteId>,
    sites: Arc<[SiteId]>,
    /// None in a mesh that is whole.
    regions: usize,
}

impl Overlay {
    pub fn of(directory: &Directory, here: SiteId, scale: Scale) -> Self {
        let sites = directory.sites();
        let regions = match sites.len() {
            count if count <= scale.whole => 0,
            count if count <= scale.undivided => 1,
            // A power of two, so that regions seldom change while sites join.
            count => count.div_ceil(scale.region.max(GUIDES)).next_power_of_two(),
        };
        Self {
            here: sites.binary_search(&here).is_ok().then_some(here),
            sites,
            regions,
        }
    }

    pub fn is_whole(&self) -> bool {
        self.regions == 0
    }

    /// Whether the two beat to each other.
    pub fn is_near(&self, site: SiteId) -> bool {
        let Some(here) = self.here.filter(|_| !self.is_whole()) else {
            return true;
        };
        match (self.is_guide(here), self.is_guide(site)) {
            (true, true) => true,
            (false, false) => false,
            _ => self.is_regional(site),
        }
    }

    /// Whether the site is of this one's region.
    pub fn is_regional(&self, site: SiteId) -> bool {
        let region = self.region(site);
        region.is_some() && region == self.here.and_then(|here| self.region(here))
    }

    pub fn is_guide(&self, site: SiteId) -> bool {
        self.guides_of(site).contains(&site)
    }

    /// The guides of a site's region, of which it may be one.
    pub fn guides_of(&self, site: SiteId) -> &[SiteId] {
        self.region(site).map_or(&[], |region| self.guides(region))
    }

    /// Sites of which one is to be followed, best first: for each region one that this site's own guides do not
    /// speak for.
    pub fn sources(&self) -> Vec<Vec<SiteId>> {
        let Some(here) = self.here.filter(|_| !self.is_whole()) else {
            return Vec::new();
        };
        let own = self.guides_of(here);
        let Some(place) = own.iter().position(|guide| *guide == here) else {
            // Members share the work among their guides.
            let first = usize::from(here.0.as_bytes()[15]);
            return vec![rotated(own, first)];
        };
        // Guides of one region stand in a ring: what one of them was told reaches the others.
        let mut ring = rotated(own, place + 1);
        ring.pop();
        let region = self.region(here);
        let others = (0..self.regions).filter(|other| Some(*other) != region);
        let others = others.map(|other| rotated(self.guides(other), place));
        let all = std::iter::once(ring).chain(others);
        all.filter(|group| !group.is_empty()).collect()
    }

    fn region(&self, site: SiteId) -> Option<usize> {
        let place = self.sites.binary_search(&site).ok()?;
        Some(place * self.regions / self.sites.len())
    }

    fn guides(&self, region: usize) -> &[SiteId] {
        let start = |region: usize| (region * self.sites.len()).div_ceil(self.regions);
        let (from, to) = (start(region), start(region + 1));
        &self.sites[from..to.min(from + GUIDES)]
    }
}

fn rotated(sites: &[SiteId], by: usize) -> Vec<SiteId> {
    let mut sites = sites.to_vec();
    if !sites.is_empty() {
        let by = by % sites.len();
        sites.rotate_left(by);
    }
    sites
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use aurora_clock::Timestamp;
    use aurora_ids::Derive;

    use super::*;
    use crate::Key;

    fn directory(count: u64) -> Directory {
        Directory::new((0..count).map(|number| {
            let id = Derive::new("test").number(number).finish();
            let mut public = [0; 32];
            public[..8].copy_from_slice(&number.to_be_bytes());
            Key {
                site: SiteId(id),
                public,
                from: Timestamp::from_millis(0),
                until: Timestamp::from_millis(1),
            }
        }))
    }

    #[test]
    fn a_small_mesh_is_whole() {
        let directory = directory(100);
        let sites = directory.sites();
        let overlay = Overlay::of(&directory, sites[7], Scale::default());
        assert!(overlay.is_whole() && overlay.sources().is_empty());
        assert!(sites.iter().all(|site| overlay.is_near(*site)));
    }

    /// Both ends agree, every member has three guides, and everything is followed by one way or another.
    #[test]
    fn a_large_mesh_hangs_together() {
        for count in [101, 500, 501, 1_000, 3_000] {
            let directory = directory(count);
            let sites = directory.sites();
            let of = |site| Overlay::of(&directory, site, Scale::default());
            let overlays: Vec<Overlay> = sites.iter().map(|site| of(*site)).collect();
            for (here, overlay) in sites.iter().zip(&overlays).step_by(7) {
                for (there, other) in sites.iter().zip(&overlays).step_by(5) {
                    assert_eq!(overlay.is_near(*there), other.is_near(*here), "{count}");
                }
                let sources = overlay.sources();
                let all: BTreeSet<&SiteId> = sources.iter().flatten().collect();
                assert!(!all.contains(here), "{count}");
                assert!(all.iter().all(|source| overlay.is_near(**source)));
                let near = sites.iter().filter(|site| overlay.is_near(**site)).count();
                match overlay.is_guide(*here) {
                    true => assert_eq!(sources.len(), overlay.regions),
                    false => assert_eq!((sources.len(), near), (1, GUIDES)),
                }
            }
            let guides = sites.iter().filter(|site| overlays[0].is_guide(**site));
            assert_eq!(guides.count(), overlays[0].regions * GUIDES);
        }
    }
}

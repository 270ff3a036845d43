//! Meshes in which most sites are not linked, as those of more than a hundred: here twelve sites of two regions.

use std::collections::BTreeSet;
use std::time::Duration;

use aurora_federation::Scale;
use aurora_federation_service::Status;
use aurora_federation_service::directory::{Listing, SignedListing};
use aurora_model::Severity;
use futures_util::future::join_all;

use crate::listed::{NOW, listed, signer};
use crate::mesh::{Ground, Site, World, join};

const SITES: usize = 12;
const REGION: usize = 6;
const GUIDES: usize = 3;

/// Sites in the order of their identities, of which `site-a`, the primary, is the last of the first region: it is
/// no guide. The last of them is none either, and has nothing to do with the primary.
fn grounds() -> Vec<Ground> {
    let primary = Ground::new("site-a");
    let names = (0..).map(|number| Ground::new(&format!("site-{number}")));
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for ground in names {
        match ground.scope.site < primary.scope.site {
            true if before.len() < REGION - 1 => before.push(ground),
            false if after.len() < SITES - REGION => after.push(ground),
            _ => {}
        }
        if before.len() + after.len() == SITES - 1 {
            break;
        }
    }
    let mut grounds = before;
    grounds.extend([primary].into_iter().chain(after));
    grounds.sort_by_key(|ground| ground.scope.site);
    grounds
}

fn is_guide(place: usize) -> bool {
    place % REGION < GUIDES
}

/// Sites that a site has to do with, by their places.
fn near(place: usize) -> BTreeSet<usize> {
    let both = |other: &usize| match (is_guide(place), is_guide(*other)) {
        (true, true) => true,
        (false, false) => false,
        _ => place / REGION == other / REGION,
    };
    (0..SITES).filter(both).filter(|it| *it != place).collect()
}

/// Who has a way to the site.
fn linked(status: &Status, grounds: &[Ground]) -> BTreeSet<usize> {
    let linked = status.peers.iter();
    let linked = linked.filter(|it| it.carriers.iter().any(|by| by.figures.connected));
    let place = |site| grounds.iter().position(|it| it.scope.site == site);
    linked.filter_map(|it| place(it.site)).collect()
}

async fn arranged(grounds: &[Ground], sites: &[Site]) {
    for (place, site) in sites.iter().enumerate() {
        let wanted = near(place);
        site.sees(|it| it.peers.len() == SITES - 1 && linked(it, grounds) == wanted)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sites_that_are_not_linked_are_one_mesh() {
    let world = World::of(Scale {
        whole: 4,
        undivided: 6,
        region: REGION,
    });
    let grounds = grounds();
    let mut sites = Vec::new();
    for ground in &grounds {
        sites.push(ground.start(&world).await);
    }
    let primary = REGION - 1;
    let others = (0..SITES).filter(|it| *it != primary);
    let joining = others.map(|it| {
        let one = (&grounds[primary], &sites[primary]);
        join(one, (&grounds[it], &sites[it]))
    });
    join_all(joining).await;
    arranged(&grounds, &sites).await;

    // What one tells all have, whoever is linked with whom.
    let last = SITES - 1;
    grounds[last].alert(1, Severity::High).await;
    for ground in &grounds[..last] {
        ground.holds(1).await;
    }

    // What one wants of the primary gets there, over guides of both regions.
    let site = grounds[last].scope.site;
    let rotated = sites[last]
        .handle
        .rotate(grounds[last].context(), Duration::ZERO);
    rotated.await.unwrap();
    let keys = |status: &Status| {
        let listed = status.peers.iter().find(|it| it.site == site);
        listed.map_or(0, |it| it.keys.len())
    };
    sites[primary].sees(|it| keys(it) == 2).await;
    sites[0].sees(|it| keys(it) == 2).await;

    // Its guides leave while it is away, which the primary does not hear from them: others hand it on. The site finds
    // those who are its guides now.
    let away = sites.pop().unwrap();
    away.stop().await;
    for place in REGION..REGION + GUIDES {
        let left = sites[place].handle.leave(grounds[place].context(), None);
        left.await.unwrap();
    }
    sites[primary]
        .sees(|it| it.peers.len() == SITES - 1 - GUIDES)
        .await;
    grounds[primary].alert(2, Severity::High).await;
    let back = grounds[last].start(&world).await;
    back.sees(|it| it.peers.len() == SITES - 1 - GUIDES).await;
    grounds[last].holds(1).await;

    for site in sites.into_iter().chain([back]) {
        site.stop().await;
    }
}

#[test]
fn a_directory_is_as_long_as_a_frame_carries() {
    let of = |count: u64| {
        let sites = (0..count).map(|number| listed(number, false)).collect();
        let listing = Listing::first(listed(0, false), NOW).next(sites, NOW);
        listing.sign(&signer(0, 1))
    };
    let known = [signer(0, 1).public_key()];
    let whole = of(2_500);
    assert!(whole.fits().is_ok());
    let read = SignedListing::read(whole.bytes(), &known).unwrap();
    assert_eq!(read.listing().sites.len(), 2_500);
    let too_long = of(3_000);
    assert!(too_long.fits().is_err());
    assert!(SignedListing::read(too_long.bytes(), &known).is_err());
}

//! More than one hub, and what happens when one is killed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use aurora_federation_carrier::{Carrier as _, Event, Sent};
use bytes::Bytes;
use rustix::process::{Signal, kill_process};
use tempfile::TempDir;

use crate::support::{Draft, Site, meet, server};

async fn close(sites: &[&Site]) {
    for site in sites {
        site.carrier.close().await;
    }
}

/// Sends a numbered frame every ten milliseconds, and kills `victim` after a third of them.
async fn talk(from: &Site, to: &Site, victim: &Site, frames: u32) {
    for number in 0..frames {
        if number == frames / 3 {
            kill_process(victim.pid(), Signal::KILL).unwrap();
        }
        let frame = Bytes::from(number.to_be_bytes().to_vec());
        assert_eq!(from.carrier.send(to.peer.site, frame), Sent::Away);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Numbers that came, and the longest wait for the next.
async fn listen(to: &Site, last: u32) -> (BTreeSet<u32>, Duration) {
    let (mut came, mut gap, mut before) = (BTreeSet::new(), Duration::ZERO, Instant::now());
    loop {
        if let Event::Frame { bytes, .. } = to.next().await
            // What was sent to see whether both hubs are there may come now.
            && let Ok(number) = bytes.as_ref().try_into().map(u32::from_be_bytes)
        {
            gap = gap.max(before.elapsed());
            before = Instant::now();
            assert!(came.insert(number), "{number} came twice");
            if number == last {
                return (came, gap);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[allow(clippy::print_stderr)]
async fn the_loss_of_one_hub_of_two_is_not_noticed() {
    if server().is_none() {
        return;
    }
    const FRAMES: u32 = 300;
    let folder = tempfile::tempdir().unwrap();
    let ((one, at_one), (two, at_two)) = (Draft::hub("hub-1"), Draft::hub("hub-2"));
    let both = [("hub-1", at_one), ("hub-2", at_two)];
    let one = one.of(&both[1..]).start(&folder).await;
    let two = two.of(&both[..1]).start(&folder).await;
    let b = Draft::new("site-b").of(&both).start(&folder).await;
    let c = Draft::new("site-c").of(&both).start(&folder).await;
    meet(&[&one, &two, &b, &c]).await;
    both_ways(&b, &c).await;
    let ((), (came, gap)) = tokio::join!(talk(&b, &c, &one, FRAMES), listen(&c, FRAMES - 1));
    eprintln!(
        "{} of {FRAMES} frames came, longest gap {gap:?}",
        came.len()
    );
    assert_eq!(came.len(), FRAMES as usize);
    assert!(gap < Duration::from_secs(5), "{gap:?}");
    close(&[&one, &two, &b, &c]).await;
}

/// Sends until each hub brings what is sent.
async fn both_ways(from: &Site, to: &Site) {
    let until = Instant::now() + Duration::from_secs(20);
    while to.carrier.copies(from.peer.site).contains(&0) {
        assert!(Instant::now() < until, "{}", to.log());
        from.carrier
            .send(to.peer.site, Bytes::from_static(b"soon?"));
        drop(tokio::time::timeout(Duration::from_millis(50), to.frame()).await);
    }
}

/// A hub and one site of it.
async fn pair(folder: &TempDir) -> (Site, Site) {
    let (hub, at) = Draft::hub("site-a");
    let hub = hub.start(folder).await;
    let leaf = Draft::new("site-b").of(&[("site-a", at)]);
    (hub, leaf.start(folder).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_that_was_killed_is_found_again() {
    if server().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = pair(&folder).await;
    meet(&[&a, &b]).await;
    let before = a.pid();
    kill_process(before, Signal::KILL).unwrap();
    let killed = Instant::now();
    // Frames are lost meanwhile, and pulled by the mesh later.
    let heard = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            b.carrier.send(a.peer.site, Bytes::from_static(b"there?"));
            let soon = tokio::time::timeout(Duration::from_millis(100), a.frame());
            if soon.await.is_ok() && a.pid() != before {
                return killed.elapsed();
            }
        }
    });
    let took = heard.await.expect("they meet again");
    assert!(took < Duration::from_secs(10), "{took:?}");
    close(&[&a, &b]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_whose_key_is_not_in_the_directory_does_not_attach() {
    if server().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = pair(&folder).await;
    let mut other = Draft::new("site-b");
    other.peer.site = b.peer.site;
    let wrong = Site {
        peer: other.peer,
        signer: other.signer,
        carrier: b.carrier.clone(),
        dir: b.dir.clone(),
    };
    // The hub knows another key of that site.
    a.knows(&[&wrong]);
    b.knows(&[&a]);
    let until = Instant::now() + Duration::from_secs(20);
    while !a.log().contains("handshake error") {
        assert!(Instant::now() < until, "{}", a.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!a.sees(&b) && !b.sees(&a));
    // Keys that overlap are both good.
    let mut both = wrong.peer.clone();
    both.keys.push(b.signer.public_key());
    a.carrier.set_peers(&[both]);
    a.connected(&b).await;
    b.connected(&a).await;
    close(&[&a, &b]).await;
}

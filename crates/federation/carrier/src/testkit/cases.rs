use aurora_ids::Id128;
use aurora_model::SiteId;
use bytes::Bytes;

use super::{Member, Stand, met, others};
use crate::{MAX_FRAME_BYTES, Peer, Sent};

pub async fn frames_arrive_as_they_were_sent(stand: &dyn Stand) {
    let sites = met(stand, 2).await;
    let (a, b) = (&sites[0], &sites[1]);
    let all: Vec<u8> = (0..=255).collect();
    let frames = [
        Bytes::from_static(b"hello"),
        Bytes::from(all),
        Bytes::from(vec![7; MAX_FRAME_BYTES]),
    ];
    for frame in frames {
        // One at a time, so that no carrier has a reason to lose one.
        assert_eq!(a.send(b, frame.clone()), Sent::Away);
        assert_eq!(b.frame().await, (a.peer.site, frame));
    }
    let (sent, came) = (a.carrier.figures(), b.carrier.figures());
    let (sent, came) = (sent[&b.peer.site], came[&a.peer.site]);
    assert_eq!(sent.frames_sent, 3);
    assert_eq!(sent.bytes_sent, 5 + 256 + MAX_FRAME_BYTES as u64);
    assert_eq!(
        (came.frames_received, came.bytes_received),
        (sent.frames_sent, sent.bytes_sent)
    );
    assert_eq!((sent.frames_lost, came.frames_lost), (0, 0));
    close(&sites).await;
}

pub async fn each_site_hears_who_spoke(stand: &dyn Stand) {
    let sites = met(stand, 3).await;
    for from in &sites {
        for to in sites.iter().filter(|to| to.peer.site != from.peer.site) {
            let frame = format!("{} to {}", from.peer.site, to.peer.site);
            assert_eq!(from.send(to, frame.clone()), Sent::Away);
            assert_eq!(to.frame().await, (from.peer.site, frame.into()));
        }
    }
    close(&sites).await;
}

/// Sites that have much to say say it the moment that there is a way, and are heard.
pub async fn who_speaks_at_once_disturbs_nobody(stand: &dyn Stand) {
    let sites = stand.sites(2).await;
    let (a, b) = (&sites[0], &sites[1]);
    let talk = async {
        loop {
            a.send(b, "at once");
            b.send(a, "at once");
            tokio::task::yield_now().await;
        }
    };
    a.carrier.set_peers(std::slice::from_ref(&b.peer));
    b.carrier.set_peers(std::slice::from_ref(&a.peer));
    let heard = tokio::select! {
        never = talk => never,
        heard = async { (a.frame().await, b.frame().await) } => heard,
    };
    assert_eq!((heard.0.0, heard.1.0), (b.peer.site, a.peer.site));
    close(&sites).await;
}

pub async fn what_is_too_long_or_has_no_way_is_refused(stand: &dyn Stand) {
    let sites = met(stand, 2).await;
    let (a, b) = (&sites[0], &sites[1]);
    assert_eq!(a.send(b, vec![0; MAX_FRAME_BYTES + 1]), Sent::TooLong);
    let nobody = SiteId(Id128::random());
    let sent = a.carrier.send(nobody, Bytes::from_static(b"anybody"));
    assert_eq!(sent, Sent::NoWay);
    a.reaches(b, b"goes on").await;
    close(&sites).await;
}

pub async fn strangers_are_not_heard(stand: &dyn Stand) {
    let sites = stand.sites(3).await;
    let (a, b, stranger) = (&sites[0], &sites[1], &sites[2]);
    a.carrier.set_peers(std::slice::from_ref(&b.peer));
    b.carrier.set_peers(std::slice::from_ref(&a.peer));
    stranger
        .carrier
        .set_peers(&[a.peer.clone(), b.peer.clone()]);
    a.connected(b.peer.site).await;
    b.connected(a.peer.site).await;
    stranger.send(a, "let me in");
    b.reaches(a, b"of the list").await;
    assert!(!a.sees(stranger.peer.site));
    let heard = a.carrier.figures();
    let heard = heard.get(&stranger.peer.site).copied().unwrap_or_default();
    assert_eq!(heard.frames_received, 0);
    close(&sites).await;
}

pub async fn who_is_taken_off_the_list_is_gone(stand: &dyn Stand) {
    let sites = met(stand, 3).await;
    let (a, b, c) = (&sites[0], &sites[1], &sites[2]);
    let left: Vec<Peer> = vec![c.peer.clone()];
    a.carrier.set_peers(&left);
    a.gone(b.peer.site).await;
    assert_eq!(a.send(b, "still there?"), Sent::NoWay);
    a.reaches(c, b"the others stay").await;
    // Back on the list it is reached again.
    a.carrier.set_peers(&others(&sites, a.peer.site));
    a.connected(b.peer.site).await;
    b.connected(a.peer.site).await;
    a.reaches(b, b"again").await;
    close(&sites).await;
}

/// A site that knows another directory comes: it is let in, and not looked for.
pub async fn who_is_not_near_is_let_in(stand: &dyn Stand) {
    let sites = stand.sites(2).await;
    let (a, b) = (&sites[0], &sites[1]);
    let far = |member: &Member| Peer {
        near: false,
        ..member.peer.clone()
    };
    a.carrier.set_peers(&[far(b)]);
    b.carrier.set_peers(std::slice::from_ref(&a.peer));
    b.reaches(a, b"it comes").await;
    a.reaches(b, b"and is answered").await;
    b.carrier.set_peers(&[far(a)]);
    b.gone(a.peer.site).await;
    assert_eq!(b.send(a, "still there?"), Sent::NoWay);
    close(&sites).await;
}

/// Nobody reads at the other end: sending returns at once, memory is bounded, and what is lost is
/// counted at one end or the other.
pub async fn a_flood_makes_nobody_wait(stand: &dyn Stand) {
    const FRAMES: u64 = 50_000;
    let sites = met(stand, 2).await;
    let (a, b) = (&sites[0], &sites[1]);
    let frame = Bytes::from(vec![1; 4096]);
    for count in 0..FRAMES {
        a.send(b, frame.clone());
        if count % 64 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let (sent, came) = (a.carrier.figures(), b.carrier.figures());
    let (sent, came) = (sent[&b.peer.site], came[&a.peer.site]);
    assert!(sent.frames_lost + came.frames_lost > 0, "{sent:?} {came:?}");
    assert!(sent.frames_sent + sent.frames_lost <= FRAMES);
    a.reaches(b, b"after the flood").await;
    close(&sites).await;
}

pub async fn a_way_is_opened_again(stand: &dyn Stand) {
    let sites = met(stand, 2).await;
    let (a, b) = (&sites[0], &sites[1]);
    let before = a.carrier.figures()[&b.peer.site].connects;
    a.carrier.reopen(b.peer.site);
    a.gone(b.peer.site).await;
    while a.carrier.figures()[&b.peer.site].connects == before {
        a.next().await;
    }
    a.reaches(b, b"there again").await;
    b.reaches(a, b"and back").await;
    close(&sites).await;
}

pub async fn who_closes_is_gone(stand: &dyn Stand) {
    let sites = met(stand, 2).await;
    let (a, b) = (&sites[0], &sites[1]);
    b.carrier.close().await;
    while b.carrier.next().await.is_some() {}
    a.gone(b.peer.site).await;
    assert_eq!(b.send(a, "from the grave"), Sent::NoWay);
    close(&sites).await;
}

async fn close(sites: &[Member]) {
    for site in sites {
        site.carrier.close().await;
    }
}

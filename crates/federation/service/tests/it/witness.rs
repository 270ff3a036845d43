//! Sites vouch for each other's audit logs.

use crate::mesh::{Ground, World, mesh, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_are_cosigned_and_a_fork_is_proved() {
    let world = World::default();
    let grounds = ["site-a", "site-b"].map(Ground::new);
    for ground in &grounds {
        ground.ledger.write("one");
        ground.ledger.write("two");
    }
    let mut sites = mesh(&world, &grounds).await;
    for ground in &grounds {
        until(async || (ground.ledger.cosigned() == ["one two"]).then_some(())).await;
    }
    // It writes its log anew, as whoever hides something does, and starts again.
    sites.remove(0).stop().await;
    grounds[0].ledger.0.lock().unwrap().0 = ["one", "other", "three"].map(str::to_owned).into();
    sites.insert(0, grounds[0].start(&world).await);
    let status = sites[1].sees(|status| status.counts.evidence == 1).await;
    assert_eq!(status.peers[0].label, "site-a");
    until(async || {
        let alarms = sites[1].alarms.0.lock().unwrap();
        let told = alarms.iter().find(|it| it.rule == "federation-audit-fork");
        told.map(|alarm| {
            assert!(alarm.detail.contains("one two"), "{alarm:?}");
            assert!(alarm.detail.contains("one other three"), "{alarm:?}");
        })
    })
    .await;
    assert_eq!(grounds[1].decisions("federation.evidence").await, 1);
    let kept = grounds[1]
        .records
        .slots(&grounds[1].scope, "federation/evidence/");
    let kept: Vec<Vec<u8>> = kept.await.unwrap().into_iter().map(|it| it.1).collect();
    assert_eq!(kept, [b"one other three".to_vec(), b"one two".to_vec()]);
    for site in sites {
        site.stop().await;
    }
}

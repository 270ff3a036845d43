use std::time::Duration;

use aurora_federation_carrier::{Carrier as _, Event};
use aurora_federation_direct::Direct;
use aurora_tasks::Tasks;

use crate::{options, site};

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_site_is_known_by_its_key_alone() {
    let tasks = Tasks::new();
    let (a, first) = site(&tasks, None).await;
    let (mut b, second) = site(&tasks, None).await;
    let (_, wrong) = options(None);
    let right = std::mem::replace(&mut b.keys, vec![wrong]);
    first.set_peers(std::slice::from_ref(&b));
    second.set_peers(std::slice::from_ref(&a));
    let never = tokio::time::timeout(Duration::from_secs(2), first.next()).await;
    assert!(never.is_err(), "{never:?}");
    // Two keys of which one holds, as while one follows the other.
    b.keys.extend(right);
    first.set_peers(std::slice::from_ref(&b));
    let met = tokio::time::timeout(PATIENCE, first.next()).await.unwrap();
    assert_eq!(met, Some(Event::Connected(b.site)));
}

/// A site behind a wall dials; the other one knows no address of it.
#[tokio::test]
async fn one_of_two_may_be_out_of_reach() {
    let tasks = Tasks::new();
    let (a, first) = site(&tasks, None).await;
    let (hidden, key) = options(None);
    let second = Direct::start(&hidden, None, &tasks).await.unwrap();
    let b = aurora_federation_carrier::Peer {
        site: hidden.site,
        name: "hidden".to_owned(),
        address: None,
        keys: vec![key],
        near: true,
    };
    first.set_peers(std::slice::from_ref(&b));
    second.set_peers(std::slice::from_ref(&a));
    let met = tokio::time::timeout(PATIENCE, first.next()).await.unwrap();
    assert_eq!(met, Some(Event::Connected(b.site)));
}

use aurora_federation_service::Error;
use aurora_model::Severity;
use aurora_secrets::Secret;

use crate::mesh::{Ground, World, join, mesh};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_in_before_both_have_compared() {
    let world = World::default();
    let (first, second) = (Ground::new("site-a"), Ground::new("site-b"));
    let (primary, other) = (first.start(&world).await, second.start(&world).await);
    let context = second.context();
    let invited = primary
        .handle
        .invite(first.context(), "site-b".to_owned(), 15);
    let invited = invited.await.unwrap();
    let code = invited.code.expose().clone();
    let compared = other
        .handle
        .join(context.clone(), invited.code)
        .await
        .unwrap();
    primary.sees(|status| status.joining.len() == 1).await;
    // The primary's operator mistypes, then compares; the other one has not yet.
    let wrong = primary
        .handle
        .verify(first.context(), "0000 0000".to_owned());
    assert!(matches!(wrong.await, Err(Error::NoSuchCode(_))));
    let right = compared.replace(' ', "-");
    assert_eq!(
        primary.handle.verify(first.context(), right).await.unwrap(),
        "site-b"
    );
    primary.sees(|status| status.peers.len() == 1).await;
    assert_eq!(other.handle.status().unwrap().here.directory, None);
    other.handle.verify(context, compared).await.unwrap();
    other.sees(|status| status.peers.len() == 1).await;
    // The invitation is used up: another site gets nowhere with it.
    let third = Ground::new("site-c");
    let thief = third.start(&world).await;
    thief
        .handle
        .join(third.context(), Secret::new(code))
        .await
        .unwrap();
    let refused = thief.sees(|status| status.joining.iter().any(|it| it.problem.is_some()));
    let refused = refused.await;
    assert!(
        refused.joining[0]
            .problem
            .as_ref()
            .unwrap()
            .contains("used")
    );
    assert_eq!(first.decisions("federation.reject").await, 1);
    for site in [primary, other, thief] {
        site.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_or_is_struck_hears_nothing_more() {
    let world = World::default();
    let grounds = ["site-a", "site-b", "site-c"].map(Ground::new);
    let sites = mesh(&world, &grounds).await;
    sites[1]
        .handle
        .leave(grounds[1].context(), None)
        .await
        .unwrap();
    sites[1]
        .sees(|status| status.here.directory.is_none())
        .await;
    for place in [0, 2] {
        sites[place].sees(|status| status.peers.len() == 1).await;
    }
    let strike = sites[0]
        .handle
        .leave(grounds[0].context(), Some("site-c".to_owned()));
    strike.await.unwrap();
    sites[2]
        .sees(|status| status.here.directory.is_none())
        .await;
    grounds[0].alert(1, Severity::Critical).await;
    sites[0].sees(|status| status.counts.published == 1).await;
    assert!(grounds[1].foreign().await.is_empty() && grounds[2].foreign().await.is_empty());
    // Whoever left may come again, and is then told what it missed.
    join((&grounds[0], &sites[0]), (&grounds[1], &sites[1])).await;
    grounds[1].holds(1).await;
    for site in sites {
        site.stop().await;
    }
}

#[tokio::test]
async fn only_the_primary_invites_and_only_others_join() {
    let world = World::default();
    let (first, second) = (Ground::new("site-a"), Ground::new("site-b"));
    let (primary, other) = (first.start(&world).await, second.start(&world).await);
    let asked = other
        .handle
        .invite(second.context(), String::new(), 15)
        .await;
    assert!(matches!(asked, Err(Error::NotPrimary)));
    let code = || Secret::new("x".to_owned());
    let asked = primary.handle.join(first.context(), code()).await;
    assert!(matches!(asked, Err(Error::IsPrimary)));
    let asked = other.handle.join(second.context(), code()).await;
    assert!(matches!(asked, Err(Error::Invitation(_))));
    let asked = primary
        .handle
        .invite(first.context(), String::new(), 100_000)
        .await;
    assert!(matches!(asked, Err(Error::Minutes { .. })));
    primary.stop().await;
    other.stop().await;
}

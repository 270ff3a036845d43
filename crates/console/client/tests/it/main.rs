#![allow(clippy::unwrap_used)]
//! The client against the API, over a real socket.

use std::sync::Arc;

use aurora_api::Options;
use aurora_api::testkit::{Running, incident, serve};
use aurora_client::{Client, Error};
use aurora_clock::{Clock, ManualClock, Timestamp};
use aurora_messages::{
    AlertQuery, Close, HistogramRequest, Hunt, LiveEvent, Own, Reopen, RuleImport, Suppress,
    SuppressionQuery,
};
use aurora_model::{Actor, AlertStatus, Disposition, RuleId};

struct Fixture {
    running: Running,
    client: Client,
    clock: Arc<ManualClock>,
    _dir: tempfile::TempDir,
}

async fn fixture() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at("2026-06-03T14:00:00Z".parse().unwrap()));
    let options = Options {
        listen: ([127, 0, 0, 1], 0).into(),
        ..Options::default()
    };
    let running = serve(dir.path(), options, clock.clone()).await.unwrap();
    let client = Client::new(dir.path().join("site.sock"));
    Fixture {
        running,
        client,
        clock,
        _dir: dir,
    }
}

#[tokio::test]
async fn an_operator_works_through_an_alert() {
    let Fixture {
        running,
        client,
        clock,
        _dir,
    } = fixture().await;
    running.site.raise(incident(0, clock.now()));
    let row = client
        .alerts(&AlertQuery::default())
        .await
        .unwrap()
        .alerts
        .remove(0);

    let owned = client.own(row.id, &Own::default()).await.unwrap();
    assert_eq!(owned.status, AlertStatus::Owned);
    let close = Close {
        disposition: Disposition::TruePositive,
        note: Some("seen".to_owned()),
    };
    let closed = client.close(row.id, &close).await.unwrap();
    assert_eq!(closed.status, AlertStatus::Closed);
    assert_eq!(
        client.alerts(&AlertQuery::default()).await.unwrap().total,
        0
    );
    assert_eq!(client.not_shown().await.unwrap().closed_today, 1);
    client.reopen(row.id, &Reopen::default()).await.unwrap();

    let detail = client.alert(row.id).await.unwrap();
    let steps: Vec<_> = detail
        .history
        .iter()
        .map(|d| d.action.name.as_str())
        .collect();
    assert_eq!(steps, ["alert.own", "alert.close", "alert.reopen"]);
    assert!(matches!(&detail.history[0].actor, Actor::LocalOperator(name) if !name.is_empty()));
    assert_eq!(detail.history[1].reason, "seen");
    running.stop().await;
}

#[tokio::test]
async fn a_suppression_can_be_made_and_lifted() {
    let Fixture {
        running,
        client,
        clock,
        _dir,
    } = fixture().await;
    let until = clock.now().plus(std::time::Duration::from_secs(3_600));
    let mut request = Suppress {
        rule: RuleId("r".to_owned()),
        entity: None,
        reason: "the scanner runs on Fridays".to_owned(),
        until,
    };
    let made = client.suppress(&request).await.unwrap();
    assert!(made.active);
    client
        .lift_suppression(made.id, &Default::default())
        .await
        .unwrap();
    let query = SuppressionQuery { past: false };
    assert!(
        client
            .suppressions(query)
            .await
            .unwrap()
            .suppressions
            .is_empty()
    );

    request.until = Timestamp::from_millis(0);
    match client.suppress(&request).await {
        Err(Error::Refused {
            status: 422, code, ..
        }) => assert_eq!(code, "invalid"),
        other => panic!("{other:?}"),
    }
    running.stop().await;
}

#[tokio::test]
async fn everything_else_answers() {
    let Fixture {
        running,
        client,
        clock,
        _dir,
    } = fixture().await;
    running.site.raise(incident(3, clock.now()));
    assert!(client.ledger().await.unwrap().balances);
    assert!(client.status().await.unwrap().ready());
    assert_eq!(client.doctor().await.unwrap().checks.len(), 1);
    assert_eq!(client.rules(&Default::default()).await.unwrap().total, 1);
    let hunt = Hunt {
        query: "*".to_owned(),
        since: None,
        until: None,
        limit: None,
    };
    assert_eq!(client.hunt(&hunt).await.unwrap().rows.len(), 1);
    let histogram = HistogramRequest {
        query: "*".to_owned(),
        since: Timestamp::from_millis(0),
        until: clock.now(),
        buckets: Some(10),
    };
    client.histogram(&histogram).await.unwrap();
    // Only the local operator may name a path.
    let rules = RuleImport {
        path: Some("/rules".to_owned()),
        ..RuleImport::default()
    };
    client.lint_rules(&rules).await.unwrap();
    let link = client.create_link().await.unwrap();
    assert!(link.url.contains("/login?token="));
    let missing = client.rule(&RuleId("../../status".to_owned())).await;
    assert!(missing.unwrap_err().is_not_found());
    client.shut_down().await.unwrap();
    running.site.stopped.cancelled().await;
    running.stop().await;
}

#[tokio::test]
async fn a_follower_picks_up_where_it_stopped() {
    let Fixture {
        running,
        client,
        clock,
        _dir,
    } = fixture().await;
    let mut follower = client.follow(None).await.unwrap();
    let greeting = follower.next().await.unwrap().unwrap();
    assert!(matches!(greeting.event, LiveEvent::Heartbeat(_)));
    drop(follower);
    let sample = incident(0, clock.now());
    running.site.raise(sample.clone());
    let mut again = client.follow(Some(&greeting.id)).await.unwrap();
    let seen = loop {
        match again.next().await.unwrap().unwrap().event {
            LiveEvent::Heartbeat(_) => {}
            LiveEvent::Alert(change) => break change,
            other => panic!("{other:?}"),
        }
    };
    assert!(seen.created);
    assert_eq!(seen.alert.id, sample.alert.id);
    running.stop().await;
    assert_eq!(again.next().await.unwrap(), None);
}

#[tokio::test]
async fn where_no_site_runs_the_error_says_how_to_start_one() {
    let dir = tempfile::tempdir().unwrap();
    let client = Client::new(dir.path().join("site.sock"));
    let error = client.status().await.unwrap_err();
    assert!(matches!(error, Error::NotRunning { .. }));
    assert!(error.to_string().contains("aurorasoc up"));
}

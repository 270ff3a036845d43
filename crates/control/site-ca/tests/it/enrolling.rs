use std::sync::Arc;
use std::time::Duration;

use aurora_clock::ManualClock;
use aurora_model::enrol;
use aurora_records::DecisionQuery;
use aurora_records_sqlite::SqliteRecords;
use aurora_site_ca::{Error, State};
use aurora_tls::{Leaf, Pin, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::stand::{NOW, Stand, asked, der};

#[tokio::test]
async fn a_code_becomes_a_certificate_once() {
    let stand = Stand::new();
    let book = stand.book().await;
    let issued = stand.token(&book, "ws-*", 15).await.unwrap();
    let (_, pin) = enrol::split(issued.code.expose()).unwrap();
    assert_eq!(pin.parse::<Pin>().unwrap(), stand.authority().pin());
    let (first, _) = asked(&issued, "WS-014");
    let told = book.redeem(&first).await.unwrap();
    let leaf = Leaf::read(&der(&told.chain[0])).unwrap();
    assert_eq!(leaf.id.who().as_edge(), Some(told.id.as_str()));
    assert_eq!(told.seconds, 24 * 3600);
    assert_eq!(book.roll().source(&leaf.id).unwrap().as_str(), "windows@hq");
    let (second, _) = asked(&issued, "ws-015");
    assert!(matches!(book.redeem(&second).await, Err(Error::Token)));
    let edges = book.edges().await.unwrap();
    assert_eq!(edges.len(), 1);
    assert_eq!(
        (edges[0].host.as_str(), edges[0].state),
        ("ws-014", State::Good)
    );

    // Neither the code nor its token stands anywhere.
    let (token, _) = enrol::split(issued.code.expose()).unwrap();
    let kept = format!("{:?} {:?}", book.tokens().await.unwrap(), issued);
    assert!(!kept.contains(token), "{kept}");
    let query = DecisionQuery {
        limit: 100,
        ..DecisionQuery::default()
    };
    let decided = stand
        .records
        .decisions(&stand.context.scope, &query)
        .await
        .unwrap();
    let names: Vec<&str> = decided.iter().map(|it| it.action.name.as_str()).collect();
    assert_eq!(names, ["enrol.token_create", "enrol.host"]);
    assert!(!format!("{decided:?}").contains(token));
}

#[tokio::test]
async fn codes_are_for_their_host_and_their_minutes() {
    let stand = Stand::new();
    let book = stand.book().await;
    for minutes in [0, 16, u64::MAX] {
        let refused = stand.token(&book, "ws-*", minutes).await;
        assert!(matches!(refused, Err(Error::Life(_))));
    }
    let issued = stand.token(&book, "ws-*", 5).await.unwrap();
    let (other, _) = asked(&issued, "db-1");
    assert!(matches!(book.redeem(&other).await, Err(Error::Host(_))));
    let (hostile, _) = asked(&issued, "ws-1\n[forged] line");
    let refused = book.redeem(&hostile).await.unwrap_err().to_string();
    assert!(!refused.contains('\n'), "{refused}");
    let (mut bad, _) = asked(&issued, "ws-1");
    bad.request = "AAAA".to_owned();
    assert!(matches!(book.redeem(&bad).await, Err(Error::Request(_))));

    // A clock that was set back does not make it live longer.
    let (good, _) = asked(&issued, "ws-1");
    stand.clock.set_wall(NOW.minus(Duration::from_secs(1)));
    assert!(matches!(book.redeem(&good).await, Err(Error::Token)));
    stand.clock.set_wall(NOW.plus(Duration::from_secs(5 * 60)));
    assert!(matches!(book.redeem(&good).await, Err(Error::Token)));
    stand
        .clock
        .set_wall(NOW.plus(Duration::from_secs(5 * 60 - 1)));
    book.redeem(&good).await.unwrap();

    let revoked = stand.token(&book, "*", 15).await.unwrap();
    book.revoke(&stand.context, &revoked.kept.id).await.unwrap();
    let (late, _) = asked(&revoked, "ws-1");
    assert!(matches!(book.redeem(&late).await, Err(Error::Token)));
    assert!(matches!(
        book.revoke(&stand.context, "unknown").await,
        Err(Error::NoSuch(_))
    ));
}

/// Many come with one code at a time, on the store that a site has.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_with_one_code_one_is_served() {
    let clock = Arc::new(ManualClock::at(NOW));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("records.sqlite");
    let records = SqliteRecords::open(&path, clock.clone()).await.unwrap();
    let stand = Stand::on(Arc::new(records), clock);
    let book = stand.book().await;
    for _ in 0..5 {
        let issued = stand.token(&book, "*", 15).await.unwrap();
        let mut tries = tokio::task::JoinSet::new();
        for number in 0..16 {
            let (book, (asked, _)) = (book.clone(), asked(&issued, &format!("h{number}")));
            tries.spawn(async move { book.redeem(&asked).await });
        }
        let ended = tries.join_all().await;
        assert_eq!(ended.iter().filter(|it| it.is_ok()).count(), 1);
        let refused = ended.iter().filter(|it| matches!(it, Err(Error::Token)));
        assert_eq!(refused.count(), 15);
    }
    assert_eq!(book.edges().await.unwrap().len(), 5);
    stand.records.close().await.unwrap();
    assert!(stand.folder().exists());
}

#[tokio::test]
async fn a_host_renews_with_a_new_key_until_it_is_denied() {
    let stand = Stand::new();
    let book = stand.book().await;
    let issued = stand.token(&book, "ws-1", 15).await.unwrap();
    let (first, _) = asked(&issued, "ws-1");
    let told = book.redeem(&first).await.unwrap();
    let renew = || enrol::Renew {
        request: STANDARD.encode(Request::new().unwrap().request),
    };
    stand
        .clock
        .set_wall(NOW.plus(Duration::from_secs(12 * 3600)));
    let next = book.renew(&told.id, &renew()).await.unwrap();
    assert_eq!((&next.id, &next.site), (&told.id, &told.site));
    assert_ne!(next.chain[0], told.chain[0]);
    let edges = book.edges().await.unwrap();
    assert_eq!(
        edges[0].expires_at.since(NOW),
        Duration::from_secs(36 * 3600)
    );

    book.revoke(&stand.context, &told.id).await.unwrap();
    assert!(matches!(
        book.renew(&told.id, &renew()).await,
        Err(Error::Denied)
    ));
    assert!(matches!(
        book.renew("0000", &renew()).await,
        Err(Error::Denied)
    ));
    // Who is denied stays so in every process that reads the book again.
    let id = Leaf::read(&der(&next.chain[0])).unwrap().id;
    assert_eq!(stand.book().await.roll().source(&id), None);
}

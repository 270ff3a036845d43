//! The engine's child dies, or hangs, under a site that goes on.

use aurora_client::Error;
use aurora_messages::{Health, Hunt};
use rustix::process::Signal;

use crate::audit::{self, Expected};
use crate::processes::{children, runs, signal, wait_for};
use crate::records;
use crate::site::Place;

const EVENTS: u64 = 3_000;

fn child(place: &Place) -> u32 {
    let found = children(place.serving().unwrap());
    assert_eq!(found.len(), 1, "a site has one child");
    found[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_and_a_hung_engine_lose_nothing() {
    let Some(mut place) = Place::new() else {
        return;
    };
    place.start().await;
    let files = ["killed", "hung"].map(|name| {
        let path = place.path(name);
        std::fs::write(&path, records::lines(name, 0, EVENTS)).unwrap();
        path
    });

    let killed = child(&place);
    let mut importer = place.import(&files[0]);
    signal(killed, Signal::KILL);
    assert!(importer.wait().unwrap().success(), "{}", place.log());
    let status = place.client.status().await.unwrap();
    assert_eq!(status.engine.restarts, 1, "{:?}", status.engine);
    let once = |times: u64| Expected {
        records: EVENTS * times,
        matches: records::matches(EVENTS) * times,
        alerts: (10 + records::bursts(EVENTS)) * times,
    };
    audit::check(&place, once(1)).await;

    // It does not answer, and does not end either: the watchdog has to.
    let hung = child(&place);
    signal(hung, Signal::STOP);
    let mut importer = place.import(&files[1]);
    // Whoever asks how the site is does not have to wait for the watchdog, only for what the site was
    // told a moment before to be old.
    let told = wait_for("the engine to be told as one that hangs", || async {
        let status = place.client.status().await.ok()?;
        let detail = status
            .engine
            .detail
            .filter(|_| status.engine.health == Health::Degraded);
        detail.filter(|told| told.contains("did not answer within 2 s"))
    });
    told.await;
    let hunt = Hunt {
        query: "*".to_owned(),
        since: None,
        until: None,
        limit: None,
    };
    match place.client.hunt(&hunt).await {
        Err(Error::Refused {
            status: 503,
            message,
            fix,
            ..
        }) => {
            assert!(
                message.contains("the event engine is not available"),
                "{message}"
            );
            assert!(fix.unwrap().contains("aurorasoc logs"));
        }
        other => panic!("{other:?}"),
    }
    wait_for("the watchdog", || async {
        let status = place.client.status().await.ok()?;
        (status.engine.restarts == 2).then_some(())
    })
    .await;
    assert!(importer.wait().unwrap().success(), "{}", place.log());
    assert!(!runs(hung), "the hung child was ended");
    audit::check(&place, once(2)).await;
    place.stop();
}

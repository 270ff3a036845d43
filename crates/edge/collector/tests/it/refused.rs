use aurora_clock::{Clock, SystemClock};
use aurora_collector::{Collector, LinkState, Options, SiteOptions, Stores};
use std::sync::Arc;

use crate::support::{Host, Site, until};

#[tokio::test]
async fn a_wrong_token_is_told_and_a_right_one_helps_without_a_restart() {
    let site = Site::new().await;
    let mut host = Host::new(&site);
    let token = host.options.site.token_file.clone().unwrap();
    std::fs::write(&token, "wrong").unwrap();
    host.start(true, None).await;
    host.put(3).await.unwrap();
    let told = "the site answers 401: no such token";
    until(
        "the refusal",
        || matches!(host.status().link, LinkState::Refused { reason, .. } if reason == told),
    )
    .await;
    std::fs::write(&token, "right").unwrap();
    until("all", || site.texts() == host.made()).await;
    host.stop().await;
}

#[tokio::test]
async fn what_the_site_will_never_take_holds_nobody_up_and_is_told() {
    let site = Site::new().await;
    site.poison("r7");
    let mut host = Host::new(&site);
    host.start(false, None).await;
    host.put(5).await.unwrap();
    host.stop().await;
    host.start(true, None).await;
    let others: Vec<String> = host
        .made()
        .into_iter()
        .filter(|text| !["r6", "r7", "r8"].contains(&text.as_str()))
        .collect();
    until("the others", || site.texts() == others).await;
    host.put(1).await.unwrap();
    until("the note", || site.dropped() == 3).await;
    assert_eq!(host.status().dropped, 3);
    host.stop().await;
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_at_once() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "\n").unwrap();
    let stores = Stores {
        buffer: Arc::new(aurora_bus_memory::MemoryBus::new(
            clock.clone(),
            aurora_bus_memory::Options::default(),
        )),
        records: Arc::new(aurora_records_memory::MemoryRecords::new(clock.clone())),
    };
    let site = SiteOptions {
        url: "http://127.0.0.1:1".to_owned(),
        ..SiteOptions::default()
    };
    for (site, want) in [
        (SiteOptions::default(), "no site is named"),
        (site.clone(), "no token is named"),
        (
            SiteOptions {
                token_file: Some(empty.clone()),
                ..site.clone()
            },
            "is empty",
        ),
        (
            SiteOptions {
                certificate: Some(empty),
                ..site
            },
            "belong together",
        ),
    ] {
        let options = Options {
            site,
            ..Options::default()
        };
        let scope = Host::at(([127, 0, 0, 1], 1).into()).scope;
        let opened = Collector::open(options, scope, stores.clone(), "h", clock.clone(), None);
        let said = opened.await.unwrap_err().to_string();
        assert!(said.contains(want), "{said}");
    }
}

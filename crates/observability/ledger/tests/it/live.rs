//! A report taken while everything runs at full speed does not tear.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aurora_bus::Consumer;
use aurora_model::Stream;
use aurora_tasks::Shutdown;
use tokio::task::JoinSet;

use crate::site::{Site, Until};

const MESSAGES: u64 = 3_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_live_report_does_not_tear() {
    let site = Arc::new(Site::started().await);
    let (ledger, shutdown) = (site.ledger(), Shutdown::new());
    let handle = ledger.handle();
    let done = Arc::new(AtomicBool::new(false));
    let consumers = [
        site.consumer("normalise", Stream::Raw).await,
        site.consumer("store", Stream::Events).await,
        site.consumer("store", Stream::DeadLetter).await,
    ];
    let mut tasks = JoinSet::new();
    tasks.spawn({
        let shutdown = shutdown.clone();
        async move { ledger.run(shutdown).await.unwrap() }
    });
    for (place, consumer) in consumers.into_iter().enumerate() {
        tasks.spawn(serve(site.clone(), place, consumer, done.clone()));
    }
    tasks.spawn({
        let site = site.clone();
        async move {
            for message in 0..MESSAGES {
                site.receive("sysmon", &(message % 5).to_string(), 10).await;
                tokio::task::yield_now().await;
            }
        }
    });
    let (mut reports, mut settled) = (0, 0);
    loop {
        let report = handle.report(&site.scope).await.unwrap();
        reports += 1;
        settled += u32::from(report.settled);
        assert!(
            !report.settled || report.balances(),
            "report {reports}: {report:#?}"
        );
        let total = &report.total;
        if report.settled && total.received == MESSAGES * 10 && total.in_flight == 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    done.store(true, Ordering::Release);
    shutdown.cancel();
    while tasks.join_next().await.transpose().unwrap().is_some() {}
    println!("{settled} of {reports} live reports settled");
    assert!(
        settled * 4 > reports,
        "{settled} of {reports} reports settled"
    );
}

/// One service's loop, as fast as it goes.
async fn serve(site: Arc<Site>, place: usize, consumer: Box<dyn Consumer>, done: Arc<AtomicBool>) {
    while !done.load(Ordering::Acquire) {
        for message in consumer.fetch(16, Duration::from_millis(20)).await.unwrap() {
            match place {
                0 => site.normalise(&message, (1, 2), Until::Acknowledged).await,
                1 => site.store(Stream::Events, &message).await,
                _ => site.store(Stream::DeadLetter, &message).await,
            }
            consumer.ack(&[message.seq]).await.unwrap();
        }
    }
}

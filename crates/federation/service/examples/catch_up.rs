//! How fast a site that was away gets what it missed: `cargo run --release --package
//! aurora-federation-service --example catch_up -- 20000`.
//!
//! Both sites stand in this process, over a carrier in memory, or with `tls` behind the number over direct links
//! with mutual TLS; the one that catches up keeps its records in SQLite, as a site does without settings.
#![allow(clippy::unwrap_used, clippy::print_stdout, dead_code)]

#[path = "../tests/it/mesh.rs"]
mod mesh;

use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_clock::SystemClock;
use aurora_federation_direct::{Direct, Options};
use aurora_federation_service::{Counts, Status};
use aurora_model::{Action, Severity};
use aurora_records::{Change, Collection, Guard, Query};
use aurora_records_sqlite::SqliteRecords;
use aurora_tasks::Tasks;
use mesh::{Ground, Site, World};

/// Alerts of one commit.
const TOGETHER: u64 = 250;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let count = std::env::args().nth(1);
    let count: u64 = count.map_or(20_000, |it| it.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(SystemClock::new());
    let path = folder.path().join("records.sqlite");
    let records = Arc::new(SqliteRecords::open(&path, clock).await.unwrap());
    let grounds = [Ground::new("site-a"), Ground::on("site-b", records)];
    let world = World::default();
    let is_tls = std::env::args().nth(2).is_some_and(|it| it == "tls");
    let (sites, _links) = match is_tls {
        true => linked(&world, &grounds).await,
        false => (mesh::mesh(&world, &grounds).await, Vec::new()),
    };
    let (a, b) = (grounds[0].scope.site, grounds[1].scope.site);
    match is_tls {
        // By a drill, as an operator does.
        true => {
            _ = sites[0]
                .handle
                .cut(grounds[0].context(), None)
                .await
                .unwrap()
        }
        false => world.hall.cut(a, b),
    }
    open_alerts(&grounds[0], count).await;
    let told = sites[0].handle.statuses();
    reaches(told, |counts| counts.published, count).await;
    let (begun, spent) = (Instant::now(), cpu());
    match is_tls {
        true => {
            _ = sites[0]
                .handle
                .heal(grounds[0].context(), None)
                .await
                .unwrap()
        }
        false => world.hall.heal(a, b),
    }
    mesh::until(async || (held(&grounds[1]).await > 0).then_some(())).await;
    let first = begun.elapsed();
    mesh::until(async || (held(&grounds[1]).await == count).then_some(())).await;
    let (took, cpu) = (begun.elapsed(), cpu() - spent);
    let (wall, busy) = (took.as_secs_f64(), cpu.as_secs_f64());
    println!(
        "{count} records: the first after {first:.2?}, all after {took:.2?} ({:.0}/s), {busy:.2} \
         CPU-seconds of both sites ({:.0}/s)",
        count as f64 / wall,
        count as f64 / busy,
    );
    for site in sites {
        site.stop().await;
    }
}

/// The same sites over direct links.
async fn linked(world: &World, grounds: &[Ground]) -> (Vec<Site>, Vec<Tasks>) {
    let (mut sites, mut links) = (Vec::new(), Vec::new());
    for ground in grounds {
        let options = Options {
            site: ground.scope.site,
            seed: ground.key().seed().clone(),
            listen: Some(([127, 0, 0, 1], 0).into()),
        };
        let tasks = Tasks::new();
        let direct = Direct::start(&options, None, &tasks).await.unwrap();
        let address = direct.address().unwrap().to_string();
        *ground.address.lock().unwrap() = address;
        sites.push(ground.start_over(world, Arc::new(direct)).await);
        links.push(tasks);
    }
    mesh::join((&grounds[0], &sites[0]), (&grounds[1], &sites[1])).await;
    (sites, links)
}

/// Alerts of the other site that this one holds.
async fn held(ground: &Ground) -> u64 {
    let query = Query::of(Collection::Alerts).limit(0);
    let page = ground.records.list(&ground.scope, &query).await;
    page.unwrap().total
}

async fn open_alerts(ground: &Ground, count: u64) {
    for first in (0..count).step_by(TOGETHER as usize) {
        let numbers = first..(first + TOGETHER).min(count);
        let alerts = numbers.map(|number| mesh::alert(ground.scope.site, number, Severity::High));
        let alerts: Vec<_> = alerts.collect();
        let ids = alerts.iter().map(|alert| alert.id.to_string());
        let mut change = Change::decided(Action::on("alert.detect", ids));
        for alert in &alerts {
            let body = serde_json::to_value(alert).unwrap();
            change = change.put(Collection::Alerts, &alert.id.to_string(), Guard::New, body);
        }
        let context = ground.context();
        ground.records.commit(&context, change).await.unwrap();
    }
}

async fn reaches(
    mut statuses: tokio::sync::watch::Receiver<Option<Arc<Status>>>,
    of: impl Fn(&Counts) -> u64,
    count: u64,
) {
    let there =
        |status: &Option<Arc<Status>>| status.as_ref().is_some_and(|it| of(&it.counts) >= count);
    statuses.wait_for(there).await.unwrap();
}

/// What this process has used of all processors.
fn cpu() -> Duration {
    let usage = std::fs::read_to_string("/proc/self/stat").unwrap();
    let rest = usage.rsplit_once(')').unwrap().1;
    let ticks = rest.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(|it| it.parse::<u64>().unwrap()).sum();
    // The kernel's USER_HZ is 100 on every platform that we build for.
    Duration::from_millis(ticks * 10)
}

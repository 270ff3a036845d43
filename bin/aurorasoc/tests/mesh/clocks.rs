//! A site whose clock is an hour off: its links are well, what it tells is not lost, and what cannot be true yet
//! waits where everybody sees it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aurora_clock::{Clock, SystemClock, Timestamp};
use aurora_config::Layers;
use aurora_node::{Environment, Site as Whole, SiteConfig};

use crate::partitions::{all_healthy, has, mesh, same_everywhere};
use crate::site::until;

/// The test below that is a site when it is told a folder.
pub const SITE: &str = "clocks::a_site_with_a_clock_of_its_own";
pub const FOLDER: &str = "AURORA_MESH_SITE";
pub const AHEAD: &str = "AURORA_MESH_AHEAD";

const HOUR: i64 = 3_600;

/// The machine's clock, and so many seconds.
#[derive(Debug)]
struct Off(SystemClock, i64);

impl Clock for Off {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.now().as_millis() + self.1 * 1_000)
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// What [`crate::site::Site::start_at`] starts; by itself it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_with_a_clock_of_its_own() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let mut layers = Layers::new().file(&folder.join("site.toml")).unwrap();
    for (variable, setting) in [
        ("FEDERATION_ENABLED", "enabled"),
        ("FEDERATION_SITE_ID", "site_id"),
        ("FEDERATION_SITE_NAME", "site_name"),
        ("FEDERATION_SITE_TIER", "site_tier"),
    ] {
        let value = std::env::var(variable).unwrap();
        layers = layers
            .set(&format!("federation.{setting}={value}"))
            .unwrap();
    }
    let config: SiteConfig = layers.read().unwrap();
    let ahead = std::env::var(AHEAD).unwrap().parse().unwrap();
    let environment = Environment {
        clock: Arc::new(Off(SystemClock::new(), ahead)),
        ..Environment::new(folder.join("data"))
    };
    let _site = Whole::start(config, environment).await.unwrap();
    // Until it is killed.
    std::future::pending().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_an_hour_off_loses_nothing() {
    let Some((network, mut sites)) = mesh().await else {
        return;
    };

    // An hour behind: what it tells is heard, what it hears seems to come from the future.
    sites[2].start_at(&network, -HOUR);
    sites[2].ready().await;
    let from_behind = sites[2].attack().await;
    let took = has(&sites[0], &from_behind)
        .await
        .max(has(&sites[1], &from_behind).await);
    eprintln!("an alert of a site an hour behind is everywhere after {took:?}");
    let ahead_of_it = sites[0].attack().await;
    until("it is kept aside", async || sites[2].aside().await > 0).await;
    assert!(!sites[2].alerts().await.contains_key(&ahead_of_it));
    for site in &sites {
        all_healthy(site).await;
    }

    // Its clock is set right: what waited is taken.
    sites[2].start_at(&network, 0);
    sites[2].ready().await;
    let took = has(&sites[2], &ahead_of_it).await;
    eprintln!("with its clock set right it has what waited after {took:?}");
    until("nothing is aside", async || sites[2].aside().await == 0).await;
    same_everywhere(&sites).await;

    // An hour ahead: it hears all, and what it tells waits at the others.
    sites[2].start_at(&network, HOUR);
    sites[2].ready().await;
    let heard = sites[1].attack().await;
    let took = has(&sites[2], &heard).await;
    eprintln!("an alert is at a site an hour ahead after {took:?}");
    let early = sites[2].attack().await;
    for site in &sites[..2] {
        until("it is kept aside", async || site.aside().await > 0).await;
        assert!(!site.alerts().await.contains_key(&early));
        all_healthy(site).await;
    }
}

use std::collections::BTreeMap;
use std::time::Duration;

use aurora_messages::LinkState;

use crate::network::{Air, Cut, Network};
use crate::site::{Site, until};

/// The longest that the first missed alert may take once the way is open again.
const HEALED: Duration = Duration::from_secs(3);

/// Links are well again after that long, however bad they were.
const CLEARED: Duration = Duration::from_secs(60);

/// A network for so many; `None`, with a word about it, where there cannot be one.
pub fn can_run(sites: u8) -> Option<Network> {
    if aurora_bus_nats::find_server().is_none() {
        eprintln!("skipped: `nats-server` is not installed; run `./aurora setup`");
        return None;
    }
    match Network::new(sites) {
        Ok(network) => Some(network),
        Err(why) => {
            eprintln!("skipped: network namespaces cannot be made here: {why}");
            None
        }
    }
}

/// Three sites that have joined and hear each other well; `None`, with a word about it, where they cannot be.
pub async fn mesh() -> Option<(Network, Vec<Site>)> {
    let network = can_run(3)?;
    let sites: Vec<Site> = (1..=3).map(|n| Site::start(&network, n)).collect();
    for site in &sites {
        site.ready().await;
    }
    for site in &sites[1..] {
        site.join(&sites[0]).await;
    }
    for site in &sites {
        all_healthy(site).await;
    }
    Some((network, sites))
}

pub async fn all_healthy(site: &Site) -> Duration {
    until(&format!("{} hears all well", site.label()), async || {
        let links = site.links().await;
        links.len() == 2 && links.values().all(|state| *state == LinkState::Healthy)
    })
    .await
}

/// The primary is reached over leafnodes and over a direct link.
pub async fn both_carriers(site: &Site) {
    let what = format!("{} reaches the primary by both", site.label());
    until(&what, async || {
        let carriers = site.carriers("site-a").await;
        ["nats", "direct"]
            .iter()
            .all(|name| carriers.iter().any(|it| it == name))
    })
    .await;
}

pub async fn has(site: &Site, host: &str) -> Duration {
    let what = format!("{} has the alert of {host}", site.label());
    until(&what, async || site.alerts().await.contains_key(host)).await
}

/// Everybody has every alert, and has it once.
pub async fn same_everywhere(sites: &[Site]) {
    let mut wanted = BTreeMap::new();
    for site in sites {
        wanted.extend(site.alerts().await);
    }
    for site in sites {
        until("everybody has every alert", async || {
            site.alerts().await == wanted
        })
        .await;
    }
    assert!(wanted.values().all(|count| *count == 1), "{wanted:?}");
}

fn lengths() -> Vec<u64> {
    let asked = std::env::var("AURORA_MESH_PARTITIONS").unwrap_or_else(|_| "2,4,7,12".to_owned());
    let read = asked.split(',').map(|text| text.trim().parse().unwrap());
    read.collect()
}

/// The site is alone for so long; alerts are made on both sides meanwhile. Gives how long both took to
/// cross after the heal.
async fn partition(network: &Network, sites: &mut [Site], cuts: &[Cut], seconds: u64) -> Duration {
    for cut in cuts {
        network.cut(*cut);
    }
    let began = tokio::time::Instant::now();
    let alone = sites[2].attack().await;
    let others = sites[1].attack().await;
    // A partition is a length of time; that is what is waited for.
    tokio::time::sleep_until(began + Duration::from_secs(seconds)).await;
    assert!(!sites[1].alerts().await.contains_key(&alone));
    for cut in cuts {
        network.heal(*cut);
    }
    let (there, here) = tokio::join!(has(&sites[1], &alone), has(&sites[2], &others));
    same_everywhere(sites).await;
    there.max(here)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_broken_network_held_back_is_there_once_it_heals() {
    let Some((network, mut sites)) = mesh().await else {
        return;
    };
    both_carriers(&sites[1]).await;
    let first = sites[0].attack().await;
    let took = has(&sites[1], &first)
        .await
        .max(has(&sites[2], &first).await);
    eprintln!("an alert crosses in {took:?}");

    // Alone, for every length.
    let alone = [Cut::Between(3, 1), Cut::Between(3, 2)];
    for seconds in lengths() {
        let took = partition(&network, &mut sites, &alone, seconds).await;
        eprintln!("partition of {seconds} s: missed alerts are there {took:?} after the heal");
        assert!(took < HEALED, "{took:?}");
    }

    // One way only: what the third site says is not heard.
    let deaf = [Cut::OneWay(3, 1), Cut::OneWay(3, 2)];
    let took = partition(&network, &mut sites, &deaf, 10).await;
    eprintln!("one way lost for 10 s: missed alerts are there {took:?} after the heal");
    assert!(took < HEALED, "{took:?}");

    // Weather: a third of what the third site says and hears is lost; then all of it is half a second late.
    let lossy = Air {
        loss: 30,
        ..Air::default()
    };
    let slow = Air {
        delay: Duration::from_millis(500),
        ..Air::default()
    };
    for air in [lossy, slow] {
        network.air(3, air);
        let mut longest = Duration::ZERO;
        for _ in 0..5 {
            let (there, here) = (sites[2].attack().await, sites[1].attack().await);
            let (one, other) = tokio::join!(has(&sites[1], &there), has(&sites[2], &here));
            longest = longest.max(one).max(other);
        }
        eprintln!("{air:?}: the slowest of ten alerts is there after {longest:?}");
        let took = partition(&network, &mut sites, &alone, 8).await;
        eprintln!(
            "{air:?}: after a partition of 8 s missed alerts are there {took:?} after the heal"
        );
        network.air(3, Air::default());
        let ended = tokio::time::Instant::now();
        for site in &sites {
            all_healthy(site).await;
        }
        let took = ended.elapsed();
        eprintln!("{air:?}: everybody hears all well {took:?} after it ended");
        assert!(took < CLEARED, "{air:?}: {took:?}");
    }

    // Between two alone: the third one carries it.
    network.cut(Cut::Between(2, 3));
    let relayed = sites[2].attack().await;
    let took = has(&sites[1], &relayed).await;
    eprintln!("with the way between two cut: {took:?} through the third");
    network.heal(Cut::Between(2, 3));

    // Up and down every two seconds.
    for _ in 0..3 {
        network.cut(alone[0]);
        network.cut(alone[1]);
        tokio::time::sleep(Duration::from_secs(2)).await;
        network.heal(alone[0]);
        network.heal(alone[1]);
        sites[2].attack().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    same_everywhere(&sites).await;

    // The hub's server is killed: the others go on.
    sites[0].kill_server();
    let alert = sites[1].attack().await;
    let took = has(&sites[2], &alert).await;
    eprintln!("with the hub's server killed: {took:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    same_everywhere(&sites).await;
    for site in &sites {
        let took = all_healthy(site).await;
        eprintln!("{} hears all well {took:?} later", site.label());
    }
}

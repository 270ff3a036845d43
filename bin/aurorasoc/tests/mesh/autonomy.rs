//! A site whose links are all cut detects as fast as one that never federated.
//!
//! `AURORA_MESH_RECORDS` and `AURORA_MESH_PAIRS` make it a measurement. Its short form sees that every burst is
//! detected: a second of work on a machine that others use says nothing of speed, and a site that is cut off dials
//! all the time.

use std::time::Duration;

use crate::network::Cut;
use crate::partitions::can_run;
use crate::site::{Site, Spent, until};

fn number(name: &str, otherwise: usize) -> usize {
    let asked = std::env::var(name).ok();
    asked.map_or(otherwise, |text| text.parse().unwrap())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_is_cut_off_detects_as_fast_as_one_alone() {
    let Some(network) = can_run(3) else {
        return;
    };
    let measures = std::env::var_os("AURORA_MESH_PAIRS").is_some();
    let (records, pairs) = (
        number("AURORA_MESH_RECORDS", 2_000),
        number("AURORA_MESH_PAIRS", 2),
    );
    let mut cut_off = Site::start(&network, 1);
    let other = Site::start(&network, 2);
    let mut alone = Site::start_alone(&network, 3);
    for site in [&cut_off, &other, &alone] {
        site.ready().await;
    }
    other.join(&cut_off).await;
    until("the two are linked", async || {
        !cut_off.carriers("site-b").await.is_empty()
    })
    .await;
    network.cut(Cut::Between(1, 2));
    until("every link is cut", async || {
        cut_off.carriers("site-b").await.is_empty()
    })
    .await;
    // What happens once counts for neither.
    _ = cut_off.burst(records / 4).await;
    _ = alone.burst(records / 4).await;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for pair in 0..pairs {
        if pair % 2 == 0 {
            with.push(cut_off.burst(records).await);
            without.push(alone.burst(records).await);
        } else {
            without.push(alone.burst(records).await);
            with.push(cut_off.burst(records).await);
        }
    }
    let of = |all: &[Spent], what: fn(&Spent) -> Duration| {
        median(all.iter().map(|it| what(it).as_secs_f64()).collect())
    };
    // Of each pair, as a machine's weather lasts longer than one.
    let ratio = |what: fn(&Spent) -> Duration| {
        let both = without.iter().zip(&with);
        median(
            both.map(|(one, other)| what(one).div_duration_f64(what(other)))
                .collect(),
        )
    };
    let (wall, cpu) = (ratio(|it| it.wall), ratio(|it| it.cpu));
    eprintln!(
        "{pairs} pairs of {records} records, cut off {:.2} s ({:.2} CPU-s), alone {:.2} s ({:.2} CPU-s): \
         median ratio of throughput {wall:.3}, by CPU time {cpu:.3}",
        of(&with, |it| it.wall),
        of(&with, |it| it.cpu),
        of(&without, |it| it.wall),
        of(&without, |it| it.cpu),
    );
    assert!(!measures || wall >= 0.95, "{wall}");
}

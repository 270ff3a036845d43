//! How long it takes to see that a link fell and that it stands again.

use aurora_federation::link::State;
use aurora_federation::{Carrier, Command};

use crate::site;
use crate::world::World;

/// Until the state of the link from `of` to `to` is that one, in milliseconds.
fn until(world: &mut World, of: u8, to: u8, wanted: &[State]) -> u64 {
    let from = world.now;
    for _ in 0..200 {
        let state = world.hosts[usize::from(of)].mesh.link(site(to));
        if wanted.contains(&state) {
            break;
        }
        world.run(500);
    }
    world.now - from
}

fn cut(world: &mut World, alone: u8, sites: u8) {
    for other in (0..sites).filter(|other| *other != alone) {
        world.cut.extend([(alone, other), (other, alone)]);
    }
}

fn healthy(seed: u64, sites: u8) -> World {
    let mut world = World::new(seed, sites);
    for other in 1..sites {
        let took = until(&mut world, 0, other, &[State::Healthy]);
        assert!(took <= 60_000, "seed {seed}: healthy after {took} ms");
    }
    world
}

#[test]
fn a_site_that_is_cut_off_is_seen_in_time_and_healed_in_time() {
    for seed in 0..40 {
        let mut world = healthy(seed, 4);
        world.run(90_000 + seed * 331);
        cut(&mut world, 3, 4);
        let degraded = until(&mut world, 0, 3, &[State::Degraded, State::Down]);
        assert!(
            degraded <= 20_000,
            "seed {seed}: degraded after {degraded} ms"
        );
        let down = degraded + until(&mut world, 0, 3, &[State::Down]);
        assert!(down <= 40_000, "seed {seed}: down after {down} ms");
        world.run(20_000 + seed * 7_000);
        world.cut.clear();
        let healed = until(&mut world, 0, 3, &[State::Healthy]);
        assert!(healed <= 60_000, "seed {seed}: healed after {healed} ms");
    }
}

#[test]
fn a_site_that_others_hear_is_not_down() {
    for seed in 0..10 {
        let mut world = healthy(seed, 4);
        world.cut.extend([(0, 3), (3, 0)]);
        world.run(180_000);
        assert_eq!(
            world.hosts[0].mesh.link(site(3)),
            State::Degraded,
            "seed {seed}"
        );
    }
}

#[test]
fn thirty_percent_of_loss_does_not_flap() {
    for seed in 0..4 {
        let mut world = healthy(seed, 3);
        world.loss = 30;
        world.run(60_000);
        world.hosts[0].links.clear();
        world.run(3_600_000);
        let healed = world.hosts[0].links.iter();
        let healed = healed.filter(|(_, peer, to)| *peer == site(1) && *to == State::Healthy);
        assert!(
            healed.count() <= 3,
            "seed {seed}: {:?}",
            world.hosts[0].links
        );
    }
}

/// Who hears well beats seldom, until the other one's beats say that it does not.
#[test]
fn a_link_that_lost_one_way_is_well_in_time() {
    for seed in 0..20 {
        let mut world = healthy(seed, 3);
        world.run(60_000);
        for _ in 0..30 {
            world.cut.insert((2, 0));
            world.run(2_500 + seed * 13);
            world.cut.clear();
            world.run(2_500);
        }
        let state = world.hosts[0].mesh.link(site(2));
        assert_eq!(state, State::Degraded, "seed {seed}");
        let healed = until(&mut world, 0, 2, &[State::Healthy]);
        assert!(healed <= 60_000, "seed {seed}: healed after {healed} ms");
        world.run(60_000);
        assert_eq!(world.hosts[2].mesh.link(site(0)), State::Healthy);
    }
}

#[test]
fn after_sleep_nobody_is_called_down() {
    let mut world = healthy(1, 3);
    // Its clock leaps, as after a suspended laptop wakes.
    world.hosts[0].skew += 3_600_000;
    world.run(1_500);
    assert_eq!(world.hosts[0].mesh.link(site(1)), State::Unknown);
    until(&mut world, 0, 1, &[State::Healthy]);
    let links = world.hosts[0].links.iter();
    assert!(links.clone().all(|(_, _, to)| *to != State::Down));
}

#[test]
fn the_first_missed_alert_comes_soon_after_heal_and_thousands_follow() {
    let mut world = healthy(9, 3);
    cut(&mut world, 2, 3);
    for _ in 0..3_000 {
        world.publish(0);
        world.run(20);
    }
    world.run(120_000);
    let before = world.hosts[2].disk.delivered.len();
    world.cut.clear();
    let healed = world.now;
    while world.hosts[2].disk.delivered.len() == before {
        world.run(100);
    }
    assert!(world.now - healed <= 3_000, "{} ms", world.now - healed);
    let first = world.now;
    while !world.is_complete() {
        world.run(100);
    }
    // Of simulated time, with up to 85 ms on the way each way.
    let rate = 3_000 * 1_000 / (world.now - first).max(1);
    assert!(rate >= 1_500, "{rate} a second");
    let late = |arrival| arrival == aurora_federation::Arrival::Late;
    assert!(
        world.hosts[2]
            .disk
            .delivered
            .iter()
            .any(|(_, arrival)| late(*arrival))
    );
    world.check(9);
}

/// What a carrier tells once a way is open again.
fn meet_again(world: &mut World, alone: u8, sites: u8) {
    world.cut.clear();
    for other in (0..sites).filter(|other| *other != alone) {
        for (here, there) in [(alone, other), (other, alone)] {
            let (peer, carrier) = (site(there), Carrier(0));
            world.command(here, Command::Connected { peer, carrier });
        }
    }
}

/// The link stays down for a while after the way is open: what was missed does not wait for it.
#[test]
fn what_was_missed_comes_at_once_however_long_the_way_was_cut() {
    for (seed, seconds) in (0..).zip([2, 5, 9, 21, 27, 30, 31, 33, 36, 39, 41, 60, 180]) {
        let mut world = healthy(seed, 3);
        world.run(30_000 + seed * 773);
        let cut_at = world.now;
        cut(&mut world, 2, 3);
        for other in 0..2 {
            for (here, there) in [(2, other), (other, 2)] {
                let (peer, carrier) = (site(there), Carrier(0));
                world.command(here, Command::Disconnected { peer, carrier });
            }
        }
        world.run(500);
        world.publish(0);
        world.publish(2);
        world.run(seconds * 1_000 - 500);
        meet_again(&mut world, 2, 3);
        let healed = world.now;
        while !world.is_complete() {
            world.run(20);
            let took = world.now - healed;
            // One way and no question: up to 85 ms.
            assert!(took <= 100, "cut for {seconds} s from {cut_at}: {took} ms");
        }
        world.check(seed);
    }
}

//! Whatever is cut, lost, repeated, killed and signed by another key: every site gets every alert once.

use aurora_federation::Scale;

use crate::world::World;

/// Seeds in every test run; `AURORA_FEDERATION_SEEDS` for more, `AURORA_SEED` for one.
const SEEDS: u64 = 2_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_happens_every_alert_arrives_once() {
    if let Some(seed) = number("AURORA_SEED") {
        storm(seed);
        return;
    }
    let seeds = number("AURORA_FEDERATION_SEEDS").unwrap_or(SEEDS);
    let threads = std::thread::available_parallelism().map_or(2, usize::from) as u64;
    let partitions: usize = std::thread::scope(|scope| {
        let work = |first: u64| {
            move || {
                (first..seeds)
                    .step_by(threads as usize)
                    .map(storm)
                    .sum::<usize>()
            }
        };
        let workers: Vec<_> = (0..threads).map(|first| scope.spawn(work(first))).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum()
    });
    assert!(partitions as u64 >= seeds * 10, "{partitions} partitions");
}

/// Meshes of more than a hundred sites are arranged otherwise; here a few are many.
#[test]
fn so_it_does_in_one_region_and_in_several() {
    let seeds = number("AURORA_FEDERATION_SEEDS").unwrap_or(SEEDS) / 10;
    for seed in 0..seeds {
        let undivided = if seed % 2 == 0 { 9 } else { 4 };
        let scale = Scale {
            whole: 2,
            undivided,
            region: 5,
        };
        storm_in(seed, scale);
    }
}

/// Gives the number of partitions.
fn storm(seed: u64) -> usize {
    storm_in(seed, Scale::default())
}

fn storm_in(seed: u64, scale: Scale) -> usize {
    let mut world = World::new(seed, 0);
    let sites = 5 + u8::try_from(world.random.below(5)).unwrap();
    world = World::new(seed, sites).scaled(scale);
    world.random.next();
    world.run(3_000);
    let mut partitions = 0;
    for _ in 0..10 + world.random.below(3) {
        partitions += 1;
        calamity(&mut world, sites);
        for _ in 0..1 + world.random.below(3) {
            let at = u8::try_from(world.random.below(sites.into())).unwrap();
            world.publish(at);
            let pause = world.random.below(4_000);
            world.run(pause);
        }
        if world.random.chance(30) {
            let victim = u8::try_from(world.random.below(sites.into())).unwrap();
            world.crash(victim);
        }
        if world.random.chance(30) {
            let renewed = u8::try_from(world.random.below(sites.into())).unwrap();
            world.rotate(renewed);
            let told = u8::try_from(world.random.below(sites.into())).unwrap();
            world.learn(told);
        }
        let pause = world.random.below(10_000);
        world.run(pause);
        if world.random.chance(70) {
            world.cut.clear();
        }
    }
    heal(&mut world);
    (0..sites).for_each(|number| world.learn(number));
    for _ in 0..120 {
        if world.is_complete() {
            break;
        }
        world.run(1_000);
    }
    world.check(seed);
    partitions
}

/// Some links fall, one way or both; the network and the disks get worse or better.
fn calamity(world: &mut World, sites: u8) {
    let alone = u8::try_from(world.random.below(sites.into())).unwrap();
    let one_way = world.random.chance(30);
    for a in 0..sites {
        for b in 0..sites {
            let falls = if one_way {
                a == alone
            } else {
                a == alone || b == alone
            };
            if a != b && (falls || world.random.chance(10)) {
                world.cut.insert((a, b));
            }
        }
    }
    world.loss = [0, 5, 30][world.random.below(3) as usize];
    world.repeats = [0, 20, 50][world.random.below(3) as usize];
    world.faults = [0, 0, 3][world.random.below(3) as usize];
    let clock = world.random.below(sites.into()) as usize;
    world.hosts[clock].skew = [0, 0, -3_600_000, 240_000][world.random.below(4) as usize];
}

fn heal(world: &mut World) {
    world.cut.clear();
    (world.loss, world.repeats, world.faults) = (0, 0, 0);
    world.hosts.iter_mut().for_each(|host| host.skew = 0);
}

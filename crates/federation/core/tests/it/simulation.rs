//! Whatever is cut, lost, repeated and killed: every site gets every alert once.

use crate::world::World;

/// Seeds in every test run; `AURORA_FEDERATION_SEEDS` for more, `AURORA_SEED` for one.
const SEEDS: u64 = 200;

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

/// Gives the number of partitions.
fn storm(seed: u64) -> usize {
    let mut world = World::new(seed, 0);
    let sites = 5 + u8::try_from(world.random.below(5)).unwrap();
    world = World::new(seed, sites);
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
        let pause = world.random.below(10_000);
        world.run(pause);
        if world.random.chance(70) {
            world.cut.clear();
        }
    }
    heal(&mut world);
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

//! A site that holds valid credentials of its own, and a relay that does as it likes.

use aurora_federation::{Carrier, Channel, Command, Frame, Hash, Hlc, Kind, Sealed, StreamId};
use aurora_model::SiteId;
use bytes::Bytes;

use crate::world::World;
use crate::{START, signer, site};

fn record(origin: SiteId, seq: u64, prev: Hash, text: &str, by: u8) -> Sealed {
    let stream = StreamId {
        origin,
        channel: Channel::Alerts,
        epoch: 1,
    };
    let hlc = Hlc {
        wall: START,
        count: 0,
    };
    let body = Bytes::from(text.to_owned());
    Sealed::new((stream, seq, prev), Kind::Alert, hlc, body, &signer(by)).unwrap()
}

fn give(world: &mut World, to: u8, from: u8, frame: &Frame) {
    let command = Command::Received {
        from: site(from),
        carrier: Carrier(0),
        frame: frame.encode().into(),
    };
    world.command(to, command);
}

#[test]
fn nobody_speaks_for_another_site() {
    let mut world = World::new(1, 3);
    world.run(2_000);
    let forged = record(site(1), 1, Hash::NONE, "forged", 2);
    give(&mut world, 0, 2, &Frame::Announce(forged.bytes().clone()));
    give(
        &mut world,
        0,
        2,
        &Frame::Records(vec![forged.bytes().clone()]),
    );
    assert!(world.hosts[0].disk.delivered.is_empty());
    assert_eq!(
        world.hosts[0].rejected,
        [
            "the key belongs to another site",
            "the key belongs to another site"
        ]
    );
}

#[test]
fn a_relay_may_carry_what_it_cannot_change() {
    let mut world = World::new(1, 3);
    world.run(2_000);
    let real = record(site(1), 1, Hash::NONE, "real", 1);
    for _ in 0..3 {
        give(&mut world, 0, 2, &Frame::Announce(real.bytes().clone()));
    }
    assert_eq!(world.hosts[0].disk.delivered.len(), 1);
    assert_eq!(world.hosts[0].evidence, 0);
    let mut cut = real.bytes().to_vec();
    cut.truncate(cut.len() - 1);
    give(&mut world, 0, 2, &Frame::Announce(cut.into()));
    assert_eq!(world.hosts[0].rejected.len(), 1);
}

#[test]
fn two_records_under_one_number_are_evidence() {
    let mut world = World::new(1, 3);
    world.run(2_000);
    let one = record(site(1), 1, Hash::NONE, "one", 1);
    let other = record(site(1), 1, Hash::NONE, "other", 1);
    give(&mut world, 0, 1, &Frame::Announce(one.bytes().clone()));
    give(&mut world, 0, 2, &Frame::Announce(other.bytes().clone()));
    assert_eq!(world.hosts[0].evidence, 1);
    assert_eq!(world.hosts[0].disk.delivered.len(), 1);
}

#[test]
fn two_views_of_one_origin_meet() {
    let mut world = World::new(3, 3);
    world.run(2_000);
    let one = record(site(1), 1, Hash::NONE, "for 0", 1);
    let other = record(site(1), 1, Hash::NONE, "for 2", 1);
    give(&mut world, 0, 1, &Frame::Announce(one.bytes().clone()));
    give(&mut world, 2, 1, &Frame::Announce(other.bytes().clone()));
    world.cut.extend([(1, 0), (0, 1), (1, 2), (2, 1)]);
    world.run(30_000);
    assert!(world.hosts[0].evidence > 0 && world.hosts[2].evidence > 0);
}

#[test]
fn a_beat_of_another_site_is_refused() {
    let mut world = World::new(1, 3);
    world.run(2_000);
    let stolen = Frame::Announce(Bytes::from_static(b"\x00"));
    give(&mut world, 0, 7, &stolen);
    assert_eq!(
        world.hosts[0].rejected,
        ["the sender is not in the site directory"]
    );
}

#[test]
fn a_record_from_the_future_waits() {
    let mut world = World::new(1, 3);
    world.run(2_000);
    world.hosts[1].skew = 3_600_000;
    world.publish(1);
    world.run(20_000);
    assert!(world.hosts[0].disk.delivered.is_empty());
    assert!(world.hosts[0].quarantined > 0);
    world.run(3_400_000);
    assert_eq!(world.hosts[0].disk.delivered.len(), 1);
}

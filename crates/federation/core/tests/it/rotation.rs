//! Keys that follow each other while sites do not hear of it.

use aurora_federation::{Carrier, Channel, Command, Frame, Hash, Hlc, Kind, Sealed, StreamId};

use crate::world::World;
use crate::{START, later_signer, signer, site};

#[test]
fn who_learns_late_takes_records_of_both_keys() {
    let mut world = World::new(5, 3);
    world.run(3_000);
    world.cut.extend([(1, 2), (2, 1), (0, 2), (2, 0)]);
    world.publish(1);
    world.run(5_000);
    world.rotate(1);
    world.learn(0);
    world.publish(1);
    // Longer than the old key is good.
    world.run(700_000);
    world.publish(1);
    world.cut.clear();
    world.run(20_000);
    let held = world.hosts[2].disk.delivered.len();
    assert_eq!(held, 1, "what the old key signed");
    assert!(
        world.hosts[2].quarantined > 0,
        "the rest cannot be verified"
    );
    world.learn(2);
    world.run(20_000);
    assert!(world.is_complete());
    world.check(5);
}

#[test]
fn an_old_key_signs_nothing_new_after_its_time() {
    let mut world = World::new(6, 3);
    world.run(3_000);
    world.rotate(1);
    world.learn(0);
    let stream = StreamId {
        origin: site(1),
        channel: Channel::Alerts,
        epoch: 1,
    };
    let told = |world: &mut World, wall: i64| {
        let hlc = Hlc { wall, count: 0 };
        let place = (stream, 1, Hash::NONE);
        let record = Sealed::new(place, Kind::Alert, hlc, "old".into(), &signer(1)).unwrap();
        let command = Command::Received {
            from: site(2),
            carrier: Carrier(0),
            frame: Frame::Announce(record.bytes().clone()).encode().into(),
        };
        world.command(0, command);
    };
    world.run(900_000);
    told(&mut world, START + 700_000);
    assert!(world.hosts[0].disk.delivered.is_empty());
    assert_eq!(
        world.hosts[0].rejected.last().unwrap(),
        "the key was not valid at that time"
    );
    told(&mut world, START + 1_000);
    assert_eq!(world.hosts[0].disk.delivered.len(), 1, "it was good then");
}

/// A relay that sends what nobody can verify in a site's name keeps nothing from anybody.
#[test]
fn a_record_by_an_unknown_key_does_not_stop_a_stream() {
    let mut world = World::new(7, 3);
    world.run(3_000);
    let stream = StreamId {
        origin: site(1),
        channel: Channel::Alerts,
        epoch: 1,
    };
    let hlc = Hlc {
        wall: START,
        count: 0,
    };
    let nobody = later_signer(9, 9);
    let record = Sealed::new(
        (stream, 9, Hash::NONE),
        Kind::Alert,
        hlc,
        "junk".into(),
        &nobody,
    );
    let frame = Frame::Announce(record.unwrap().bytes().clone());
    let command = Command::Received {
        from: site(2),
        carrier: Carrier(0),
        frame: frame.encode().into(),
    };
    world.command(0, command);
    assert_eq!(world.hosts[0].quarantined, 1);
    world.cut.extend([(1, 0), (0, 1)]);
    world.publish(1);
    world.run(2_000);
    world.cut.clear();
    world.run(30_000);
    assert!(world.is_complete());
}

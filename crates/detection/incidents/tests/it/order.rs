use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aurora_incidents::correlate::{Correlator, Fact, Input, Options, Outcome, Who};
use aurora_model::{AlertId, Binding, Criticality, EntityKind, Story};
use proptest::prelude::*;

use crate::oracle;
use crate::samples::{alert, any_alert, entity, id};

fn options() -> Options {
    Options {
        gap: Duration::from_secs(30 * 60),
        common_peers: 2,
        common_alerts: 5,
    }
}

/// What happens to the world, one after the other.
#[derive(Clone, Debug)]
enum Step {
    Alert(Box<aurora_model::Alert>),
    Gone(u64),
    Address(&'static str, Vec<Binding>),
    Rated(&'static str, Criticality),
}

fn any_step() -> impl Strategy<Value = Step> {
    let binding = (
        prop_oneof![Just("h1"), Just("h2"), Just("h4")],
        0_i64..2,
        0_i64..2,
    )
        .prop_map(|(host, first_day, days)| Binding {
            host: host.to_owned(),
            first_day,
            last_day: first_day + days,
        });
    let address = prop_oneof![Just("10.0.0.1"), Just("10.0.0.2")];
    let rating = proptest::sample::select(&Criticality::ALL[..]);
    prop_oneof![
        12 => any_alert().prop_map(|alert| Step::Alert(Box::new(alert))),
        1 => (0_u64..16).prop_map(Step::Gone),
        1 => (address, proptest::collection::vec(binding, 0..3)).prop_map(|(a, b)| Step::Address(a, b)),
        1 => (prop_oneof![Just("h1"), Just("h2")], rating).prop_map(|(h, c)| Step::Rated(h, c)),
    ]
}

impl Step {
    fn input(&self) -> Input {
        match self {
            Self::Alert(alert) => Input::Alert(Box::new(Fact::of(alert))),
            Self::Gone(number) => Input::Gone(id(*number)),
            Self::Address(key, hosts) => Input::Address {
                key: (*key).to_owned(),
                hosts: hosts.clone(),
            },
            Self::Rated(host, criticality) => Input::Rated {
                who: Who::of(&entity(EntityKind::Host, host)),
                criticality: *criticality,
            },
        }
    }
}

/// What a reader of outcomes believes.
#[derive(Default)]
struct Mirror(BTreeMap<AlertId, Story>);

impl Mirror {
    fn hear(&mut self, outcome: Outcome) {
        for gone in outcome.gone {
            self.0
                .remove(&gone.earliest)
                .expect("what is gone was there");
        }
        for draft in outcome.changed {
            self.0.insert(draft.earliest, draft.story);
        }
    }
}

fn incidents(correlator: &Correlator) -> BTreeMap<AlertId, Story> {
    correlator
        .incidents()
        .map(|(id, story)| (id, story.clone()))
        .collect()
}

/// The last word on every alert, address and rating.
#[derive(Default)]
struct World {
    facts: BTreeMap<AlertId, Fact>,
    addresses: BTreeMap<String, Vec<Binding>>,
    ratings: BTreeMap<&'static str, Criticality>,
}

impl World {
    fn after(steps: &[Step]) -> Self {
        let mut world = Self::default();
        for step in steps {
            match step {
                Step::Alert(alert) => drop(world.facts.insert(alert.id, Fact::of(alert))),
                Step::Gone(number) => drop(world.facts.remove(&id(*number))),
                Step::Address(key, hosts) => {
                    world.addresses.insert((*key).to_owned(), hosts.clone());
                }
                Step::Rated(host, criticality) => {
                    world.ratings.insert(host, *criticality);
                }
            }
        }
        world
    }

    fn inputs(&self) -> Vec<Input> {
        let addresses = self.addresses.iter().map(|(key, hosts)| Input::Address {
            key: key.clone(),
            hosts: hosts.clone(),
        });
        let ratings = self.ratings.iter();
        let ratings = ratings.map(|(host, rating)| Step::Rated(host, *rating).input());
        let facts = self.facts.values();
        let facts = facts.map(|fact| Input::Alert(Box::new(fact.clone())));
        facts.chain(addresses).chain(ratings).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn incidents_are_what_the_definition_says_whatever_came_when(
        steps in proptest::collection::vec(any_step(), 1..60),
        sizes in proptest::collection::vec(1_usize..9, 1..12),
        order in any::<u64>(),
    ) {
        let mut correlator = Correlator::new(options());
        let mut mirror = Mirror::default();
        let (mut rest, mut sizes) = (steps.as_slice(), sizes.iter().cycle());
        while !rest.is_empty() {
            let (batch, after) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            mirror.hear(correlator.apply(batch.iter().map(Step::input)));
            rest = after;
        }
        prop_assert_eq!(&incidents(&correlator), &mirror.0);

        let world = World::after(&steps);
        let wanted = oracle::groups(&world.facts, &world.addresses, &options());
        let found: BTreeMap<AlertId, BTreeSet<AlertId>> = correlator
            .groups()
            .map(|(earliest, members)| (earliest, members.iter().copied().collect()))
            .collect();
        prop_assert_eq!(found, wanted);

        // Only the last words, at once, in another order, twice.
        let mut inputs = world.inputs();
        let length = inputs.len().max(1);
        for place in 0..inputs.len() {
            let with = usize::try_from(order.rotate_left(place as u32) % length as u64).unwrap();
            inputs.swap(place, with);
        }
        let mut fresh = Correlator::new(options());
        fresh.apply(inputs.clone());
        prop_assert_eq!(fresh.apply(inputs).changed, vec![]);
        prop_assert_eq!(incidents(&fresh), incidents(&correlator));
    }
}

const HOST: EntityKind = EntityKind::Host;
const USER: EntityKind = EntityKind::User;
const ADDRESS: EntityKind = EntityKind::Address;

fn heard(correlator: &mut Correlator, alerts: &[aurora_model::Alert]) -> Outcome {
    correlator.apply(
        alerts
            .iter()
            .map(|alert| Input::Alert(Box::new(Fact::of(alert)))),
    )
}

#[test]
fn an_alert_between_two_incidents_makes_them_one_and_tells_where_the_other_went() {
    let mut correlator = Correlator::new(options());
    let ws = [(HOST, "ws1")];
    heard(
        &mut correlator,
        &[
            alert(1, 0, &ws),
            alert(2, 10, &ws),
            alert(3, 60, &ws),
            alert(4, 70, &ws),
        ],
    );
    assert_eq!(correlator.incidents().count(), 2);
    let outcome = heard(&mut correlator, &[alert(5, 35, &ws)]);
    assert_eq!(outcome.changed.len(), 1);
    assert_eq!(
        (outcome.gone[0].earliest, outcome.gone[0].into),
        (id(3), Some(id(1)))
    );
    let outcome = correlator.apply([Input::Gone(id(5))]);
    assert!(outcome.gone.is_empty());
    assert_eq!(outcome.changed.len(), 2);
}

#[test]
fn what_everybody_shares_joins_nobody() {
    let mut correlator = Correlator::new(options());
    let hosts = ["a", "b", "c", "d"];
    let alerts: Vec<_> = hosts
        .iter()
        .zip(0..)
        .map(|(host, n)| {
            alert(
                n,
                1,
                &[(HOST, host), (USER, "SYSTEM"), (ADDRESS, "127.0.0.1")],
            )
        })
        .collect();
    heard(&mut correlator, &alerts);
    assert_eq!(correlator.incidents().count(), 0);
    // A user on two hosts is a lead; on three it is the monitoring.
    let about = |host| [(HOST, host), (USER, "scan")];
    heard(
        &mut correlator,
        &[alert(10, 1, &about("a")), alert(11, 1, &about("b"))],
    );
    assert_eq!(correlator.incidents().count(), 1);
    let outcome = heard(&mut correlator, &[alert(12, 1, &about("c"))]);
    let (_, story) = correlator.incidents().find(|(_, s)| s.alerts == 2).unwrap();
    let scan = story
        .entities
        .iter()
        .find(|e| e.entity.value == "scan")
        .unwrap();
    assert!(!scan.joins);
    assert!(
        scan.reason
            .as_ref()
            .unwrap()
            .starts_with("common: with more than 2 hosts")
    );
    assert_eq!(correlator.incidents().count(), 3, "{outcome:?}");
}

#[test]
fn an_address_joins_the_alerts_of_its_host() {
    let mut correlator = Correlator::new(options());
    let on_host = alert(1, 5, &[(HOST, "ws1.example")]);
    let on_wire = alert(2, 6, &[(ADDRESS, "10.0.0.9"), (ADDRESS, "203.0.113.7")]);
    heard(&mut correlator, &[on_host, on_wire]);
    assert_eq!(correlator.incidents().count(), 0);
    let binding = |host: &str| Binding {
        host: host.to_owned(),
        first_day: 0,
        last_day: 0,
    };
    let known = |hosts| Input::Address {
        key: "10.0.0.9".to_owned(),
        hosts,
    };
    correlator.apply([known(vec![binding("ws1")])]);
    let (_, story) = correlator.incidents().next().unwrap();
    let host = story
        .entities
        .iter()
        .find(|e| e.entity.kind == HOST)
        .unwrap();
    assert_eq!(
        (host.alerts, host.reason.as_deref()),
        (2, Some("10.0.0.9 is its address"))
    );
    // Two hosts with one address: nobody knows who it was.
    correlator.apply([known(vec![binding("ws1"), binding("ws2")])]);
    assert_eq!(correlator.incidents().count(), 0);
}

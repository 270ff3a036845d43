//! One decision, with the principal's entities ready; and the distribution of two million of them.

#![allow(clippy::print_stdout)] // the distribution is what one runs it for

use std::hint::black_box;
use std::time::{Duration, Instant};

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{Actor, AuthStrength, Scope, SiteId};
use aurora_permissions::{Ask, Assured, Decide, Permission, Plain, Principal, Role, Tenants};
use aurora_permissions_cedar::Cedar;
use criterion::{Criterion, criterion_group, criterion_main};

const DECISIONS: usize = 400_000;

fn principals() -> Vec<Principal> {
    let of = |(number, role): (usize, Role)| Principal {
        actor: Actor::Person(format!("person-{number}")),
        human: None,
        roles: vec![role.into()],
        tenants: Tenants::All,
        only: None,
        authenticated_at: Timestamp::from_millis(0),
        strength: AuthStrength::Passkey,
    };
    let roles = Role::ALL.into_iter().cycle().take(200);
    roles.enumerate().map(of).collect()
}

fn decide(criterion: &mut Criterion) {
    let site = SiteId(Id128::from_bytes([1; 16]));
    let cedar = Cedar::new(site, &[]).expect("the built-in policies are fine");
    let scope = Scope::of(site);
    let principals = principals();
    let permissions: Vec<_> = Permission::all().collect();
    let ask = |number: usize| Ask {
        permission: permissions[number % permissions.len()],
        scope: &scope,
        now: Timestamp::from_millis(1_000),
        assured: Assured::default(),
    };
    let plain = Plain::new(site, []);
    for number in 0..principals.len() * permissions.len() {
        let (principal, ask) = (&principals[number / permissions.len()], ask(number));
        // What is fast and wrong is of no use.
        assert_eq!(cedar.decide(principal, ask), plain.decide(principal, ask));
    }
    let mut number = 0;
    criterion.bench_function("cedar decision", |bencher| {
        bencher.iter(|| {
            number += 1;
            let principal = &principals[number % principals.len()];
            black_box(cedar.decide(principal, ask(number)))
        });
    });
    let mut took: Vec<Duration> = (0..DECISIONS)
        .map(|number| {
            let principal = &principals[number % principals.len()];
            let start = Instant::now();
            black_box(cedar.decide(principal, ask(number)));
            start.elapsed()
        })
        .collect();
    took.sort_unstable();
    let at = |part: f64| took[(DECISIONS as f64 * part) as usize];
    println!(
        "{DECISIONS} decisions: p50 {:?}, p99 {:?}, p99.9 {:?}",
        at(0.5),
        at(0.99),
        at(0.999)
    );
}

criterion_group!(benches, decide);
criterion_main!(benches);

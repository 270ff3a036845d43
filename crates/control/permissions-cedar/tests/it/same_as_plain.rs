//! Cedar and the table read literally come to the same answer, whoever asks what.

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{Actor, AuthStrength, Scope, SiteId, TenantId};
use aurora_permissions::{
    Ask, Assured, CustomRole, Decide, Permission, Permissions, Plain, Principal, Role, RoleName,
    Tenants, Verdict,
};
use aurora_permissions_cedar::Cedar;
use proptest::collection::vec;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000_000;

fn site(number: u8) -> SiteId {
    SiteId(Id128::from_bytes([number; 16]))
}

fn tenant(name: &str) -> TenantId {
    name.to_owned().try_into().unwrap()
}

fn custom() -> Vec<CustomRole> {
    let role = |name: &str, permissions: Vec<Permission>| CustomRole {
        name: name.parse().unwrap(),
        says: String::new(),
        permissions: permissions.into_iter().collect(),
    };
    vec![
        role("night-shift", Permission::all().step_by(3).collect()),
        role("empty", Vec::new()),
    ]
}

fn role() -> impl Strategy<Value = RoleName> {
    prop_oneof![
        8 => proptest::sample::select(Role::ALL.to_vec()).prop_map(RoleName::from),
        1 => Just("night-shift".parse().unwrap()),
        1 => Just("empty".parse().unwrap()),
        1 => Just("nobody-made-this".parse().unwrap()),
    ]
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        Just(Actor::Person("eva".to_owned())),
        Just(Actor::Person("o\"'\\ \u{202e}".to_owned())),
        Just(Actor::Service("feeds".to_owned())),
        Just(Actor::LocalOperator("root".to_owned())),
    ]
}

fn tenants() -> impl Strategy<Value = Tenants> {
    prop_oneof![
        3 => Just(Tenants::All),
        1 => Just(Tenants::Only([tenant("default")].into())),
        1 => Just(Tenants::Only([tenant("acme"), tenant("other")].into())),
        1 => Just(Tenants::Only([].into())),
    ]
}

fn permission() -> impl Strategy<Value = Permission> {
    proptest::sample::select(Permission::all().collect::<Vec<_>>())
}

fn principal() -> impl Strategy<Value = Principal> {
    let only = proptest::option::weighted(0.2, vec(permission(), 0..40));
    (actor(), vec(role(), 0..4), tenants(), only, 0..8_000_i64).prop_map(
        |(actor, roles, tenants, only, age)| Principal {
            actor,
            human: None,
            roles,
            tenants,
            only: only.map(|only| only.into_iter().collect::<Permissions>()),
            authenticated_at: Timestamp::from_millis(NOW - age * 1_000),
            strength: AuthStrength::Totp,
        },
    )
}

fn assured() -> impl Strategy<Value = Assured> {
    (any::<bool>(), 0..3_u8, proptest::bool::weighted(0.2)).prop_map(
        |(step_up, approvers, break_glass)| Assured {
            step_up,
            approvers,
            break_glass,
        },
    )
}

#[test]
fn cedar_and_the_table_agree() {
    let cedar = Cedar::new(site(1), &custom()).unwrap();
    let plain = Plain::new(site(1), custom());
    let scopes = [
        Scope::of(site(1)),
        Scope {
            site: site(1),
            tenant: tenant("acme"),
        },
        Scope::of(site(2)),
    ];
    // Whoever asks is described to Cedar once and then asks several things, as it is in a site.
    let questions = vec((permission(), assured()), 14);
    let case = (principal(), 0..scopes.len(), questions);
    let config = ProptestConfig {
        cases: 1_500,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |((principal, scope, questions) in case)| {
        for (permission, assured) in questions {
            let ask = Ask {
                permission,
                scope: &scopes[scope],
                now: Timestamp::from_millis(NOW),
                assured,
            };
            prop_assert_eq!(cedar.decide(&principal, ask), plain.decide(&principal, ask));
        }
    });
}

/// Every built-in role against every permission, with and without what is needed.
#[test]
fn the_whole_matrix() {
    let cedar = Cedar::new(site(1), &[]).unwrap();
    let plain = Plain::new(site(1), []);
    let scope = Scope::of(site(1));
    let mut allowed = 0;
    for role in Role::ALL {
        for permission in Permission::all() {
            for step_up in [false, true] {
                let principal = Principal {
                    actor: Actor::Person("eva".to_owned()),
                    human: None,
                    roles: vec![role.into()],
                    tenants: Tenants::All,
                    only: None,
                    authenticated_at: Timestamp::from_millis(NOW),
                    strength: AuthStrength::Passkey,
                };
                let ask = Ask {
                    permission,
                    scope: &scope,
                    now: Timestamp::from_millis(NOW),
                    assured: Assured {
                        step_up,
                        approvers: 1,
                        break_glass: false,
                    },
                };
                let decided = cedar.decide(&principal, ask);
                assert_eq!(
                    decided,
                    plain.decide(&principal, ask),
                    "{role} {permission}"
                );
                if step_up && !permission.needs().at_the_host {
                    assert_eq!(decided == Verdict::Allowed, role.has(permission));
                    allowed += u32::from(decided == Verdict::Allowed);
                }
            }
        }
    }
    assert!(allowed > 200);
}

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{Actor, AuthStrength, Scope, SiteId};
use aurora_permissions::{
    Ask, Assured, CustomRole, Decide, Denial, Principal, Tenants, Verdict, permission,
};
use aurora_permissions_cedar::{Cedar, Error};

fn site() -> SiteId {
    SiteId(Id128::from_bytes([1; 16]))
}

fn closer() -> CustomRole {
    CustomRole {
        name: "closer".parse().unwrap(),
        says: "closes alerts".to_owned(),
        permissions: [permission!(Alert, Close)].into(),
    }
}

fn decide(cedar: &Cedar) -> Verdict {
    let principal = Principal {
        actor: Actor::Person("eva".to_owned()),
        human: None,
        roles: vec!["closer".parse().unwrap()],
        tenants: Tenants::All,
        only: None,
        authenticated_at: Timestamp::from_millis(0),
        strength: AuthStrength::Totp,
    };
    let ask = Ask {
        permission: permission!(Alert, Close),
        scope: &Scope::of(site()),
        now: Timestamp::from_millis(0),
        assured: Assured::default(),
    };
    cedar.decide(&principal, ask)
}

#[test]
fn a_role_of_the_sites_own_counts_from_when_it_is_set() {
    let cedar = Cedar::new(site(), &[]).unwrap();
    let before = cedar.version();
    assert_eq!(decide(&cedar), Verdict::Denied(Denial::Permission));
    cedar.set_roles(&[closer()]).unwrap();
    assert_eq!(decide(&cedar), Verdict::Allowed);
    assert_ne!(cedar.version(), before);
    cedar.set_roles(&[]).unwrap();
    assert_eq!(decide(&cedar), Verdict::Denied(Denial::Permission));
    assert_eq!(cedar.version(), before);
}

#[test]
fn nobody_makes_a_second_admin_role() {
    let forged = CustomRole {
        name: "admin".parse().unwrap(),
        ..closer()
    };
    let refused = Cedar::new(site(), &[forged]).unwrap_err();
    assert!(matches!(refused, Error::BuiltIn(_)), "{refused}");
}

use aurora_model::AuthStrength;
use aurora_people::{Error, NewKey, Visitor};
use aurora_permissions::{Role, permission};

use crate::lab::{Lab, name};

fn new(days: u32) -> NewKey {
    NewKey {
        label: "backup job".to_owned(),
        days,
        only: None,
    }
}

pub(crate) async fn a_key_is_its_owners_word(lab: &Lab) {
    let ada = lab.person("ada", &[Role::Analyst]).await;
    let only = [permission!(Alert, Read)].into_iter().collect();
    let narrow = NewKey {
        only: Some(only),
        ..new(30)
    };
    let made = lab
        .people
        .create_key(&lab.operator(), &ada, narrow)
        .await
        .unwrap();
    let token = made.token.expose();
    assert!(token.starts_with("aurorakey_"), "{token}");
    let found = lab.people.by_key(token).await.unwrap().unwrap();
    assert_eq!(found.principal.strength, AuthStrength::ApiKey);
    assert_eq!(found.principal.only, Some(only));
    assert_eq!(found.principal.roles, [Role::Analyst.into()]);
    assert_eq!(
        (found.session, found.expires_at),
        (None, Some(made.key.expires_at))
    );

    // The roles are those of now.
    lab.people
        .set_roles(&lab.operator(), &ada, vec![Role::Viewer.into()])
        .await
        .unwrap();
    let found = lab.people.by_key(token).await.unwrap().unwrap();
    assert_eq!(found.principal.roles, [Role::Viewer.into()]);
    // A key is nobody who can change what opens the account.
    let denied = lab.people.new_generator(&found).await;
    assert!(matches!(denied, Err(Error::Invalid { .. })));
    let denied = lab.people.ask_for_passkey(&found, crate::lab::ORIGIN).await;
    assert!(matches!(denied, Err(Error::Invalid { .. })));
    // And no session's token either.
    assert!(lab.people.by_session(token, true).await.unwrap().is_none());

    let (head, tail) = token.rsplit_once('_').unwrap();
    let other = lab
        .people
        .create_key(&lab.operator(), &ada, new(1))
        .await
        .unwrap();
    let (_, foreign) = other.token.expose().rsplit_once('_').unwrap();
    for wrong in [
        String::new(),
        "aurorakey_".to_owned(),
        format!("{head}_"),
        format!("{head}_{}", &tail[1..]),
        format!("{head}_{foreign}"),
        token.to_uppercase(),
        format!("{token} "),
    ] {
        assert!(
            lab.people.by_key(&wrong).await.unwrap().is_none(),
            "{wrong}"
        );
    }
}

pub(crate) async fn keys_end(lab: &Lab) {
    let ada = lab.person("ada", &[]).await;
    for days in [0, 366] {
        let made = lab
            .people
            .create_key(&lab.operator(), &ada, new(days))
            .await;
        assert!(matches!(made, Err(Error::Invalid { .. })));
    }
    let made = lab
        .people
        .create_key(&lab.operator(), &ada, new(2))
        .await
        .unwrap();
    lab.pass(86_400);
    assert_eq!(
        lab.people.api_keys(Some(&ada)).await.unwrap()[0].used_at,
        None
    );
    assert!(
        lab.people
            .by_key(made.token.expose())
            .await
            .unwrap()
            .is_some()
    );
    let listed = lab.people.api_keys(None).await.unwrap();
    assert_eq!(
        listed[0]
            .used_at
            .map(|at| at.since(made.key.created_at).as_secs()),
        Some(86_400)
    );
    lab.pass(86_400);
    assert!(
        lab.people
            .by_key(made.token.expose())
            .await
            .unwrap()
            .is_none()
    );
    assert!(lab.people.api_keys(None).await.unwrap().is_empty());
    let nobodys = lab
        .people
        .create_key(&lab.operator(), &name("nobody"), new(1))
        .await;
    assert!(matches!(nobodys, Err(Error::NotFound { .. })));
}

pub(crate) async fn nobody_touches_others_keys(lab: &Lab) {
    let (ada, bob) = (lab.person("ada", &[]).await, lab.person("bob", &[]).await);
    let made = lab
        .people
        .create_key(&lab.operator(), &ada, new(2))
        .await
        .unwrap();
    let id = &made.key.id;
    let stolen = lab.people.revoke_key(&lab.operator(), id, Some(&bob)).await;
    assert!(matches!(stolen, Err(Error::NotFound { .. })));
    assert!(
        lab.people
            .by_key(made.token.expose())
            .await
            .unwrap()
            .is_some()
    );
    assert!(lab.people.api_keys(Some(&bob)).await.unwrap().is_empty());
    lab.people
        .revoke_key(&lab.operator(), id, Some(&ada))
        .await
        .unwrap();
    assert!(
        lab.people
            .by_key(made.token.expose())
            .await
            .unwrap()
            .is_none()
    );
    // Recovery leaves keys alone, and a link opens no key.
    let kept = lab
        .people
        .create_key(&lab.operator(), &ada, new(2))
        .await
        .unwrap();
    let link = lab.people.recover(&lab.operator(), &ada).await.unwrap();
    assert!(
        lab.people
            .by_key(kept.token.expose())
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        lab.people
            .by_key(link.token.expose())
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        lab.people
            .redeem(kept.token.expose(), &Visitor::nobody())
            .await
            .is_err()
    );
}

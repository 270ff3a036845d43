use aurora_people::{ADMINISTRATOR, Error, NewPerson, Visitor};
use aurora_permissions::{Human, Role, RoleName};
use aurora_records::{Change, Collection, DecisionQuery, Guard};
use serde_json::json;

use crate::lab::{Lab, PASSWORD, name};

fn roles(roles: &[Role]) -> Vec<RoleName> {
    roles.iter().map(|role| RoleName::from(*role)).collect()
}

/// There is nothing to come in with until a link was opened.
pub(crate) async fn the_first_link_makes_the_first_administrator(lab: &Lab) {
    assert!(!lab.people.has_administrator().await.unwrap());
    assert!(lab.people.people().await.unwrap().is_empty());
    for password in ["", "admin", "administrator", "password"] {
        let tried = lab.log_in(ADMINISTRATOR, password, "000000").await;
        assert!(matches!(tried, Err(Error::BadLogin)));
    }
    let link = lab.people.issue_link(&lab.operator(), None).await.unwrap();
    assert!(!lab.people.has_administrator().await.unwrap());
    let visitor = Visitor::nobody();
    let opened = lab
        .people
        .redeem(link.token.expose(), &visitor)
        .await
        .unwrap();
    assert!(lab.people.has_administrator().await.unwrap());
    let me = lab.me(&opened).await;
    assert!(me.principal.is_admin());
    assert_eq!(me.principal.human, Some(Human::administrator()));
    assert_eq!(me.person(), Some(name(ADMINISTRATOR)));
}

pub(crate) async fn names_are_given_once(lab: &Lab) {
    let ada = lab.person("ada", &[Role::Analyst]).await;
    lab.person("boss", &[Role::Admin]).await;
    lab.people.disable(&lab.operator(), &ada).await.unwrap();
    let again = NewPerson {
        name: name(" ADA "),
        display_name: String::new(),
        roles: Vec::new(),
    };
    let made = lab.people.add(&lab.operator(), again).await;
    assert!(matches!(made, Err(Error::Conflict { .. })));
    for bad in [
        "",
        "a",
        "-a",
        "a b",
        "ada/../x",
        "é",
        &"a".repeat(41),
        "a\0",
    ] {
        assert!(aurora_people::Name::read(bad).is_err(), "{bad}");
    }
}

pub(crate) async fn the_last_administrator_stays(lab: &Lab) {
    let boss = lab.person("boss", &[Role::Admin]).await;
    let ada = lab.person("ada", &[Role::Analyst]).await;
    let operator = lab.operator();
    let stays = |outcome| matches!(outcome, Err(Error::Conflict { .. }));
    assert!(stays(lab.people.disable(&operator, &boss).await));
    assert!(stays(
        lab.people
            .set_roles(&operator, &boss, roles(&[Role::Viewer]))
            .await
    ));
    lab.people
        .set_roles(&operator, &ada, roles(&[Role::Admin]))
        .await
        .unwrap();
    lab.people.disable(&operator, &boss).await.unwrap();
    assert!(stays(lab.people.disable(&operator, &ada).await));
    lab.people.enable(&operator, &boss).await.unwrap();
    lab.people.disable(&operator, &ada).await.unwrap();
}

pub(crate) async fn two_administrators_do_not_remove_each_other(lab: &Lab) {
    let (one, two) = (
        lab.person("one", &[Role::Admin]).await,
        lab.person("two", &[Role::Admin]).await,
    );
    let operator = lab.operator();
    let (first, second) = tokio::join!(
        lab.people.disable(&operator, &one),
        lab.people.set_roles(&operator, &two, Vec::new()),
    );
    assert!(first.is_err() || second.is_err());
    assert!(lab.people.has_administrator().await.unwrap());
}

pub(crate) async fn a_disabled_account_opens_with_nothing(lab: &Lab) {
    lab.person("boss", &[Role::Admin]).await;
    let (ada, app, opened) = lab.with_password("ada", &[Role::Analyst]).await;
    let link = lab
        .people
        .issue_link(&lab.operator(), Some(&ada))
        .await
        .unwrap();
    let new = aurora_people::NewKey {
        label: "ci".to_owned(),
        days: 1,
        only: None,
    };
    let key = lab
        .people
        .create_key(&lab.operator(), &ada, new)
        .await
        .unwrap();
    lab.pass(60);
    lab.people.disable(&lab.operator(), &ada).await.unwrap();

    assert!(!lab.is_open(&opened).await);
    assert!(
        lab.people
            .by_key(key.token.expose())
            .await
            .unwrap()
            .is_none()
    );
    let tried = lab.log_in("ada", PASSWORD, &app.code(lab)).await;
    assert!(matches!(tried, Err(Error::BadLogin)));
    let redeemed = lab
        .people
        .redeem(link.token.expose(), &Visitor::nobody())
        .await;
    assert!(matches!(redeemed, Err(Error::BadLink)));
    let another = lab.people.issue_link(&lab.operator(), Some(&ada)).await;
    assert!(matches!(another, Err(Error::Conflict { .. })));

    lab.people.enable(&lab.operator(), &ada).await.unwrap();
    assert!(
        !lab.is_open(&opened).await,
        "a session that ended stays ended"
    );
    lab.log_in("ada", PASSWORD, &app.code(lab)).await.unwrap();
    assert!(
        lab.people
            .by_key(key.token.expose())
            .await
            .unwrap()
            .is_some()
    );
}

pub(crate) async fn recovery_ends_everything_that_opened_it(lab: &Lab) {
    let (ada, app, opened) = lab.with_password("ada", &[Role::Analyst]).await;
    let old = lab
        .people
        .issue_link(&lab.operator(), Some(&ada))
        .await
        .unwrap();
    let link = lab.people.recover(&lab.operator(), &ada).await.unwrap();
    lab.pass(60);
    assert!(!lab.is_open(&opened).await);
    let tried = lab.log_in("ada", PASSWORD, &app.code(lab)).await;
    assert!(matches!(tried, Err(Error::BadLogin)));
    let visitor = Visitor::nobody();
    assert!(
        lab.people
            .redeem(old.token.expose(), &visitor)
            .await
            .is_err()
    );
    let opened = lab
        .people
        .redeem(link.token.expose(), &visitor)
        .await
        .unwrap();
    let (app, _) = lab.set_password(&opened, "another phrase entirely").await;
    lab.pass(60);
    lab.log_in("ada", "another phrase entirely", &app.code(lab))
        .await
        .unwrap();
    let missing = lab.people.recover(&lab.operator(), &name("nobody")).await;
    assert!(matches!(missing, Err(Error::NotFound { .. })));

    let log = DecisionQuery {
        limit: 100,
        ..DecisionQuery::default()
    };
    let log = lab.records.decisions(&lab.scope, &log).await.unwrap();
    let done: Vec<&str> = log.iter().map(|entry| entry.action.name.as_str()).collect();
    for action in [
        "person.create",
        "link.create",
        "person.recover",
        "session.open",
        "credential.add",
    ] {
        assert!(done.contains(&action), "{action} is not in {done:?}");
    }
}

pub(crate) async fn aliases_are_one_human(lab: &Lab) {
    let operator = lab.operator();
    let [a, b, c] = ["aa", "bb", "cc"].map(|one| lab.person(one, &[]));
    let (a, b, c) = (a.await, b.await, c.await);
    let human = async |of: &aurora_people::Name| lab.people.person(of).await.unwrap().human();
    lab.people.set_alias(&operator, &b, Some(&a)).await.unwrap();
    lab.people.set_alias(&operator, &c, Some(&b)).await.unwrap();
    for one in [&a, &b, &c] {
        assert_eq!(human(one).await, Human("aa".to_owned()));
    }
    let me = lab.me(&lab.enter(&c).await).await;
    assert_eq!(me.principal.human, Some(Human("aa".to_owned())));

    let itself = lab.people.set_alias(&operator, &a, Some(&a)).await;
    assert!(matches!(itself, Err(Error::Invalid { .. })));
    // The first one becomes somebody's alias: everybody follows.
    let d = lab.person("dd", &[]).await;
    lab.people.set_alias(&operator, &a, Some(&d)).await.unwrap();
    for one in [&a, &b, &c] {
        assert_eq!(human(one).await, Human("dd".to_owned()), "{one}");
    }
    lab.people.set_alias(&operator, &c, None).await.unwrap();
    assert_eq!(human(&c).await, Human("cc".to_owned()));

    lab.people
        .set_host_users(&operator, &d, vec!["deploy".to_owned()])
        .await
        .unwrap();
    let taken = lab
        .people
        .set_host_users(&operator, &c, vec!["deploy".to_owned()])
        .await;
    assert!(matches!(taken, Err(Error::Conflict { .. })));
    let known = lab.people.local_operator("deploy").await.unwrap();
    assert_eq!(known.principal.human, Some(Human("dd".to_owned())));
    let other = lab.people.local_operator("root").await.unwrap();
    assert_eq!(other.principal.human, Some(Human::administrator()));
}

pub(crate) async fn roles_are_known_ones(lab: &Lab) {
    let ada = lab.person("ada", &[]).await;
    let own: RoleName = "night_shift".parse().unwrap();
    let unknown = lab
        .people
        .set_roles(&lab.operator(), &ada, vec![own.clone()])
        .await;
    assert!(matches!(unknown, Err(Error::Invalid { .. })));
    let made = Change::decided(aurora_model::Action::on("role.change", ["night_shift"])).put(
        Collection::Roles,
        "night_shift",
        Guard::New,
        json!({ "name": "night_shift" }),
    );
    lab.records.commit(&lab.operator(), made).await.unwrap();
    let ada = lab
        .people
        .set_roles(&lab.operator(), &ada, vec![own.clone()])
        .await
        .unwrap();
    assert_eq!(ada.roles(), [own]);
}

/// What releases without accounts kept.
pub(crate) async fn old_accounts_are_read(lab: &Lab) {
    let change = Change::decided(aurora_model::Action::on("session.open", ["x"])).put(
        Collection::People,
        ADMINISTRATOR,
        Guard::New,
        json!({ "name": ADMINISTRATOR, "created_at": 5 }),
    );
    lab.records.commit(&lab.operator(), change).await.unwrap();
    assert!(lab.people.has_administrator().await.unwrap());
    let opened = lab.enter(&name(ADMINISTRATOR)).await;
    assert!(lab.me(&opened).await.principal.is_admin());
    let (app, _) = lab.set_password(&opened, PASSWORD).await;
    lab.pass(60);
    let opened = lab
        .log_in(ADMINISTRATOR, PASSWORD, &app.code(lab))
        .await
        .unwrap();
    assert!(lab.me(&opened).await.principal.is_admin());
}

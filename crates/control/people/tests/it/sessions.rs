use aurora_people::{ADMINISTRATOR, Error, Visitor};
use aurora_permissions::Role;
use aurora_records::{Collection, Query};

use crate::lab::{Lab, name};

pub(crate) async fn sessions_end(lab: &Lab) {
    let ada = lab.person("ada", &[]).await;
    let (idle, used) = (lab.enter(&ada).await, lab.enter(&ada).await);
    for minutes in (0..12 * 60).step_by(10) {
        assert_eq!(lab.is_open(&idle).await, minutes < 60, "idle at {minutes}");
        lab.me(&used).await;
        lab.pass(600);
    }
    assert!(!lab.is_open(&used).await, "after its whole life");
    let unknown = lab.people.by_session("0000", true).await.unwrap();
    assert!(unknown.is_none());
}

pub(crate) async fn sessions_are_listed_and_revoked(lab: &Lab) {
    let (ada, bob) = (lab.person("ada", &[]).await, lab.person("bob", &[]).await);
    let first = lab.enter(&ada).await;
    lab.pass(90);
    let second = lab.enter(&ada).await;
    let theirs = lab.enter(&bob).await;
    lab.me(&first).await;
    let rows = lab.people.sessions(Some(&ada)).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        rows[1].seen_at,
        lab.me(&second).await.principal.authenticated_at
    );
    assert!(
        rows.iter()
            .all(|row| !row.id.contains(first.token.expose().as_str()))
    );
    assert_eq!(lab.people.sessions(None).await.unwrap().len(), 3);

    let others = lab.people.sessions(Some(&bob)).await.unwrap();
    let stolen = lab
        .people
        .revoke_session(&lab.operator(), &others[0].id, Some(&ada))
        .await;
    assert!(matches!(stolen, Err(Error::NotFound { .. })));
    assert!(lab.is_open(&theirs).await);
    lab.people
        .revoke_session(&lab.operator(), &rows[1].id, Some(&ada))
        .await
        .unwrap();
    assert!(!lab.is_open(&first).await && lab.is_open(&second).await);
    assert_eq!(
        lab.people
            .revoke_sessions(&lab.operator(), &ada)
            .await
            .unwrap(),
        1
    );
    assert!(!lab.is_open(&second).await && lab.is_open(&theirs).await);
    lab.people
        .sign_out(theirs.token.expose(), &Visitor::nobody())
        .await
        .unwrap();
    lab.people
        .sign_out(theirs.token.expose(), &Visitor::nobody())
        .await
        .unwrap();
    assert!(!lab.is_open(&theirs).await);
    let left = lab.records.slots(&lab.scope, "people/seen/").await.unwrap();
    assert!(left.is_empty(), "nothing is left of sessions that ended");
}

pub(crate) async fn rights_that_change_end_sessions(lab: &Lab) {
    let ada = lab.person("ada", &[Role::Viewer]).await;
    let opened = lab.enter(&ada).await;
    lab.people
        .set_display_name(&lab.operator(), &ada, "Ada")
        .await
        .unwrap();
    assert!(lab.is_open(&opened).await, "a name is no right");
    let same = vec![Role::Viewer.into()];
    lab.people
        .set_roles(&lab.operator(), &ada, same)
        .await
        .unwrap();
    assert!(lab.is_open(&opened).await, "nothing has changed");
    let more = vec![Role::Viewer.into(), Role::Analyst.into()];
    lab.people
        .set_roles(&lab.operator(), &ada, more)
        .await
        .unwrap();
    assert!(!lab.is_open(&opened).await);
}

pub(crate) async fn links_work_once(lab: &Lab) {
    let ada = lab.person("ada", &[]).await;
    let visitor = Visitor::nobody();
    let link = lab
        .people
        .issue_link(&lab.operator(), Some(&ada))
        .await
        .unwrap();
    let token = link.token.expose();
    let both = tokio::join!(
        lab.people.redeem(token, &visitor),
        lab.people.redeem(token, &visitor)
    );
    assert!(both.0.is_ok() != both.1.is_ok());
    assert!(matches!(
        lab.people.redeem(token, &visitor).await,
        Err(Error::BadLink)
    ));
    let late = lab
        .people
        .issue_link(&lab.operator(), Some(&ada))
        .await
        .unwrap();
    lab.pass(15 * 60);
    let late = lab.people.redeem(late.token.expose(), &visitor).await;
    assert!(matches!(late, Err(Error::BadLink)));
    let nobodys = lab
        .people
        .issue_link(&lab.operator(), Some(&name("nobody")))
        .await;
    assert!(matches!(nobodys, Err(Error::NotFound { .. })));
}

pub(crate) async fn what_expired_is_swept(lab: &Lab) {
    let ada = lab.person("ada", &[]).await;
    for _ in 0..3 {
        lab.enter(&ada).await;
        lab.people.issue_link(&lab.operator(), None).await.unwrap();
    }
    let new = aurora_people::NewKey {
        label: "k".to_owned(),
        days: 1,
        only: None,
    };
    lab.people
        .create_key(&lab.operator(), &ada, new)
        .await
        .unwrap();
    lab.pass(25 * 3_600);
    let link = lab.people.issue_link(&lab.operator(), None).await.unwrap();
    lab.people
        .redeem(link.token.expose(), &Visitor::nobody())
        .await
        .unwrap();
    for (collection, left) in [
        (Collection::Sessions, 1),
        (Collection::Links, 0),
        (Collection::ApiKeys, 0),
    ] {
        let kept = lab
            .records
            .list(&lab.scope, &Query::of(collection))
            .await
            .unwrap();
        assert_eq!(kept.total, left, "{collection}");
    }
    assert!(lab.people.person(&name(ADMINISTRATOR)).await.is_ok());
}

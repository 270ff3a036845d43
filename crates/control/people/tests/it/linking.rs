use aurora_model::AuthStrength;
use aurora_people::{Claims, Error, Identified, Landed, Leaving, Visitor};
use aurora_permissions::Role;

use crate::lab::{Lab, PASSWORD, name};

const REDIRECT: &str = "http://localhost:8443/login/oidc/callback";

fn claims(subject: &str, called: &str, groups: &[&str]) -> Claims {
    Claims {
        issuer: "https://id.example".to_owned(),
        subject: subject.to_owned(),
        preferred_name: Some(called.to_owned()),
        display_name: Some("Grace H.".to_owned()),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
    }
}

async fn leave(lab: &Lab, me: Option<&Identified>) -> (Leaving, String) {
    let left = lab
        .people
        .leave(REDIRECT, me, &Visitor::nobody())
        .await
        .unwrap();
    let state = left.url.split_once("state=").unwrap().1.to_owned();
    (left, state)
}

async fn come_back(
    lab: &Lab,
    me: Option<&Identified>,
    claims: Claims,
) -> aurora_people::Result<Landed> {
    *lab.elsewhere.claims.lock().unwrap() = claims;
    let (left, state) = leave(lab, me).await;
    let visitor = Visitor::nobody();
    lab.people
        .land(REDIRECT, left.cookie.expose(), &state, "good", &visitor)
        .await
}

pub(crate) async fn groups_become_roles(lab: &Lab) {
    let denied = come_back(lab, None, claims("1", "grace", &["other"])).await;
    assert!(matches!(denied, Err(Error::Conflict { .. })));
    assert!(lab.people.people().await.unwrap().is_empty());

    let landed = come_back(lab, None, claims("1", "Grace@id.example", &["soc"]))
        .await
        .unwrap();
    assert!(landed.is_new);
    let first = landed.opened;
    let me = lab.me(&first).await;
    assert_eq!(me.person(), Some(name("grace")));
    assert_eq!(
        me.principal.roles,
        [Role::Analyst.into(), Role::Viewer.into()]
    );
    assert_eq!(me.principal.strength, AuthStrength::Oidc);

    // The same groups again: both sessions live. Others: only the new one does.
    let second = come_back(lab, None, claims("1", "grace", &["soc"]))
        .await
        .unwrap();
    assert!(!second.is_new && lab.is_open(&first).await);
    let third = come_back(lab, None, claims("1", "grace", &["root"]))
        .await
        .unwrap()
        .opened;
    assert!(!lab.is_open(&first).await && !lab.is_open(&second.opened).await);
    assert!(lab.me(&third).await.principal.is_admin());
    // In no group any more: an account without roles may nothing. The last administrator stays one.
    let left = come_back(lab, None, claims("1", "grace", &[])).await;
    assert!(matches!(left, Err(Error::Conflict { .. })));
    lab.person("boss", &[Role::Admin]).await;
    let left = come_back(lab, None, claims("1", "grace", &[]))
        .await
        .unwrap()
        .opened;
    assert_eq!(lab.me(&left).await.principal.roles, []);
    lab.people
        .disable(&lab.operator(), &name("grace"))
        .await
        .unwrap();
    let disabled = come_back(lab, None, claims("1", "grace", &["soc"])).await;
    assert!(matches!(disabled, Err(Error::BadLogin)));
}

pub(crate) async fn nobody_slips_into_an_account_by_its_name(lab: &Lab) {
    lab.with_password("ada", &[Role::Admin]).await;
    for called in ["ada", "ADA", "ada@evil.example"] {
        let tried = come_back(lab, None, claims("2", called, &["soc"])).await;
        assert!(matches!(tried, Err(Error::Conflict { .. })), "{called}");
    }
    for called in ["", "---", "@x", "é"] {
        let tried = come_back(lab, None, claims("3", called, &["soc"])).await;
        assert!(matches!(tried, Err(Error::Conflict { .. })), "{called}");
    }
    // Another issuer's subject of the same name is somebody else.
    come_back(lab, None, claims("4", "grace", &["soc"]))
        .await
        .unwrap();
    let mut other = claims("4", "grace", &["soc"]);
    other.issuer = "https://id.evil.example".to_owned();
    assert!(matches!(
        come_back(lab, None, other).await,
        Err(Error::Conflict { .. })
    ));
}

pub(crate) async fn an_account_is_linked_by_its_owner(lab: &Lab) {
    let (ada, app, opened) = lab.with_password("ada", &[Role::Responder]).await;
    let me = lab.me(&opened).await;
    come_back(lab, Some(&me), claims("7", "whoever", &["soc"]))
        .await
        .unwrap();
    let opened = come_back(lab, None, claims("7", "whoever", &["soc"]))
        .await
        .unwrap()
        .opened;
    let me = lab.me(&opened).await;
    assert_eq!(me.person(), Some(ada.clone()));
    assert_eq!(
        me.principal.roles.len(),
        3,
        "those given here, and those of the groups"
    );
    lab.pass(60);
    let here = lab.log_in("ada", PASSWORD, &app.code(lab)).await.unwrap();
    assert_eq!(
        lab.me(&here).await.principal.human,
        me.principal.human,
        "one human"
    );
    assert_eq!(
        lab.people.credentials(&me).await.unwrap().identities.len(),
        1
    );

    // Linked once, it is nobody else's, and nobody else's to remove.
    let bob = lab.person("bob", &[]).await;
    let bob = lab.me(&lab.enter(&bob).await).await;
    let taken = come_back(lab, Some(&bob), claims("7", "whoever", &[])).await;
    assert!(matches!(taken, Err(Error::Conflict { .. })));
    let id = lab.people.identities(&ada).await.unwrap()[0].id.clone();
    let visitor = Visitor::nobody();
    let stolen = lab.people.remove_identity(&bob, &id, &visitor).await;
    assert!(matches!(stolen, Err(Error::NotFound { .. })));
    let me = lab.me(&here).await;
    lab.people
        .remove_identity(&me, &id, &visitor)
        .await
        .unwrap();
    assert!(lab.people.identities(&ada).await.unwrap().is_empty());
}

pub(crate) async fn what_comes_back_is_checked(lab: &Lab) {
    *lab.elsewhere.claims.lock().unwrap() = claims("9", "grace", &["soc"]);
    let visitor = Visitor::nobody();
    let land = async |cookie: &str, state: &str, code: &str| {
        let landed = lab
            .people
            .land(REDIRECT, cookie, state, code, &visitor)
            .await;
        matches!(landed, Err(Error::BadLogin))
    };
    let (left, state) = leave(lab, None).await;
    assert!(land("another browser's", &state, "good").await);
    assert!(land(left.cookie.expose(), "another state", "good").await);
    assert!(
        land(left.cookie.expose(), &state, "good").await,
        "one answer, right or wrong"
    );
    let (left, state) = leave(lab, None).await;
    assert!(land(left.cookie.expose(), &state, "bad").await);
    let (left, state) = leave(lab, None).await;
    lab.pass(10 * 60 + 1);
    assert!(land(left.cookie.expose(), &state, "good").await, "late");
    let (left, state) = leave(lab, None).await;
    lab.people
        .land(REDIRECT, left.cookie.expose(), &state, "good", &visitor)
        .await
        .unwrap();
    assert!(land(left.cookie.expose(), &state, "good").await, "replayed");
}

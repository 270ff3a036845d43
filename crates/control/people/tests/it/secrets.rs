//! What a copy of the store holds, and what is printed, opens nothing.

use aurora_people::Visitor;
use aurora_permissions::Role;
use aurora_records::{Collection, Query};

use crate::authenticator::Browser;
use crate::lab::{Lab, ORIGIN, PASSWORD};

#[tokio::test]
async fn nothing_that_opens_is_kept_or_printed() {
    let lab = Lab::memory();
    let name = lab.person("ada", &[Role::Admin]).await;
    let link = lab
        .people
        .issue_link(&lab.operator(), Some(&name))
        .await
        .unwrap();
    let opened = lab.enter(&name).await;
    let me = lab.me(&opened).await;
    let enrolment = lab.people.new_generator(&me).await.unwrap();
    let (_, opened) = lab.set_password(&opened, PASSWORD).await;
    let me = lab.me(&opened).await;
    let asked = lab.people.ask_for_passkey(&me, ORIGIN).await.unwrap();
    let made = Browser::new().create(&asked).await;
    let opened = lab
        .people
        .add_passkey(&me, "laptop", &made, &Visitor::nobody())
        .await
        .unwrap();
    let new = aurora_people::NewKey {
        label: "ci".to_owned(),
        days: 9,
        only: None,
    };
    let key = lab
        .people
        .create_key(&lab.operator(), &name, new)
        .await
        .unwrap();

    let mut kept = format!("{:?} {opened:?} {key:?} {link:?} {enrolment:?}", lab.people);
    for collection in Collection::ALL {
        let all = lab
            .records
            .list(&lab.scope, &Query::of(collection))
            .await
            .unwrap();
        for document in all.documents {
            kept.push_str(&format!("{} {}\n", document.id, document.body));
        }
    }
    for (key, value) in lab.records.slots(&lab.scope, "").await.unwrap() {
        kept.push_str(&format!("{key} {}\n", String::from_utf8_lossy(&value)));
    }
    let (_, part) = key.token.expose().rsplit_once('_').unwrap();
    for (what, secret) in [
        ("password", PASSWORD),
        ("link", link.token.expose()),
        ("session", opened.token.expose()),
        ("key", part),
        ("generator", enrolment.secret.expose()),
    ] {
        assert!(!kept.contains(secret), "the {what} is there");
    }
    assert!(kept.contains("laptop") && kept.contains("ci"));
}

/// The same documents, under another site's key.
#[tokio::test]
async fn a_copy_of_the_store_opens_nothing_on_another_site() {
    let lab = Lab::memory();
    let (name, app, opened) = lab.with_password("ada", &[Role::Admin]).await;
    let new = aurora_people::NewKey {
        label: "ci".to_owned(),
        days: 9,
        only: None,
    };
    let key = lab
        .people
        .create_key(&lab.operator(), &name, new)
        .await
        .unwrap();
    let mut there = Lab::over(lab.records.clone(), lab.clock.clone());
    there.scope = lab.scope.clone();
    there.people = there.beside();
    lab.pass(60);
    assert_eq!(
        there.people.person(&name).await.unwrap().name,
        name,
        "it reads the same accounts"
    );
    assert!(!there.is_open(&opened).await);
    assert!(
        there
            .people
            .by_key(key.token.expose())
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        there
            .log_in("ada", PASSWORD, &app.code(&lab))
            .await
            .is_err()
    );
    lab.log_in("ada", PASSWORD, &app.code(&lab)).await.unwrap();
}

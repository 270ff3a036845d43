use aurora_model::AuthStrength;
use aurora_people::{Error, Opened, Visitor};
use aurora_permissions::Role;

use crate::authenticator::Browser;
use crate::lab::{Lab, ORIGIN, PASSWORD, secret};

pub(crate) async fn a_password_with_a_code_opens_a_session(lab: &Lab) {
    let (ada, app, _) = lab.with_password("ada", &[Role::Analyst]).await;
    lab.pass(60);
    let opened = lab.log_in(" Ada ", PASSWORD, &app.code(lab)).await.unwrap();
    let me = lab.me(&opened).await;
    assert_eq!(me.person(), Some(ada));
    assert_eq!(me.principal.strength, AuthStrength::Totp);
    assert_eq!(me.principal.roles, [Role::Analyst.into()]);
    // Another process of the site knows it too.
    let elsewhere = lab.beside().by_session(opened.token.expose(), false).await;
    assert!(elsewhere.unwrap().is_some());
}

pub(crate) async fn whatever_is_wrong_looks_the_same(lab: &Lab) {
    let (_, app, opened) = lab.with_password("ada", &[]).await;
    lab.enter(&lab.person("bob", &[]).await).await;
    lab.pass(60);
    let code = app.code(lab);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let (early, late) = (app.code_in(lab, 2), app.code_in(lab, -2));
    let mut texts = Vec::new();
    for (name, password, code) in [
        ("ada", "corps lantern violets", code.as_str()),
        ("ada", "", &code),
        ("ada", PASSWORD, wrong),
        ("ada", PASSWORD, ""),
        ("ada", PASSWORD, &early),
        ("ada", PASSWORD, &late),
        ("bob", "", ""),
        ("bob", PASSWORD, &code),
        ("nobody", PASSWORD, &code),
        ("no body/", PASSWORD, &code),
        ("", "", ""),
    ] {
        let error = lab.log_in(name, password, code).await.unwrap_err();
        assert!(matches!(error, Error::BadLogin), "{name}: {error}");
        texts.push(error.to_string());
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
    assert!(lab.is_open(&opened).await, "failed tries end nothing");
}

pub(crate) async fn a_code_is_not_taken_twice(lab: &Lab) {
    let (_, app, opened) = lab.with_password("ada", &[]).await;
    // The code that confirmed the generator is used up, too.
    assert!(lab.log_in("ada", PASSWORD, &app.code(lab)).await.is_err());
    lab.pass(60);
    let code = app.code(lab);
    let tries = (0..4).map(|_| lab.log_in("ada", PASSWORD, &code));
    let outcomes = futures(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    lab.pass(30);
    assert!(
        lab.log_in("ada", PASSWORD, &code).await.is_err(),
        "late, and used"
    );
    assert!(
        lab.log_in("ada", PASSWORD, &app.code_in(lab, -1))
            .await
            .is_err(),
        "an older one"
    );
    lab.log_in("ada", PASSWORD, &app.code(lab)).await.unwrap();
    // Nor to change the password.
    let me = lab.me(&opened).await;
    let code = secret(&app.code(lab));
    let set = lab
        .people
        .set_password(
            &me,
            secret("another phrase entirely"),
            &code,
            None,
            &Visitor::nobody(),
        )
        .await;
    assert!(matches!(set, Err(Error::BadProof(_))));
}

async fn futures<F: Future<Output = aurora_people::Result<Opened>>>(
    all: impl Iterator<Item = F>,
) -> Vec<aurora_people::Result<Opened>> {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = all.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (at, one) in all.iter_mut().enumerate() {
            if done[at].is_none()
                && let std::task::Poll::Ready(outcome) = one.as_mut().poll(context)
            {
                done[at] = Some(outcome);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

pub(crate) async fn a_password_needs_its_codes(lab: &Lab) {
    let ada = lab.person("ada", &[]).await;
    let me = lab.me(&lab.enter(&ada).await).await;
    let visitor = Visitor::nobody();
    let set = async |password: &str, code: &str, id: Option<&str>| {
        let (password, code) = (secret(password), secret(code));
        lab.people
            .set_password(&me, password, &code, id, &visitor)
            .await
    };
    assert!(matches!(
        set(PASSWORD, "000000", None).await,
        Err(Error::Invalid { .. })
    ));
    assert!(matches!(
        set(PASSWORD, "000000", Some("made up")).await,
        Err(Error::BadProof(_))
    ));
    let enrolment = lab.people.new_generator(&me).await.unwrap();
    let id = Some(enrolment.id.as_str());
    assert!(matches!(
        set("short", "000000", id).await,
        Err(Error::Invalid { .. })
    ));
    // A mistyped code does not end the enrolment; time does.
    assert!(matches!(
        set(PASSWORD, "abc", id).await,
        Err(Error::BadProof(_))
    ));
    assert!(matches!(
        set(PASSWORD, "abc", id).await,
        Err(Error::BadProof(_))
    ));
    lab.pass(1_000);
    let text = set(PASSWORD, "abc", id).await.unwrap_err().to_string();
    assert!(text.contains("too long ago"), "{text}");

    // Somebody else's enrolment is not theirs to confirm.
    let bob = lab.person("bob", &[]).await;
    let theirs = lab.me(&lab.enter(&bob).await).await;
    let theirs = lab.people.new_generator(&theirs).await.unwrap();
    assert!(matches!(
        set(PASSWORD, "abc", Some(&theirs.id)).await,
        Err(Error::BadProof(_))
    ));
    assert!(!lab.people.credentials(&me).await.unwrap().password);
}

pub(crate) async fn somebody_keeps_a_way_in(lab: &Lab) {
    let (_, _, opened) = lab.with_password("ada", &[]).await;
    let visitor = Visitor::nobody();
    let me = lab.me(&opened).await;
    let removed = lab.people.remove_password(&me, &visitor).await;
    assert!(matches!(removed, Err(Error::Conflict { .. })));
    let asked = lab.people.ask_for_passkey(&me, ORIGIN).await.unwrap();
    let made = Browser::new().create(&asked).await;
    let opened = lab
        .people
        .add_passkey(&me, "laptop", &made, &visitor)
        .await
        .unwrap();
    let me = lab.me(&opened).await;
    let opened = lab.people.remove_password(&me, &visitor).await.unwrap();
    let me = lab.me(&opened).await;
    let left = lab.people.credentials(&me).await.unwrap();
    assert!(!left.password);
    let removed = lab
        .people
        .remove_passkey(&me, &left.passkeys[0].credential, &visitor)
        .await;
    assert!(matches!(removed, Err(Error::Conflict { .. })));
}

/// Nobody can prepare a session that somebody else then signs in to.
pub(crate) async fn every_login_has_a_session_of_its_own(lab: &Lab) {
    let (_, app, first) = lab.with_password("ada", &[]).await;
    lab.pass(60);
    let mut visitor = Visitor::nobody();
    visitor.shown = Some(first.token.clone());
    let second = lab
        .log_in_from("ada", PASSWORD, &app.code(lab), &visitor)
        .await
        .unwrap();
    assert_ne!(first.token, second.token);
    assert!(
        !lab.is_open(&first).await,
        "what was shown does not live on"
    );
    visitor.shown = Some(secret("a token that somebody planted"));
    lab.pass(60);
    let third = lab
        .log_in_from("ada", PASSWORD, &app.code(lab), &visitor)
        .await
        .unwrap();
    assert_ne!(third.token.expose(), "a token that somebody planted");
    assert!(lab.is_open(&second).await, "another browser's");
    // What opens the account has changed: only the session of the change goes on, under a new token.
    let me = lab.me(&third).await;
    lab.pass(60);
    let code = secret(&app.code(lab));
    let password = secret("another phrase entirely");
    let fourth = lab
        .people
        .set_password(&me, password, &code, None, &visitor)
        .await
        .unwrap();
    assert_ne!(fourth.token, third.token);
    assert!(!lab.is_open(&second).await && !lab.is_open(&third).await);
    assert!(lab.is_open(&fourth).await);
}

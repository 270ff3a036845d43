use aurora_people::{Error, Visitor};

use crate::lab::{Lab, PASSWORD};

pub(crate) async fn too_many_tries_are_not_looked_at(lab: &Lab) {
    let (_, app, _) = lab.with_password("ada", &[]).await;
    lab.pass(60);
    for _ in 0..10 {
        assert!(matches!(
            lab.log_in("ada", "wrong", "000000").await,
            Err(Error::BadLogin)
        ));
    }
    let right = lab.log_in("ADA", PASSWORD, &app.code(lab)).await;
    let Err(Error::TooManyTries { wait }) = right else {
        panic!("{right:?}");
    };
    assert!(wait.as_secs() > 800, "{wait:?}");
    lab.pass(16 * 60);
    lab.log_in("ada", PASSWORD, &app.code(lab)).await.unwrap();
    // A login forgets what went wrong before.
    for round in 0..3 {
        for _ in 0..6 {
            assert!(matches!(
                lab.log_in("ada", "wrong", "").await,
                Err(Error::BadLogin)
            ));
        }
        lab.pass(60);
        let opened = lab.log_in("ada", PASSWORD, &app.code(lab)).await;
        assert!(opened.is_ok(), "round {round}");
    }
}

pub(crate) async fn an_address_may_be_wrong_so_often(lab: &Lab) {
    let (_, app, _) = lab.with_password("ada", &[]).await;
    lab.pass(60);
    let from = |address: &str| Visitor {
        peer: Some(address.parse().unwrap()),
        ..Visitor::nobody()
    };
    let here = from("192.0.2.7");
    for one in 0..50 {
        let tried = lab
            .log_in_from(&format!("name{one}"), "x", "x", &here)
            .await;
        assert!(matches!(tried, Err(Error::BadLogin)), "{one}");
    }
    let code = app.code(lab);
    let tried = lab.log_in_from("ada", PASSWORD, &code, &here).await;
    assert!(matches!(tried, Err(Error::TooManyTries { .. })));
    let mapped = lab
        .log_in_from("ada", PASSWORD, &code, &from("::ffff:192.0.2.7"))
        .await;
    assert!(matches!(mapped, Err(Error::TooManyTries { .. })));
    lab.log_in_from("ada", PASSWORD, &code, &from("192.0.2.8"))
        .await
        .unwrap();
}

/// Accounts that are not there are counted like others.
pub(crate) async fn nobody_is_told_who_has_an_account(lab: &Lab) {
    for _ in 0..10 {
        assert!(matches!(
            lab.log_in("nobody", "x", "x").await,
            Err(Error::BadLogin)
        ));
    }
    assert!(matches!(
        lab.log_in("nobody", "x", "x").await,
        Err(Error::TooManyTries { .. })
    ));
}

use aurora_model::AuthStrength;
use aurora_people::{Encoded, Error, Identified, Name, Opened, PasskeyAnswer, Visitor};
use aurora_permissions::Role;

use crate::authenticator::Browser;
use crate::forge::{Pair, Said};
use crate::lab::{Lab, ORIGIN};

/// Somebody with a passkey, signed in.
pub(crate) async fn holder(lab: &Lab, text: &str) -> (Name, Browser, Identified) {
    let name = lab.person(text, &[Role::Analyst]).await;
    let mut browser = Browser::new();
    let opened = enrol(lab, &mut browser, &lab.enter(&name).await)
        .await
        .unwrap();
    (name, browser, lab.me(&opened).await)
}

async fn enrol(lab: &Lab, browser: &mut Browser, opened: &Opened) -> aurora_people::Result<Opened> {
    let me = lab.me(opened).await;
    let asked = lab.people.ask_for_passkey(&me, ORIGIN).await.unwrap();
    let made = browser.create(&asked).await;
    lab.people
        .add_passkey(&me, "laptop", &made, &Visitor::nobody())
        .await
}

async fn answer(lab: &Lab, browser: &mut Browser) -> PasskeyAnswer {
    let asked = lab
        .people
        .ask_who(ORIGIN, &Visitor::nobody())
        .await
        .unwrap();
    browser.get(&asked).await
}

async fn enter(lab: &Lab, answer: &PasskeyAnswer) -> aurora_people::Result<Opened> {
    lab.people
        .sign_in_with_passkey(answer, &Visitor::nobody())
        .await
}

fn is_bad(outcome: &aurora_people::Result<Opened>) -> bool {
    matches!(outcome, Err(Error::BadLogin))
}

pub(crate) async fn a_passkey_opens_a_session(lab: &Lab) {
    let name = lab.person("ada", &[Role::Analyst]).await;
    let mut browser = Browser::new();
    let link = lab.enter(&name).await;
    let first = enrol(lab, &mut browser, &link).await.unwrap();
    assert!(
        !lab.is_open(&link).await,
        "the session that began with a link ends"
    );
    assert!(lab.is_open(&first).await);

    let opened = enter(lab, &answer(lab, &mut browser).await).await.unwrap();
    let me = lab.me(&opened).await;
    assert_eq!(me.person(), Some(name));
    assert_eq!(me.principal.strength, AuthStrength::Passkey);
    let kept = lab.people.credentials(&me).await.unwrap().passkeys;
    assert_eq!((kept.len(), kept[0].label.as_str()), (1, "laptop"));
    assert!(kept[0].used_at.is_some() && kept[0].count > 0);
    // Nobody is named before they have shown who they are.
    let asked = lab
        .people
        .ask_who(ORIGIN, &Visitor::nobody())
        .await
        .unwrap();
    assert_eq!(asked["allowCredentials"], serde_json::json!([]));
    assert_eq!(asked["userVerification"], "required");
}

pub(crate) async fn answers_count_once_and_in_time(lab: &Lab) {
    let (_, mut browser, _) = holder(lab, "ada").await;
    let once = answer(lab, &mut browser).await;
    enter(lab, &once).await.unwrap();
    assert!(is_bad(&enter(lab, &once).await), "replayed");
    let late = answer(lab, &mut browser).await;
    lab.pass(5 * 60 + 1);
    assert!(is_bad(&enter(lab, &late).await), "late");
    // A challenge of another process that shares nothing, as after a crash.
    let asked = lab
        .beside()
        .ask_who(ORIGIN, &Visitor::nobody())
        .await
        .unwrap();
    assert!(
        is_bad(&enter(lab, &browser.get(&asked).await).await),
        "never asked here"
    );
    // A challenge for something else.
    let me = lab.person("bob", &[]).await;
    let me = lab.me(&lab.enter(&me).await).await;
    let mut asked = lab.people.ask_for_passkey(&me, ORIGIN).await.unwrap();
    asked["allowCredentials"] = serde_json::json!([]);
    asked["userVerification"] = "required".into();
    assert!(
        is_bad(&enter(lab, &browser.get(&asked).await).await),
        "asked for a passkey"
    );

    let mut edited = answer(lab, &mut browser).await;
    edited.response.signature.0[12] ^= 1;
    assert!(is_bad(&enter(lab, &edited).await), "another signature");
    let mut edited = answer(lab, &mut browser).await;
    edited.response.user_handle = Some(Encoded(vec![1; 32]));
    assert!(
        is_bad(&enter(lab, &edited).await),
        "another person's handle"
    );
    let mut edited = answer(lab, &mut browser).await;
    edited.id = Encoded(b"unknown".to_vec());
    assert!(is_bad(&enter(lab, &edited).await), "nobody's");
    enter(lab, &answer(lab, &mut browser).await).await.unwrap();
}

pub(crate) async fn a_passkey_is_its_owners(lab: &Lab) {
    let (_, mut browser, ada) = holder(lab, "ada").await;
    let (_, _, bob) = holder(lab, "bob").await;
    let visitor = Visitor::nobody();
    // What ada was asked is not bob's to answer.
    let asked = lab.people.ask_for_passkey(&ada, ORIGIN).await.unwrap();
    let made = Browser::new().create(&asked).await;
    let taken = lab
        .people
        .add_passkey(&bob, "mine now", &made, &visitor)
        .await;
    assert!(matches!(taken, Err(Error::BadProof(_))));
    // Nor is ada's passkey his to remove.
    let theirs = lab.people.credentials(&ada).await.unwrap().passkeys;
    let gone = lab
        .people
        .remove_passkey(&bob, &theirs[0].credential, &visitor)
        .await;
    assert!(matches!(gone, Err(Error::NotFound { .. })));
    for label in ["", "  ", "a\u{7}b", &"x".repeat(61)] {
        let asked = lab.people.ask_for_passkey(&ada, ORIGIN).await.unwrap();
        let made = Browser::new().create(&asked).await;
        let named = lab.people.add_passkey(&ada, label, &made, &visitor).await;
        assert!(matches!(named, Err(Error::Invalid { .. })), "{label}");
    }
    enter(lab, &answer(lab, &mut browser).await).await.unwrap();
    // The local operator has an account on the machine and none here.
    let operator = lab.people.local_operator("root").await.unwrap();
    assert!(lab.people.ask_for_passkey(&operator, ORIGIN).await.is_err());
}

/// What an honest authenticator never says, over the whole way.
async fn forged(lab: &Lab, pair: &Pair, count: u32) -> PasskeyAnswer {
    let asked = lab
        .people
        .ask_who(ORIGIN, &Visitor::nobody())
        .await
        .unwrap();
    let challenge: Encoded = serde_json::from_value(asked["challenge"].clone()).unwrap();
    let said = Said::get(&challenge.0, count);
    let (client_data, data) = (said.client_data(), said.data(None));
    PasskeyAnswer {
        id: Encoded(said.id.clone()),
        response: aurora_people::AnswerResponse {
            signature: Encoded(pair.sign(&data, &client_data)),
            client_data: Encoded(client_data),
            authenticator_data: Encoded(data),
            user_handle: None,
        },
    }
}

pub(crate) async fn an_authenticator_that_counts_back_is_a_copy(lab: &Lab) {
    let ada = lab.person("ada", &[]).await;
    let me = lab.me(&lab.enter(&ada).await).await;
    let asked = lab.people.ask_for_passkey(&me, ORIGIN).await.unwrap();
    let challenge: Encoded = serde_json::from_value(asked["challenge"].clone()).unwrap();
    let (pair, said) = (Pair::es256(), Said::create(&challenge.0));
    let made = aurora_people::PasskeyMade {
        response: aurora_people::MadeResponse {
            client_data: Encoded(said.client_data()),
            attestation: Encoded(pair.object(&said, false)),
        },
    };
    lab.people
        .add_passkey(&me, "old key", &made, &Visitor::nobody())
        .await
        .unwrap();
    enter(lab, &forged(lab, &pair, 5).await).await.unwrap();
    for count in [5, 4, 0] {
        assert!(
            is_bad(&enter(lab, &forged(lab, &pair, count).await).await),
            "{count}"
        );
    }
    enter(lab, &forged(lab, &pair, 6).await).await.unwrap();
    // The same credential cannot become somebody else's.
    let bob = lab.person("bob", &[]).await;
    let me = lab.me(&lab.enter(&bob).await).await;
    let asked = lab.people.ask_for_passkey(&me, ORIGIN).await.unwrap();
    let challenge: Encoded = serde_json::from_value(asked["challenge"].clone()).unwrap();
    let said = Said::create(&challenge.0);
    let made = aurora_people::PasskeyMade {
        response: aurora_people::MadeResponse {
            client_data: Encoded(said.client_data()),
            attestation: Encoded(Pair::ed().object(&said, true)),
        },
    };
    let taken = lab
        .people
        .add_passkey(&me, "mine", &made, &Visitor::nobody())
        .await;
    assert!(matches!(taken, Err(Error::Conflict { .. })));
}

pub(crate) async fn passkeys_of_another_site_are_not_taken(lab: &Lab) {
    let (_, mut browser, me) = holder(lab, "ada").await;
    for origin in [
        "http://localhost:9999",
        "https://evil.example",
        "http://127.0.0.1:8443",
        "",
    ] {
        let asked = lab.people.ask_who(origin, &Visitor::nobody()).await;
        assert!(matches!(asked, Err(Error::Invalid { .. })), "{origin}");
        assert!(
            lab.people.ask_for_passkey(&me, origin).await.is_err(),
            "{origin}"
        );
    }
    // A page on another port of this machine asks the same authenticator.
    let asked = lab
        .people
        .ask_who(ORIGIN, &Visitor::nobody())
        .await
        .unwrap();
    browser.moves_to("http://localhost:9999");
    assert!(is_bad(&enter(lab, &browser.get(&asked).await).await));
    browser.moves_to(ORIGIN);
    enter(lab, &answer(lab, &mut browser).await).await.unwrap();
}

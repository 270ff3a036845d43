use aurora_approvals::{ActionHash, Verifier as _, VerifierError};
use aurora_model::AuthStrength;
use aurora_people::{Identified, StepUp};
use serde_json::{Value, json};

use crate::authenticator::Browser;
use crate::lab::Lab;
use crate::passkeys::holder;

const THIS: ActionHash = ActionHash([1; 32]);
const OTHER: ActionHash = ActionHash([2; 32]);

async fn asked(lab: &Lab, me: &Identified, action: &ActionHash) -> Value {
    let judge = StepUp::of(lab.people.clone());
    let asked = judge
        .challenge(&lab.scope, &me.principal, action)
        .await
        .unwrap();
    asked.expect("they have a means")
}

async fn answer(lab: &Lab, me: &Identified, action: &ActionHash, browser: &mut Browser) -> Value {
    let asked = asked(lab, me, action).await;
    json!({ "passkey": browser.get::<Value>(&asked["passkey"]).await })
}

/// `None` for what is refused.
async fn judged(
    lab: &Lab,
    me: &Identified,
    action: &ActionHash,
    answer: &Value,
) -> Option<AuthStrength> {
    let judge = StepUp::of(lab.people.clone());
    match judge
        .verify(&lab.scope, &me.principal, action, answer)
        .await
    {
        Ok(strength) => Some(strength),
        Err(VerifierError::Refused) => None,
        Err(failed) => panic!("{failed:?}"),
    }
}

pub(crate) async fn a_word_counts_for_its_action(lab: &Lab) {
    let (_, mut browser, ada) = holder(lab, "ada").await;
    let (_, mut theirs, bob) = holder(lab, "bob").await;
    let word = answer(lab, &ada, &THIS, &mut browser).await;
    assert_eq!(
        judged(lab, &ada, &THIS, &word).await,
        Some(AuthStrength::Passkey)
    );
    assert_eq!(judged(lab, &ada, &THIS, &word).await, None, "replayed");

    let word = answer(lab, &ada, &THIS, &mut browser).await;
    assert_eq!(
        judged(lab, &ada, &OTHER, &word).await,
        None,
        "another action"
    );
    assert_eq!(
        judged(lab, &ada, &THIS, &word).await,
        None,
        "it was shown once already"
    );
    let word = answer(lab, &ada, &THIS, &mut browser).await;
    assert_eq!(judged(lab, &bob, &THIS, &word).await, None, "somebody else");
    let word = answer(lab, &bob, &THIS, &mut theirs).await;
    assert_eq!(
        judged(lab, &ada, &THIS, &word).await,
        None,
        "somebody else's"
    );
    let word = answer(lab, &ada, &THIS, &mut browser).await;
    lab.pass(5 * 60 + 1);
    assert_eq!(judged(lab, &ada, &THIS, &word).await, None, "late");

    // A login's signature is no word on an action, and the other way round.
    let visitor = aurora_people::Visitor::nobody();
    let login = lab
        .people
        .ask_who(crate::lab::ORIGIN, &visitor)
        .await
        .unwrap();
    let word = json!({ "passkey": browser.get::<Value>(&login).await });
    assert_eq!(judged(lab, &ada, &THIS, &word).await, None, "a login");
    let word = answer(lab, &ada, &THIS, &mut browser).await;
    let login = serde_json::from_value(word["passkey"].clone()).unwrap();
    assert!(
        lab.people
            .sign_in_with_passkey(&login, &visitor)
            .await
            .is_err()
    );
    for nonsense in [
        json!(null),
        json!({}),
        json!({ "passkey": {} }),
        json!({ "totp": 5 }),
    ] {
        assert_eq!(
            judged(lab, &ada, &THIS, &nonsense).await,
            None,
            "{nonsense}"
        );
    }
    // Every challenge is another, and says nothing of the action.
    let (one, two) = (asked(lab, &ada, &THIS).await, asked(lab, &ada, &THIS).await);
    assert_ne!(one["passkey"]["challenge"], two["passkey"]["challenge"]);
}

pub(crate) async fn a_code_counts_once(lab: &Lab) {
    let (_, app, opened) = lab.with_password("ada", &[]).await;
    let me = lab.me(&opened).await;
    assert_eq!(asked(lab, &me, &THIS).await, json!({ "totp": true }));
    lab.pass(60);
    let word = json!({ "totp": app.code(lab) });
    assert_eq!(
        judged(lab, &me, &THIS, &word).await,
        Some(AuthStrength::Totp)
    );
    assert_eq!(judged(lab, &me, &THIS, &word).await, None, "used");
    let login = lab
        .log_in("ada", crate::lab::PASSWORD, &app.code(lab))
        .await;
    assert!(login.is_err(), "used here, so not good there");
    lab.pass(60);
    for _ in 0..10 {
        assert_eq!(judged(lab, &me, &THIS, &json!({ "totp": "x" })).await, None);
    }
    let word = json!({ "totp": app.code(lab) });
    assert_eq!(judged(lab, &me, &THIS, &word).await, None, "too many tries");
}

pub(crate) async fn whoever_has_no_means_is_told(lab: &Lab) {
    let ada = lab.person("ada", &[]).await;
    let me = lab.me(&lab.enter(&ada).await).await;
    let judge = StepUp::of(lab.people.clone());
    let ask = async |me: &Identified| {
        judge
            .challenge(&lab.scope, &me.principal, &THIS)
            .await
            .unwrap()
    };
    assert_eq!(ask(&me).await, None);
    let operator = lab.people.local_operator("root").await.unwrap();
    assert_eq!(ask(&operator).await, None);
    assert_eq!(
        judged(lab, &operator, &THIS, &json!({ "totp": "000000" })).await,
        None
    );
}

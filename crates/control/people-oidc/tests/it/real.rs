use std::sync::Arc;

use aurora_clock::SystemClock;
use aurora_engines::OidcProvider;
use aurora_ephemeral_memory::MemoryEphemeral;
use aurora_ids::Id128;
use aurora_model::{AuthStrength, Scope, SiteId};
use aurora_people::{Error, OidcOptions, Options, Parts, People, Provider, Visitor};
use aurora_people_oidc::Oidc;
use aurora_records_memory::MemoryRecords;
use aurora_secrets::Keyring;

use crate::client::{asked, follow};

const REDIRECT: &str = "http://localhost:8443/login/oidc/callback";

fn site(provider: &OidcProvider, folder: &std::path::Path) -> People {
    let secret = folder.join("secret");
    std::fs::write(&secret, format!("{}\n", provider.client_secret())).unwrap();
    let oidc = OidcOptions {
        issuer: provider.issuer(),
        client_id: provider.client_id().to_owned(),
        client_secret_file: Some(secret),
        scopes: vec!["profile".to_owned(), "groups".to_owned()],
        roles: vec!["soc=analyst".to_owned()],
        ..OidcOptions::default()
    };
    let adapter = Oidc::open(&oidc).unwrap().unwrap();
    assert!(!format!("{adapter:?}").contains(provider.client_secret()));
    let clock = Arc::new(SystemClock::new());
    let people = People::new(Parts {
        records: Arc::new(MemoryRecords::new(clock.clone())),
        ephemeral: Arc::new(MemoryEphemeral::new(clock.clone())),
        keyring: &Keyring::open(&folder.join("keys")).unwrap(),
        clock,
        scope: Scope::of(SiteId(Id128::random())),
        site_name: "Test".to_owned(),
        options: Options {
            oidc,
            ..Options::default()
        },
        provider: Some(Arc::new(adapter) as Arc<dyn Provider>),
    });
    people.unwrap()
}

#[tokio::test]
async fn somebody_comes_from_a_real_provider() {
    let Some(provider) = OidcProvider::start().unwrap() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let people = site(&provider, folder.path());
    let visitor = Visitor::nobody();
    let left = people.leave(REDIRECT, None, &visitor).await.unwrap();
    let url: url::Url = left.url.parse().unwrap();
    assert_eq!(asked(&url, "code_challenge_method"), "S256");
    assert!(!asked(&url, "nonce").is_empty() && !asked(&url, "state").is_empty());
    assert!(!left.url.contains(provider.client_secret()));

    let back = follow(&format!("{}&login_hint=grace%3Asoc", left.url));
    assert!(back.as_str().starts_with(REDIRECT), "{back}");
    let (state, code) = (asked(&back, "state"), asked(&back, "code"));
    let cookie = left.cookie.expose();
    let landed = people
        .land(REDIRECT, cookie, &state, &code, &visitor)
        .await
        .unwrap();
    assert!(landed.is_new);
    let token = landed.opened.token.expose();
    let me = people.by_session(token, true).await.unwrap().unwrap();
    assert_eq!(me.principal.strength, AuthStrength::Oidc);
    assert_eq!(me.principal.actor.name(), "grace");
    assert_eq!(
        me.principal.roles,
        [aurora_permissions::Role::Analyst.into()]
    );
    let person = people.person(&me.person().unwrap()).await.unwrap();
    assert_eq!(person.display_name, "Called grace");

    // The code is used up at the provider, and what waited is gone here.
    let again = people.land(REDIRECT, cookie, &state, &code, &visitor).await;
    assert!(matches!(again, Err(Error::BadLogin)));
    // A code that was asked for by somebody else does not fit this verifier (PKCE).
    let theirs = people.leave(REDIRECT, None, &visitor).await.unwrap();
    let stolen = follow(&format!("{}&login_hint=eve%3Asoc", theirs.url));
    let mine = people.leave(REDIRECT, None, &visitor).await.unwrap();
    let state = asked(&mine.url.parse().unwrap(), "state");
    let code = asked(&stolen, "code");
    let injected = people
        .land(REDIRECT, mine.cookie.expose(), &state, &code, &visitor)
        .await;
    assert!(matches!(injected, Err(Error::BadLogin)), "{injected:?}");
    assert!(people.people().await.unwrap().len() == 1);
}

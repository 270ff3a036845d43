use aurora_people::{Asked, Claims, OidcOptions, Provider, ProviderError};
use aurora_people_oidc::{Error, Oidc};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use crate::liar::{Liar, SECRET, key, part, signed};

const REDIRECT: &str = "http://localhost:8443/login/oidc/callback";

fn adapter(liar: &Liar, folder: &std::path::Path) -> Oidc {
    let secret = folder.join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    let options = OidcOptions {
        issuer: liar.issuer.clone(),
        client_id: "aurorasoc".to_owned(),
        client_secret_file: Some(secret),
        ..OidcOptions::default()
    };
    Oidc::open(&options).unwrap().unwrap()
}

fn asked() -> Asked {
    Asked {
        state: "s".to_owned(),
        nonce: "the nonce".to_owned(),
        verifier: "v".repeat(43),
    }
}

async fn arrive(oidc: &Oidc) -> Result<Claims, ProviderError> {
    oidc.arrive(REDIRECT, &asked(), "code").await
}

#[tokio::test]
async fn only_what_was_signed_for_us_now_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let liar = Liar::start();
    let oidc = adapter(&liar, folder.path());
    let header = json!({ "alg": "ES256", "kid": "1" });
    let honest = liar.claims("the nonce");
    liar.says(&signed(&liar.key, &header, &honest));
    let claims = arrive(&oidc).await.unwrap();
    assert_eq!(
        (claims.subject.as_str(), claims.groups.as_slice()),
        ("1", &["soc".to_owned()][..])
    );
    assert_eq!(claims.issuer, liar.issuer);

    let edit = |name: &str, value: Value| {
        let mut claims = honest.clone();
        claims[name] = value;
        signed(&liar.key, &header, &claims)
    };
    let without = |name: &str| {
        let mut claims = honest.clone();
        claims.as_object_mut().unwrap().remove(name);
        signed(&liar.key, &header, &claims)
    };
    let forged = {
        // The claims of one token under the signature of another.
        let whole = signed(&liar.key, &header, &honest);
        let (_, signature) = whole.rsplit_once('.').unwrap();
        let mut claims = honest.clone();
        claims["sub"] = json!("2");
        format!("{}.{}.{signature}", part(&header), part(&claims))
    };
    let symmetric = {
        let header = json!({ "alg": "HS256" });
        let text = format!("{}.{}", part(&header), part(&honest));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
        format!(
            "{text}.{}",
            BASE64.encode(ring::hmac::sign(&key, text.as_bytes()))
        )
    };
    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&honest));
    for (lie, token) in [
        ("another nonce", edit("nonce", json!("another"))),
        ("no nonce", without("nonce")),
        ("another audience", edit("aud", json!("somebody"))),
        (
            "one audience more",
            edit("aud", json!(["aurorasoc", "somebody"])),
        ),
        ("another issuer", edit("iss", json!("http://localhost:1"))),
        ("expired", edit("exp", json!(1_000_000_000))),
        ("never expires", without("exp")),
        ("no subject", without("sub")),
        ("another key", signed(&key(), &header, &honest)),
        ("another token's signature", forged),
        ("the client's secret as the key", symmetric),
        ("nobody's signature", unsigned),
        ("no token", String::new()),
    ] {
        liar.says(&token);
        let told = arrive(&oidc).await;
        assert!(
            matches!(told, Err(ProviderError::Refused(_))),
            "{lie}: {told:?}"
        );
    }
    *liar.token.lock().unwrap() = json!({ "access_token": "a", "token_type": "Bearer" });
    assert!(
        matches!(arrive(&oidc).await, Err(ProviderError::Refused(_))),
        "no ID token at all"
    );
    liar.says(&signed(&liar.key, &header, &honest));
    arrive(&oidc).await.unwrap();
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_named() {
    assert!(Oidc::open(&OidcOptions::default()).unwrap().is_none());
    let setting = |change: fn(&mut OidcOptions)| {
        let mut options = OidcOptions {
            issuer: "https://id.example".to_owned(),
            client_id: "c".to_owned(),
            ..OidcOptions::default()
        };
        change(&mut options);
        match Oidc::open(&options) {
            Err(Error::Setting { key, .. }) => key,
            Err(error) => panic!("{error}"),
            Ok(_) => "",
        }
    };
    assert_eq!(setting(|_| ()), "");
    assert_eq!(setting(|options| options.client_id.clear()), "client_id");
    assert_eq!(
        setting(|options| options.issuer = "id".to_owned()),
        "issuer"
    );
    assert_eq!(
        setting(|options| options.client_secret_file = Some("/none".into())),
        "client_secret_file"
    );
    // Beyond this machine only TLS will do.
    let plain = OidcOptions {
        issuer: "http://id.example".to_owned(),
        client_id: "c".to_owned(),
        ..OidcOptions::default()
    };
    let oidc = Oidc::open(&plain).unwrap().unwrap();
    let left = oidc.depart(REDIRECT).await;
    assert!(matches!(left, Err(ProviderError::Unreachable(_))));
}

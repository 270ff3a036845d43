//! A browser with a software authenticator, by people who did not write ours.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use passkey::authenticator::{Authenticator, MemoryStore, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData};
use passkey::crypto::rust_crypto::RustCryptoBackend;
use passkey::types::Passkey;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use passkey::types::webauthn::{CredentialCreationOptions, CredentialRequestOptions};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Somebody who is there, and shows it.
struct Holder;

#[async_trait::async_trait]
impl UserValidationMethod for Holder {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        _: bool,
        _: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck {
            presence: true,
            verification: true,
        })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

pub(crate) struct Browser {
    store: MemoryStore,
    origin: url::Url,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self {
            store: MemoryStore::new(),
            origin: super::lab::ORIGIN.parse().unwrap(),
        }
    }

    /// Shows another page.
    pub(crate) fn moves_to(&mut self, origin: &str) {
        self.origin = origin.parse().unwrap();
    }

    fn authenticator(&mut self) -> Authenticator<MemoryStore, Holder, RustCryptoBackend> {
        let store = std::mem::take(&mut self.store);
        let mut authenticator =
            Authenticator::new(Aaguid::new_empty(), store, Holder, RustCryptoBackend);
        authenticator.set_make_credentials_with_signature_counter(true);
        authenticator
    }

    /// `navigator.credentials.create`, as `toJSON()` gives it.
    pub(crate) async fn create<T: DeserializeOwned>(&mut self, options: &Value) -> T {
        let options: CredentialCreationOptions =
            serde_json::from_value(json!({ "publicKey": options })).unwrap();
        let mut client = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let made = client
            .register(&self.origin, options, DefaultClientData)
            .await;
        self.store = std::mem::take(client.authenticator_mut().store_mut());
        plain(serde_json::to_value(made.unwrap()).unwrap())
    }

    /// `navigator.credentials.get`.
    pub(crate) async fn get<T: DeserializeOwned>(&mut self, options: &Value) -> T {
        let mut options = options.clone();
        options["rpId"] = json!("localhost");
        // For any credential that the authenticator holds, the library wants them listed.
        if options["allowCredentials"] == json!([]) {
            let held = self.store.keys().map(|id| BASE64.encode(id));
            let listed = held.map(|id| json!({ "type": "public-key", "id": id }));
            options["allowCredentials"] = listed.collect();
        }
        let options: CredentialRequestOptions =
            serde_json::from_value(json!({ "publicKey": options })).unwrap();
        let mut client = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let signed = client
            .authenticate(&self.origin, options, DefaultClientData)
            .await;
        self.store = std::mem::take(client.authenticator_mut().store_mut());
        plain(serde_json::to_value(signed.unwrap()).unwrap())
    }
}

/// The library writes bytes as lists of numbers; browsers write them in base 64.
fn plain<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(encoded(value)).unwrap()
}

fn encoded(value: Value) -> Value {
    let byte = |value: &Value| value.as_u64().and_then(|byte| u8::try_from(byte).ok());
    match value {
        Value::Array(values) => match values.iter().map(byte).collect::<Option<Vec<u8>>>() {
            Some(bytes) if !bytes.is_empty() => Value::String(BASE64.encode(bytes)),
            _ => Value::Array(values.into_iter().map(encoded).collect()),
        },
        Value::Object(members) => {
            let members = members
                .into_iter()
                .map(|(name, value)| (name, encoded(value)));
            Value::Object(members.collect())
        }
        value => value,
    }
}

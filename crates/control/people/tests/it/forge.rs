//! An authenticator that says whatever it is told to, for what honest ones never do.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ciborium::Value;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::json;

use crate::lab::ORIGIN;

pub(crate) enum Pair {
    Es256(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

/// What is said; what is honest is filled in.
#[derive(Clone)]
pub(crate) struct Said {
    pub(crate) ceremony: &'static str,
    pub(crate) challenge: Vec<u8>,
    pub(crate) origin: String,
    pub(crate) framed: bool,
    pub(crate) relying_party: String,
    pub(crate) flags: u8,
    pub(crate) count: u32,
    pub(crate) id: Vec<u8>,
    pub(crate) tail: Vec<u8>,
}

impl Said {
    pub(crate) fn create(challenge: &[u8]) -> Self {
        Self {
            ceremony: "webauthn.create",
            challenge: challenge.to_vec(),
            origin: ORIGIN.to_owned(),
            framed: false,
            relying_party: "localhost".to_owned(),
            flags: 0b0100_0101,
            count: 1,
            id: b"a credential".to_vec(),
            tail: Vec::new(),
        }
    }

    pub(crate) fn get(challenge: &[u8], count: u32) -> Self {
        Self {
            ceremony: "webauthn.get",
            flags: 0b0000_0101,
            count,
            ..Self::create(challenge)
        }
    }

    pub(crate) fn client_data(&self) -> Vec<u8> {
        let mut data = json!({
            "type": self.ceremony,
            "challenge": BASE64.encode(&self.challenge),
            "origin": self.origin,
            "other_keys_can_be_added_here": "as the standard warns",
        });
        if self.framed {
            data["crossOrigin"] = json!(true);
        }
        serde_json::to_vec(&data).unwrap()
    }

    pub(crate) fn data(&self, pair: Option<&Pair>) -> Vec<u8> {
        let mut data = digest(&SHA256, self.relying_party.as_bytes())
            .as_ref()
            .to_vec();
        data.push(self.flags);
        data.extend(self.count.to_be_bytes());
        if let Some(pair) = pair {
            data.extend([0; 16]);
            data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
            data.extend(&self.id);
            ciborium::into_writer(&pair.cose(), &mut data).unwrap();
        }
        data.extend(&self.tail);
        data
    }
}

impl Pair {
    pub(crate) fn es256() -> Self {
        let random = SystemRandom::new();
        let bytes = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, bytes.as_ref(), &random);
        Self::Es256(pair.unwrap())
    }

    pub(crate) fn ed() -> Self {
        let bytes = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Ed(Ed25519KeyPair::from_pkcs8(bytes.as_ref()).unwrap())
    }

    fn cose(&self) -> Value {
        let number = |number: i64| Value::Integer(number.into());
        let map = match self {
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                vec![
                    (number(1), number(2)),
                    (number(3), number(-7)),
                    (number(-1), number(1)),
                    (number(-2), Value::Bytes(point[1..33].to_vec())),
                    (number(-3), Value::Bytes(point[33..].to_vec())),
                ]
            }
            Self::Ed(pair) => vec![
                (number(1), number(1)),
                (number(3), number(-8)),
                (number(-1), number(6)),
                (
                    number(-2),
                    Value::Bytes(pair.public_key().as_ref().to_vec()),
                ),
            ],
        };
        Value::Map(map)
    }

    pub(crate) fn sign(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let message = [data, digest(&SHA256, client_data).as_ref()].concat();
        match self {
            Self::Es256(pair) => pair
                .sign(&SystemRandom::new(), &message)
                .unwrap()
                .as_ref()
                .to_vec(),
            Self::Ed(pair) => pair.sign(&message).as_ref().to_vec(),
        }
    }

    fn algorithm(&self) -> i64 {
        match self {
            Self::Es256(_) => -7,
            Self::Ed(_) => -8,
        }
    }

    /// An attestation object; `vouched` when the credential's own key signs it.
    pub(crate) fn object(&self, said: &Said, vouched: bool) -> Vec<u8> {
        let data = said.data(Some(self));
        let text = |text: &str| Value::Text(text.to_owned());
        let (format, statement) = if vouched {
            let signature = self.sign(&data, &said.client_data());
            let statement = vec![
                (text("alg"), Value::Integer(self.algorithm().into())),
                (text("sig"), Value::Bytes(signature)),
            ];
            ("packed", statement)
        } else {
            ("none", Vec::new())
        };
        let object = Value::Map(vec![
            (text("fmt"), text(format)),
            (text("attStmt"), Value::Map(statement)),
            (text("authData"), Value::Bytes(data)),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&object, &mut bytes).unwrap();
        bytes
    }
}

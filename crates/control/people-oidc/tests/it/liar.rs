//! A provider that signs whatever it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use aurora_clock::{Clock as _, SystemClock};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "canary-5e1d";

pub(crate) struct Liar {
    pub(crate) issuer: String,
    pub(crate) key: EcdsaKeyPair,
    /// What the token endpoint gives.
    pub(crate) token: Arc<Mutex<Value>>,
}

pub(crate) fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let bytes = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes.as_ref(), &random).unwrap()
}

impl Liar {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let (key, token) = (key(), Arc::new(Mutex::new(json!({}))));
        let point = key.public_key().as_ref();
        let keys = json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "1",
            "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..]),
        }] });
        let found = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        });
        let told = token.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let answer = |path: &str| match path {
                    "/.well-known/openid-configuration" => found.clone(),
                    "/keys" => keys.clone(),
                    _ => told.lock().unwrap().clone(),
                };
                serve(stream.unwrap(), &answer);
            }
        });
        Self { issuer, key, token }
    }

    /// Gives this ID token to whoever comes with a code.
    pub(crate) fn says(&self, id_token: &str) {
        *self.token.lock().unwrap() = json!({
            "access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": id_token,
        });
    }

    /// What an honest provider claims.
    pub(crate) fn claims(&self, nonce: &str) -> Value {
        let now = SystemClock::new().now().as_millis() / 1000;
        json!({
            "iss": self.issuer, "sub": "1", "aud": "aurorasoc", "nonce": nonce,
            "iat": now, "exp": now + 60, "groups": ["soc"], "preferred_username": "grace",
        })
    }
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&str) -> Value) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    let body = answer(first.split(' ').nth(1).unwrap_or_default()).to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
}

pub(crate) fn part(value: &Value) -> String {
    BASE64.encode(value.to_string())
}

/// A token in the compact form (RFC 7515), signed by `key`.
pub(crate) fn signed(key: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    format!("{text}.{}", BASE64.encode(signature))
}

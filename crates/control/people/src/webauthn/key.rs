use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use ciborium::Value;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::Fault;

/// A credential's public key (COSE, RFC 9053), of the three kinds that authenticators make.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alg", rename_all = "snake_case")]
pub enum PublicKey {
    /// ECDSA with P-256 and SHA-256: an uncompressed point.
    Es256 { point: Text },
    /// Ed25519.
    EdDsa { key: Text },
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2,048 to 8,192 bits.
    Rs256 { modulus: Text, exponent: Text },
}

/// Bytes that are kept in base 64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(Vec<u8>);

impl TryFrom<String> for Text {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, base64::DecodeError> {
        BASE64.decode(text).map(Self)
    }
}

impl From<Text> for String {
    fn from(bytes: Text) -> Self {
        BASE64.encode(bytes.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.algorithm())
    }
}

impl PublicKey {
    /// In the order in which they are asked for, by their number in COSE.
    pub const ALGORITHMS: [i32; 3] = [-7, -8, -257];

    pub fn algorithm(&self) -> i32 {
        match self {
            Self::Es256 { .. } => -7,
            Self::EdDsa { .. } => -8,
            Self::Rs256 { .. } => -257,
        }
    }

    /// From a COSE key.
    pub(super) fn read(key: &Value) -> Result<Self, Fault> {
        let map = key.as_map().ok_or(Fault::Key)?;
        let member = |label: i64| {
            let fits = |name: &Value| {
                name.as_integer()
                    .is_some_and(|n| i128::from(n) == i128::from(label))
            };
            map.iter()
                .find(|(name, _)| fits(name))
                .map(|(_, value)| value)
        };
        let number = |label| {
            let value = member(label)?.as_integer()?;
            i64::try_from(i128::from(value)).ok()
        };
        let bytes = |label| member(label)?.as_bytes().cloned();
        match (number(1), number(3), number(-1)) {
            (Some(2), Some(-7), Some(1)) => {
                let (x, y) = bytes(-2).zip(bytes(-3)).ok_or(Fault::Key)?;
                if x.len() != 32 || y.len() != 32 {
                    return Err(Fault::Key);
                }
                let point = Text([vec![4], x, y].concat());
                Ok(Self::Es256 { point })
            }
            (Some(1), Some(-8), Some(6)) => {
                let key = bytes(-2).filter(|key| key.len() == 32).ok_or(Fault::Key)?;
                Ok(Self::EdDsa { key: Text(key) })
            }
            (Some(3), Some(-257), _) => {
                let (modulus, exponent) = bytes(-1).zip(bytes(-2)).ok_or(Fault::Key)?;
                if !(256..=1024).contains(&modulus.len()) || exponent.len() > 8 {
                    return Err(Fault::Key);
                }
                Ok(Self::Rs256 {
                    modulus: Text(modulus),
                    exponent: Text(exponent),
                })
            }
            _ => Err(Fault::Key),
        }
    }

    /// # Errors
    /// [`Fault::Signature`], also when the key is no point of its curve.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Fault> {
        let verified = match self {
            Self::Es256 { point } => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, &point.0)
                    .verify(message, signature)
            }
            Self::EdDsa { key } => {
                UnparsedPublicKey::new(&signature::ED25519, &key.0).verify(message, signature)
            }
            Self::Rs256 { modulus, exponent } => {
                let key = RsaPublicKeyComponents {
                    n: &modulus.0,
                    e: &exponent.0,
                };
                key.verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.map_err(|_| Fault::Signature)
    }
}

use aurora_model::Scope;
use aurora_permissions::Permission;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An action as it would be done: the permission it takes, what it is done to, the exact arguments,
/// and whose data it touches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    pub permission: Permission,
    /// The address of what it is done to.
    pub object: String,
    pub arguments: Value,
    pub scope: Scope,
}

/// What approvals and assertions are bound to: BLAKE3 in key-derivation mode (purpose
/// `aurora.action.v1`) over the canonical JSON of a [`Deed`]. Written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ActionHash(pub [u8; 32]);

impl Deed {
    pub fn hash(&self) -> ActionHash {
        let whole = json!({
            "permission": self.permission,
            "object": self.object,
            "arguments": self.arguments,
            "site": self.scope.site,
            "tenant": self.scope.tenant,
        });
        let mut hash = blake3::Hasher::new_derive_key("aurora.action.v1");
        hash.update(&aurora_records::canonical(&whole));
        ActionHash(*hash.finalize().as_bytes())
    }
}

impl std::fmt::Display for ActionHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl std::fmt::Debug for ActionHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ActionHash({self})")
    }
}

impl From<ActionHash> for String {
    fn from(hash: ActionHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for ActionHash {
    type Error = blake3::HexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Ok(Self(*blake3::Hash::from_hex(text)?.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aurora_model::SiteId;
    use aurora_permissions::permission;

    use super::*;

    fn deed() -> Deed {
        Deed {
            permission: permission!(Demo, Wipe),
            object: "/demo".to_owned(),
            arguments: json!({"body": {"a": 1, "b": 2}}),
            scope: Scope::of(SiteId(aurora_ids::Id128::from_bytes([1; 16]))),
        }
    }

    #[test]
    fn everything_but_the_order_of_members_counts() {
        let one = deed().hash();
        let reordered = Deed {
            arguments: json!({"body": {"b": 2, "a": 1}}),
            ..deed()
        };
        assert_eq!(one, reordered.hash());
        let tenant = "acme".to_owned().try_into().unwrap();
        let others = [
            Deed {
                permission: permission!(Demo, Start),
                ..deed()
            },
            Deed {
                object: "/demo/".to_owned(),
                ..deed()
            },
            Deed {
                arguments: json!({"body": {"a": 1, "b": 3}}),
                ..deed()
            },
            Deed {
                arguments: json!({"body": {"a": 1, "b": "2"}}),
                ..deed()
            },
            Deed {
                scope: Scope::of(SiteId(aurora_ids::Id128::from_bytes([2; 16]))),
                ..deed()
            },
            Deed {
                scope: Scope {
                    tenant,
                    ..deed().scope
                },
                ..deed()
            },
        ];
        for other in others {
            assert_ne!(one, other.hash(), "{other:?}");
        }
    }

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = deed().hash();
        let text = serde_json::to_string(&hash).unwrap();
        assert_eq!(text.len(), 66);
        assert_eq!(serde_json::from_str::<ActionHash>(&text).unwrap(), hash);
        assert!(serde_json::from_str::<ActionHash>("\"00\"").is_err());
    }
}

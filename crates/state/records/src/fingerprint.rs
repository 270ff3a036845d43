use serde_json::Value;

use crate::Document;

/// A hash over documents as they stand, for the decision log; `None` when there are none.
///
/// BLAKE3 in key-derivation mode, 64 hexadecimal digits, over collection, id, version and body of
/// each document, each length-prefixed, in the order given. Bodies are written with sorted keys,
/// so that a store which reorders them comes to the same hash.
pub fn fingerprint<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Option<String> {
    let mut hash = blake3::Hasher::new_derive_key("aurora.records.state.v1");
    let mut any = false;
    for document in documents {
        any = true;
        part(&mut hash, document.collection.name().as_bytes());
        part(&mut hash, document.id.as_bytes());
        part(&mut hash, &document.version.to_le_bytes());
        part(&mut hash, &canonical(&document.body));
    }
    any.then(|| hash.finalize().to_hex().to_string())
}

fn part(hash: &mut blake3::Hasher, bytes: &[u8]) {
    hash.update(&(bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

/// JSON with sorted keys and no white space: one text for what means the same.
pub fn canonical(value: &Value) -> Vec<u8> {
    let mut text = Vec::with_capacity(512);
    write(value, &mut text);
    text
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            out.push(b'{');
            for (place, (name, value)) in members.into_iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                scalar(&Value::from(name.as_str()), out);
                out.push(b':');
                write(value, out);
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        value => scalar(value, out),
    }
}

fn scalar(value: &Value, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("writing to memory does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Collection;
    use serde_json::json;

    fn hash(version: u64, body: Value) -> Option<String> {
        let id = "a".to_owned();
        fingerprint([&Document {
            collection: Collection::Alerts,
            id,
            version,
            body,
        }])
    }

    #[test]
    fn the_order_of_keys_is_nothing_and_everything_else_counts() {
        let one = hash(1, json!({"a": 1, "b": [{"c": 1, "d": null}]}));
        assert_eq!(one, hash(1, json!({"b": [{"d": null, "c": 1}], "a": 1})));
        assert_ne!(one, hash(2, json!({"a": 1, "b": [{"c": 1, "d": null}]})));
        assert_ne!(one, hash(1, json!({"a": 1, "b": [{"c": 1}]})));
    }

    #[test]
    fn nothing_has_no_hash() {
        assert_eq!(fingerprint([]), None);
    }
}

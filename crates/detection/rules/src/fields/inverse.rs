use aurora_sigma::{FieldValue, Flow, visit_json};
use serde_json::Value;

/// How the value at a path becomes the source's text again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inverse {
    /// As it stands.
    Value,
    /// `domain`, a backslash and `name`; only `name` without a domain.
    DomainUser,
    /// A registry value's `path`, a backslash and its `name`.
    ValuePath,
    /// A list of fingerprints as `MD5=..,SHA256=..`.
    Hashes,
    /// `direction_id`: 2 is true, 1 is false.
    Initiated,
    /// What follows the last dot of a path's last part.
    Extension,
    /// `path`, and `?` and `query_string` where there is one.
    Uri,
}

impl Inverse {
    pub fn sibling(self) -> Option<&'static str> {
        match self {
            Self::DomainUser => Some("domain"),
            Self::ValuePath => Some("name"),
            Self::Uri => Some("query_string"),
            _ => None,
        }
    }

    /// Whether [`Inverse::parts`] says all there is to say of a text.
    pub fn is_of_text(self) -> bool {
        !matches!(self, Self::Hashes | Self::Initiated)
    }

    /// Of a text and its sibling: what the source's text begins with, goes on with and ends with.
    pub fn parts<'t>(self, value: &'t str, sibling: Option<&'t str>) -> Option<[&'t str; 3]> {
        Some(match (self, sibling) {
            (Self::DomainUser, Some(domain)) => [domain, "\\", value],
            (Self::ValuePath, Some(name)) => [value, "\\", name],
            (Self::Uri, Some(query)) => [value, "?", query],
            (Self::Extension, _) => {
                let file = value.rsplit('/').next().unwrap_or(value);
                [file.rsplit_once('.')?.1, "", ""]
            }
            _ => [value, "", ""],
        })
    }

    pub fn visit(
        self,
        value: &Value,
        sibling: Option<&str>,
        visit: &mut dyn FnMut(FieldValue<'_>) -> Flow,
    ) -> Flow {
        if let Value::String(text) = value
            && self.is_of_text()
        {
            return match self.parts(text, sibling) {
                Some([text, "", ""]) => visit(FieldValue::Str(text)),
                Some(parts) => visit(FieldValue::Str(&parts.concat())),
                None => Flow::Continue(()),
            };
        }
        match (self, value) {
            (Self::Hashes, Value::Array(prints)) => visit(FieldValue::Str(&hashes(prints))),
            (Self::Initiated, _) => match value.as_i64() {
                Some(1) => visit(FieldValue::Bool(false)),
                Some(2) => visit(FieldValue::Bool(true)),
                _ => Flow::Continue(()),
            },
            _ => visit_json(value, visit),
        }
    }
}

fn hashes(prints: &[Value]) -> String {
    let one = |print: &Value| {
        let algorithm = match print["algorithm_id"].as_i64() {
            Some(1) => "MD5",
            Some(2) => "SHA1",
            Some(3) => "SHA256",
            Some(4) => "SHA512",
            _ => print["algorithm"].as_str()?,
        };
        Some(format!("{algorithm}={}", print["value"].as_str()?))
    };
    prints.iter().filter_map(one).collect::<Vec<_>>().join(",")
}

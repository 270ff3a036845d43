//! Every operation that the site documents; a test of the API holds the document equal to its router.

use aurora_permissions::Permission;
use serde_json::{Map, Value, json};

/// An id that nothing has.
pub const NOBODYS: &str = "0123456789abcdef0123456789abcdef";

/// One documented operation.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: String,
    /// As documented, with `{id}` and the like in it.
    template: String,
    pub permission: Permission,
    /// The least that it takes as a body.
    pub body: Option<String>,
}

pub fn routes() -> Vec<Route> {
    let document = include_str!("../../../../docs/openapi.json");
    let document: Value = serde_json::from_str(document).unwrap();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let least = least(&document, schema);
            all.push(Route {
                method: method.to_uppercase(),
                template: path.clone(),
                permission: operation["x-permission"].as_str().unwrap().parse().unwrap(),
                body: (!schema.is_null()).then(|| least.to_string()),
            });
        }
    }
    all
}

impl Route {
    pub fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// It is about one thing, which its path names.
    pub fn names_something(&self) -> bool {
        self.template.contains('{')
    }

    /// Its path, about the thing of this name.
    pub fn about(&self, name: &str) -> String {
        let parts = self.template.split('/').map(|part| match part {
            "{version}" => "1",
            _ if part.starts_with('{') => name,
            _ => part,
        });
        format!("/api/v1{}", parts.collect::<Vec<_>>().join("/"))
    }
}

/// The smallest value that fits a schema, near enough: what it has beyond the form is not looked at.
fn least(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let (_, name) = name.rsplit_once('/').unwrap();
        return least(document, &document["components"]["schemas"][name]);
    }
    if let Some(first) = schema["enum"].get(0).or(schema["oneOf"].get(0)) {
        return match first {
            Value::Object(_) => least(document, first),
            word => word.clone(),
        };
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str());
    match kind {
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten();
            let fields = required.filter_map(|name| name.as_str());
            let fields = fields.map(|name| {
                let value = least(document, &schema["properties"][name]);
                (name.to_owned(), value)
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Some("array") => json!([]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(false),
        Some("string") => json!("something"),
        _ => json!({}),
    }
}

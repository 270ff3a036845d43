use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// A setting as its schema describes it.
struct Entry {
    key: String,
    doc: String,
    default: Value,
}

/// Every key of `T`, dotted.
pub(crate) fn keys<T: JsonSchema>() -> Vec<String> {
    let schema = schemars::schema_for!(T).to_value();
    let mut keys = Vec::new();
    walk(&schema, &schema, "", &mut |key, _| {
        keys.push(key.to_owned())
    });
    keys
}

/// The reference page: a table of keys, defaults and what the doc comments say.
pub fn reference_page<T: JsonSchema + Default + Serialize>() -> String {
    let mut page = String::from(
        "# Configuration\n\nDefault < file < environment < flag. \
         `section.key` in the file is `AURORASOC__SECTION__KEY` in the environment and \
         `--set section.key=value` on the command line. \
         Generated from the doc comments of the settings.\n\n\
         | key | default | meaning |\n| --- | --- | --- |\n",
    );
    for entry in entries::<T>() {
        let default = if entry.default.is_null() {
            String::new()
        } else {
            format!("`{}`", entry.default)
        };
        writeln!(page, "| `{}` | {default} | {} |", entry.key, entry.doc)
            .expect("writing to memory does not fail");
    }
    page
}

/// A sample file with every default, commented out.
pub fn sample_file<T: JsonSchema + Default + Serialize>() -> String {
    // A section that stands among another's settings must not part them: TOML names each once.
    let mut sections: Vec<(String, String)> = Vec::new();
    for entry in entries::<T>() {
        let (place, name) = entry.key.rsplit_once('.').unwrap_or(("", &entry.key));
        let known = sections.iter().position(|(section, _)| section == place);
        let at = known.unwrap_or_else(|| {
            sections.push((place.to_owned(), String::new()));
            sections.len() - 1
        });
        let value = if entry.default.is_null() {
            "\"\"".to_owned()
        } else {
            entry.default.to_string()
        };
        writeln!(sections[at].1, "# {}\n#{name} = {value}", entry.doc)
            .expect("writing to memory does not fail");
    }
    let mut file = String::from("# AuroraSOC. Every setting with its default.\n");
    for (section, settings) in sections {
        if !section.is_empty() {
            write!(file, "\n[{section}]\n").expect("writing to memory does not fail");
        }
        file.push_str(&settings);
    }
    file
}

fn entries<T: JsonSchema + Default + Serialize>() -> Vec<Entry> {
    let schema = schemars::schema_for!(T).to_value();
    let defaults = serde_json::to_value(T::default()).unwrap_or_default();
    let mut entries = Vec::new();
    walk(&schema, &schema, "", &mut |key, node| {
        let pointer = format!("/{}", key.replace('.', "/"));
        entries.push(Entry {
            key: key.to_owned(),
            doc: node["description"]
                .as_str()
                .unwrap_or_default()
                .replace('\n', " "),
            default: defaults.pointer(&pointer).cloned().unwrap_or_default(),
        });
    });
    entries
}

/// Visits every leaf setting below `node`, following references into the root's definitions.
fn walk(root: &Value, node: &Value, at: &str, visit: &mut dyn FnMut(&str, &Value)) {
    let target = resolve(root, node);
    match target["properties"].as_object() {
        Some(properties) => {
            for (name, inner) in properties {
                let key = if at.is_empty() {
                    name.clone()
                } else {
                    format!("{at}.{name}")
                };
                walk(root, inner, &key, visit);
            }
        }
        None => visit(at, node),
    }
}

fn resolve<'a>(root: &'a Value, node: &'a Value) -> &'a Value {
    match node["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'))
    {
        Some(pointer) => root.pointer(pointer).unwrap_or(node),
        None => node,
    }
}

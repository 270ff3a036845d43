//! The part of the schema's export form that holds facts.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub struct Schema {
    pub version: String,
    pub classes: BTreeMap<String, Class>,
    pub objects: BTreeMap<String, Object>,
    pub types: BTreeMap<String, Type>,
}

#[derive(Deserialize)]
pub struct Class {
    pub uid: u32,
    pub name: String,
    pub caption: String,
    pub category: String,
    pub category_uid: u32,
    /// Absent on the base event only.
    pub category_name: Option<String>,
    pub extension: Option<String>,
    #[serde(default)]
    pub profiles: Vec<String>,
    pub attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    pub constraints: BTreeMap<String, Vec<String>>,
    #[serde(rename = "@deprecated")]
    pub deprecated: Option<Value>,
}

#[derive(Deserialize)]
pub struct Object {
    pub caption: String,
    pub extension: Option<String>,
    pub attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    pub constraints: BTreeMap<String, Vec<String>>,
    #[serde(rename = "@deprecated")]
    pub deprecated: Option<Value>,
}

#[derive(Deserialize)]
pub struct Attribute {
    #[serde(rename = "type")]
    pub data_type: String,
    #[serde(default)]
    pub is_array: bool,
    pub object_type: Option<String>,
    pub requirement: String,
    pub profile: Option<String>,
    #[serde(rename = "enum")]
    pub enumeration: Option<BTreeMap<String, Member>>,
    pub sibling: Option<String>,
    #[serde(rename = "@deprecated")]
    pub deprecated: Option<Value>,
}

#[derive(Deserialize)]
pub struct Member {
    pub caption: String,
}

#[derive(Deserialize)]
pub struct Type {
    #[serde(rename = "type")]
    pub base: Option<String>,
    pub regex: Option<String>,
    pub max_len: Option<usize>,
    pub range: Option<(i64, i64)>,
}

//! Which attributes have a column of their own.

use std::collections::HashMap;

use aurora_ocsf::Path;

/// How a promoted attribute is kept. All are text; an attribute that is missing is the empty string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// Few different values.
    Few,
    /// Every value of a path through an array.
    Many,
}

/// Attributes that hunts ask for most, by OCSF path. The column's name is the path with `_` for `.`.
///
/// A change here is a change of the schema: it needs a migration.
pub(crate) const PROMOTED: &[(&str, Kind)] = &[
    ("activity_id", Kind::Few),
    ("activity_name", Kind::Few),
    ("category_uid", Kind::Few),
    ("class_name", Kind::Few),
    ("severity_id", Kind::Few),
    ("severity", Kind::Few),
    ("status_id", Kind::Few),
    ("status", Kind::Few),
    ("message", Kind::Text),
    ("raw_data", Kind::Text),
    ("metadata.event_code", Kind::Few),
    ("metadata.log_name", Kind::Few),
    ("metadata.product.name", Kind::Few),
    ("device.hostname", Kind::Few),
    ("device.name", Kind::Few),
    ("device.ip", Kind::Few),
    ("user.name", Kind::Few),
    ("user.uid", Kind::Few),
    ("actor.user.name", Kind::Few),
    ("actor.user.uid", Kind::Few),
    ("actor.process.name", Kind::Text),
    ("actor.process.cmd_line", Kind::Text),
    ("actor.process.file.path", Kind::Text),
    ("actor.process.pid", Kind::Text),
    ("process.name", Kind::Text),
    ("process.cmd_line", Kind::Text),
    ("process.file.path", Kind::Text),
    ("process.file.hashes[].value", Kind::Many),
    ("process.pid", Kind::Text),
    ("process.uid", Kind::Text),
    ("process.user.name", Kind::Few),
    ("process.parent_process.name", Kind::Text),
    ("process.parent_process.cmd_line", Kind::Text),
    ("process.parent_process.file.path", Kind::Text),
    ("src_endpoint.ip", Kind::Text),
    ("src_endpoint.port", Kind::Text),
    ("src_endpoint.hostname", Kind::Text),
    ("dst_endpoint.ip", Kind::Text),
    ("dst_endpoint.port", Kind::Text),
    ("dst_endpoint.hostname", Kind::Text),
    ("connection_info.protocol_name", Kind::Few),
    ("query.hostname", Kind::Text),
    ("http_request.url.hostname", Kind::Text),
    ("http_request.url.url_string", Kind::Text),
    ("http_request.http_method", Kind::Few),
    ("http_request.user_agent", Kind::Text),
    ("url.url_string", Kind::Text),
    ("tls.sni", Kind::Text),
    ("file.name", Kind::Text),
    ("file.path", Kind::Text),
    ("file.hashes[].value", Kind::Many),
    ("module.file.path", Kind::Text),
    ("reg_key.path", Kind::Text),
    ("reg_value.path", Kind::Text),
    ("reg_value.name", Kind::Text),
    ("api.operation", Kind::Few),
    ("api.service.name", Kind::Few),
    ("finding_info.title", Kind::Few),
    ("finding_info.uid", Kind::Text),
    ("finding_info.analytic.uid", Kind::Few),
];

/// The column's name.
pub(crate) fn name(path: &str) -> String {
    path.replace("[]", "").replace('.', "_")
}

/// Promoted attributes by path.
#[derive(Debug)]
pub(crate) struct Columns {
    by_path: HashMap<&'static str, (String, Kind)>,
}

impl Columns {
    pub(crate) fn new() -> Self {
        let entry = |(path, kind): &(&'static str, Kind)| (*path, (name(path), *kind));
        Self {
            by_path: PROMOTED.iter().map(entry).collect(),
        }
    }

    pub(crate) fn find(&self, path: &Path) -> Option<(&str, Kind)> {
        let (name, kind) = self.by_path.get(path.to_string().as_str())?;
        Some((name, *kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_hunt::{Names, OcsfNames, Target};

    #[test]
    fn every_column_is_an_attribute_as_queries_resolve_it() {
        for (path, _) in PROMOTED {
            let found = OcsfNames.resolve(path).unwrap_or_default();
            let found: Vec<String> = found.iter().map(Target::to_string).collect();
            assert_eq!(found, [*path]);
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<String> = PROMOTED.iter().map(|(path, _)| name(path)).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), PROMOTED.len());
    }
}

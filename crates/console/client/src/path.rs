//! Building request targets.

use std::fmt::Write;

use serde::Serialize;

/// `/api/v1` and the segments, each percent-encoded whole, so that an id cannot change the path.
pub(crate) fn path(segments: &[&str]) -> String {
    let mut out = String::from("/api/v1");
    for segment in segments {
        out.push('/');
        for byte in segment.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                write!(out, "%{byte:02X}").expect("writing to a string does not fail");
            }
        }
    }
    out
}

/// The same with a query string.
pub(crate) fn with_query(segments: &[&str], query: &impl Serialize) -> String {
    let query = serde_urlencoded::to_string(query).expect("queries are flat");
    let path = path(segments);
    if query.is_empty() {
        path
    } else {
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use aurora_messages::{AlertQuery, View};

    use super::*;

    #[test]
    fn an_id_cannot_change_the_path() {
        assert_eq!(path(&["rules", "../a b?c"]), "/api/v1/rules/..%2Fa%20b%3Fc");
    }

    #[test]
    fn absent_filters_are_not_sent() {
        let query = AlertQuery {
            text: Some("a&b".to_owned()),
            ..AlertQuery::all()
        };
        assert_eq!(query.view, View::All);
        assert_eq!(
            with_query(&["alerts"], &query),
            "/api/v1/alerts?view=all&text=a%26b"
        );
    }
}

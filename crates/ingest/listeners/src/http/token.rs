//! Where each protocol carries its token.

use axum::http::{HeaderMap, Uri, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The token that a request shows: `Bearer`, Splunk's `Splunk`, Elasticsearch's `ApiKey`, or the
/// password of `Basic`, under any user's name.
pub(super) fn shown(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "splunk" => Some(rest.to_owned()),
        "basic" => after_colon(rest),
        // The key's id is of no interest; a bare token is taken too.
        "apikey" => after_colon(rest).or_else(|| Some(rest.to_owned())),
        _ => None,
    }
}

fn after_colon(packed: &str) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(packed).ok()?).ok()?;
    text.split_once(':').map(|(_, token)| token.to_owned())
}

/// A parameter of the query, unescaped.
pub(super) fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(uri.query()?).ok()?;
    pairs
        .into_iter()
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_scheme_carries_a_token() {
        for (value, token) in [
            ("Bearer t1", Some("t1")),
            ("Splunk t1", Some("t1")),
            ("splunk  t1 ", Some("t1")),
            // "any:t1"
            ("Basic YW55OnQx", Some("t1")),
            ("ApiKey YW55OnQx", Some("t1")),
            ("ApiKey t1!", Some("t1!")),
            ("Digest x", None),
            ("Basic !", None),
            ("t1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            assert_eq!(shown(&headers).as_deref(), token, "{value}");
        }
    }
}

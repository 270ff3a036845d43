use std::net::IpAddr;

use url::Url;

use super::host;
use crate::NotAValue;

/// Longer ones are no indicators; of those that are seen, only the host is looked at.
const LONGEST: usize = 2_048;

/// What is compared of a URL.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Normal {
    /// `None` for one that is too long to be an indicator.
    pub key: Option<String>,
    pub host: Host,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Address(IpAddr),
    Name(String),
    /// A host that cannot be an indicator, such as `localhost`.
    Other,
}

/// As the WHATWG URL standard reads it: without user, password, default port and fragment. http and
/// https are one, because feeds and sensors disagree about them too often. Without a scheme it is
/// one of these.
pub(crate) fn url(text: &str) -> Result<Normal, NotAValue> {
    let short = text.len() <= LONGEST;
    let text = if short { text } else { authority(text) };
    if text.len() > LONGEST {
        return Err(NotAValue::TooLong);
    }
    let parsed = match after_scheme(text) {
        Some(_) => Url::parse(text),
        None => Url::parse(&format!("http://{text}")),
    };
    let url = parsed.map_err(|_| NotAValue::Url)?;
    let prefix = match url.scheme() {
        "http" | "https" => "",
        "ws" | "wss" => "ws://",
        "ftp" => "ftp://",
        _ => return Err(NotAValue::Scheme),
    };
    let (host, shown) = host_of(&url)?;
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let query = url
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let key = short.then(|| format!("{prefix}{shown}{port}{}{query}", url.path()));
    Ok(Normal {
        key: key.filter(|key| key.len() <= LONGEST),
        host,
    })
}

fn host_of(url: &Url) -> Result<(Host, String), NotAValue> {
    match url.host().ok_or(NotAValue::Url)? {
        url::Host::Ipv4(address) => Ok((Host::Address(address.into()), address.to_string())),
        url::Host::Ipv6(address) => {
            let address = IpAddr::V6(address).to_canonical();
            let shown = match address {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            };
            Ok((Host::Address(address), shown))
        }
        url::Host::Domain(name) => match host::domain(name) {
            Ok(name) => Ok((Host::Name(name.to_string()), name.into_owned())),
            Err(_) => match without_root(name) {
                "" => Err(NotAValue::Url),
                name => Ok((Host::Other, name.to_owned())),
            },
        },
    }
}

/// Without the dot of the root. `10.0.0..` is a name, and no address, for as long as it has both.
fn without_root(name: &str) -> &str {
    let bare = name.strip_suffix('.');
    bare.filter(|bare| !bare.ends_with('.')).unwrap_or(name)
}

/// Where the rest begins after a scheme (RFC 3986, section 3.1) and `://`, which may also stand in a query.
fn after_scheme(text: &str) -> Option<usize> {
    let at = text.find("://")?;
    let is_of_one = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text[..at].bytes().all(is_of_one).then_some(at + 3)
}

/// Scheme and host of a text that is too long.
fn authority(text: &str) -> &str {
    let start = after_scheme(text).unwrap_or(0);
    let end = text[start..]
        .find(['/', '?', '#', '\\'])
        .map_or(text.len(), |at| start + at);
    &text[..end]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn urls_have_one_form() {
        for (given, wanted) in [
            ("http://Evil.com", "evil.com/"),
            ("https://evil.com:443/a/../b?q=1#frag", "evil.com/b?q=1"),
            ("http://user:pw@evil.com:8080/a", "evil.com:8080/a"),
            ("evil.com/a", "evil.com/a"),
            ("ftp://evil.com/a", "ftp://evil.com/a"),
            ("evil.com/a?b=http://c.com/d", "evil.com/a?b=http://c.com/d"),
            ("http://evil.com/ftp://c.com", "evil.com/ftp://c.com"),
            ("http://bücher.example./", "xn--bcher-kva.example/"),
            ("http://[::ffff:192.0.2.1]/x", "192.0.2.1/x"),
            ("http://0xc0000201/x", "192.0.2.1/x"),
            ("http://localhost:80/x", "localhost/x"),
            ("http://localhost./x", "localhost/x"),
            ("10.0.0../x", "10.0.0../x"),
        ] {
            assert_eq!(url(given).unwrap().key.as_deref(), Some(wanted), "{given}");
        }
        for given in ["", "http://", "javascript://a.b/", "http://a b/", "a@.://b"] {
            assert!(url(given).is_err(), "{given}");
        }
    }

    #[test]
    fn the_host_of_a_long_url_is_still_seen() {
        let long = format!("http://Evil.com/{}", "a".repeat(10_000));
        let bare = format!("Evil.com/{}?b=http://other.com/", "a".repeat(10_000));
        for text in [long, bare] {
            let found = url(&text).unwrap();
            assert_eq!(found.key, None);
            assert_eq!(found.host, Host::Name("evil.com".to_owned()));
        }
    }
}

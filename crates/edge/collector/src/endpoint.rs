//! A site's address, understood.

use std::net::IpAddr;

use url::{Host, Url};

use crate::{Error, SiteOptions};

/// Where to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// As it was written.
    pub(crate) url: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: bool,
}

impl Endpoint {
    pub(crate) fn of(site: &SiteOptions) -> Result<Self, Error> {
        if site.url.is_empty() {
            return Err(Error::NoSite);
        }
        let failed = |reason| Error::Url {
            url: site.url.clone(),
            reason,
        };
        let parsed = Url::parse(&site.url)
            .map_err(|_| failed("want such as https://soc.example.org:8687"))?;
        let tls = match parsed.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(failed("want https, or http on this machine")),
        };
        if !matches!(parsed.path(), "" | "/") || parsed.query().is_some() {
            return Err(failed("want no path behind the port"));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(failed("a token belongs into a file, not into the address"));
        }
        let (host, local) = match parsed.host() {
            Some(Host::Ipv4(address)) => (address.to_string(), address.is_loopback()),
            Some(Host::Ipv6(address)) => (address.to_string(), address.is_loopback()),
            Some(Host::Domain(name)) => (name.to_owned(), name == "localhost"),
            None => return Err(failed("it names no host")),
        };
        if !tls && !local && !site.allow_plain {
            return Err(failed(
                "records and token would travel in the clear: use https, or set `site.allow_plain`",
            ));
        }
        let port = parsed.port().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self {
            url: site.url.clone(),
            host,
            port,
            tls,
        })
    }

    /// For the header that names the host.
    pub(crate) fn authority(&self) -> String {
        match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => format!("[{address}]:{}", self.port),
            _ => format!("{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_refused_with_the_reason() {
        for (url, want) in [
            ("https://soc.example.org:8687", "soc.example.org:8687 tls"),
            ("https://soc/", "soc:443 tls"),
            ("http://127.0.0.1:8687", "127.0.0.1:8687"),
            ("http://[::1]:1", "[::1]:1"),
            ("http://localhost:1", "localhost:1"),
            (
                "http://soc:8687",
                "cannot use `http://soc:8687` as the site's address: records and token would travel \
                 in the clear: use https, or set `site.allow_plain`",
            ),
            (
                "https://soc:1/ingest",
                "cannot use `https://soc:1/ingest` as the site's address: want no path behind the port",
            ),
            (
                "https://me:pass@soc:1",
                "cannot use `https://me:pass@soc:1` as the site's address: a token belongs into a \
                 file, not into the address",
            ),
            (
                "soc:8687",
                "cannot use `soc:8687` as the site's address: want https, or http on this machine",
            ),
            (
                "",
                "no site is named: set `site.url`, or give `--to https://SITE:8687`",
            ),
        ] {
            let site = SiteOptions {
                url: url.to_owned(),
                ..SiteOptions::default()
            };
            let found = match Endpoint::of(&site) {
                Ok(endpoint) => endpoint.authority() + if endpoint.tls { " tls" } else { "" },
                Err(error) => error.to_string(),
            };
            assert_eq!(found, want);
        }
    }
}

use std::str::FromStr as _;
use std::time::Duration;

use aurora_secrets::Secret;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::{Host, Url};

/// Which database, and how patient to be with it.
#[derive(Clone, Debug)]
pub struct Options {
    /// `postgres://user:password@host/database?sslmode=verify-full&sslrootcert=…`
    pub url: Secret<String>,
    /// Instead of one in the address.
    pub password: Option<Secret<String>>,
    /// How long a call waits while the server is away.
    pub patience: Duration,
    /// Connections for reading; one more writes.
    pub readers: u32,
}

/// The address does not name a database. It is not repeated: it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum BadAddress {
    #[error("want `postgres://user@host/database`: {0}")]
    Form(String),
    #[error(
        "`sslmode={0}` sends passwords over the network unprotected; leave it out for `verify-full`"
    )]
    Unprotected(String),
}

impl Options {
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Secret::new(url.into()),
            password: None,
            patience: Duration::from_secs(30),
            readers: 8,
        }
    }

    /// Host, port and database, for people: nothing in it is secret.
    pub fn shown(&self) -> String {
        let Ok(url) = Url::parse(self.url.expose()) else {
            return "a PostgreSQL database".to_owned();
        };
        let host = url.host_str().unwrap_or("localhost");
        let host = host.replace("%2F", "/");
        let port = url.port().map_or(String::new(), |port| format!(":{port}"));
        format!("postgres://{host}{port}{}", url.path())
    }

    /// Beyond this machine the connection is encrypted and the server's certificate checked, unless
    /// the address asks for something else that is encrypted.
    pub(crate) fn parse(&self) -> Result<PgConnectOptions, BadAddress> {
        let form = |error: &dyn std::fmt::Display| BadAddress::Form(error.to_string());
        let url = Url::parse(self.url.expose()).map_err(|error| form(&error))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") || url.path().len() < 2 {
            return Err(form(&"it names no scheme or no database"));
        }
        // The message of a bad address would repeat parts of it.
        let options = PgConnectOptions::from_str(self.url.expose())
            .map_err(|_| form(&"a part of it is not understood"))?;
        let mode = url
            .query_pairs()
            .find(|(key, _)| key == "sslmode" || key == "ssl-mode");
        let mode = mode.map(|(_, mode)| mode.into_owned());
        let mut options = match mode {
            None if !local(&url) => options.ssl_mode(PgSslMode::VerifyFull),
            Some(mode)
                if !local(&url) && matches!(mode.as_str(), "disable" | "allow" | "prefer") =>
            {
                return Err(BadAddress::Unprotected(mode));
            }
            _ => options,
        };
        if let Some(password) = &self.password {
            options = options.password(password.expose());
        }
        Ok(options
            .application_name("aurorasoc")
            .disable_statement_logging())
    }
}

/// A socket, or loopback.
fn local(url: &Url) -> bool {
    match url.host() {
        None => true,
        Some(Host::Domain(name)) => {
            name == "localhost"
                || name.starts_with("%2F")
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|ip| ip.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parsed(url: &str) -> Result<PgConnectOptions, BadAddress> {
        Options::new(url).parse()
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted() {
        let mode = |url: &str| format!("{:?}", parsed(url).unwrap().get_ssl_mode());
        assert_eq!(mode("postgres://a:b@db.example/x"), "VerifyFull");
        assert_eq!(
            mode("postgres://a:b@db.example/x?sslmode=require"),
            "Require"
        );
        assert_eq!(mode("postgres://a:b@10.0.0.7/x"), "VerifyFull");
        assert_eq!(mode("postgres://a:b@127.0.0.1/x"), "Prefer");
        assert_eq!(mode("postgres://a:b@[::1]/x"), "Prefer");
        assert_eq!(mode("postgres://a:b@%2Frun%2Fpg/x"), "Prefer");
        let refused = parsed("postgres://a:b@db.example/x?sslmode=prefer").unwrap_err();
        assert!(matches!(refused, BadAddress::Unprotected(_)));
    }

    #[test]
    fn an_address_that_is_none_is_refused_without_its_secrets() {
        for url in [
            "",
            "canary",
            "mysql://a:canary@h/x",
            "postgres://a:canary@h",
            "postgres://a:canary@h/x?sslmode=canary",
            "postgres://a:canary@h:canary/x",
        ] {
            let error = parsed(url).unwrap_err().to_string();
            assert!(!error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        let options = Options::new("postgres://ada:canary@%2Frun%2Fpg:5433/soc?password=canary");
        assert_eq!(options.shown(), "postgres:///run/pg:5433/soc");
        assert!(!format!("{options:?}").contains("canary"));
        assert!(!Options::new("canary").shown().contains("canary"));
    }
}

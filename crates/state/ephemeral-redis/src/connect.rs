use std::time::Duration;

use aurora_ephemeral::Error;
use aurora_secrets::Secret;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, IntoConnectionInfo as _, TlsCertificates};
use url::{Host, Url};

/// Which server, and how patient to be with it.
#[derive(Clone, Debug)]
pub struct Options {
    /// `rediss://user:password@host:6379/0`, `redis://` on this machine, or `redis+unix:///path`.
    pub url: Secret<String>,
    /// Instead of one in the address.
    pub password: Option<Secret<String>>,
    /// The authority of the server's certificate as PEM; the system's when absent.
    pub authority: Option<Vec<u8>>,
    /// How long a call may take.
    pub patience: Duration,
}

/// The address does not name a server. It is not repeated: it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum BadAddress {
    #[error("want `rediss://user@host:6379`, or `redis://` on this machine")]
    Form,
    #[error("`redis://` sends passwords over the network unprotected: want `rediss://`")]
    Unprotected,
}

impl Options {
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Secret::new(url.into()),
            password: None,
            authority: None,
            patience: Duration::from_secs(5),
        }
    }

    pub(crate) fn client(&self) -> Result<Client, Error> {
        let text = self.url.expose();
        let url = Url::parse(text).map_err(|_| Error::unavailable(BadAddress::Form))?;
        if url.scheme() == "redis" && !local(&url) {
            return Err(Error::unavailable(BadAddress::Unprotected));
        }
        // The message of a bad address would repeat parts of it; so would that of `#insecure`.
        if url.fragment().is_some() {
            return Err(Error::unavailable(BadAddress::Form));
        }
        let info = text
            .as_str()
            .into_connection_info()
            .map_err(|_| Error::unavailable(BadAddress::Form))?;
        let info = match &self.password {
            Some(password) => {
                let settings = info.redis_settings().clone();
                info.set_redis_settings(settings.set_password(password.expose()))
            }
            None => info,
        };
        let authority = TlsCertificates {
            client_tls: None,
            root_cert: self.authority.clone(),
        };
        match url.scheme() {
            "rediss" => Client::build_with_tls(info, authority),
            _ => Client::open(info),
        }
        .map_err(Error::unavailable)
    }

    /// A connection that is made anew whenever it is lost.
    pub(crate) async fn connect(&self, client: Client) -> Result<ConnectionManager, Error> {
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(self.patience))
            .set_connection_timeout(Some(self.patience))
            .set_number_of_retries(3)
            .set_max_delay(Duration::from_millis(500));
        let connecting = ConnectionManager::new_with_config(client, config);
        connecting.await.map_err(Error::unavailable)
    }
}

fn local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // Of a scheme that `url` does not know, an address is a name.
        Some(Host::Domain(name)) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_refused_without_its_secrets() {
        for url in [
            "",
            "canary",
            "http://:canary@h",
            "redis://:canary@db.example",
            "redis://:canary@10.0.0.7:6379",
            "rediss://:canary@db.example/x",
            "rediss://:canary@db.example/#insecure",
        ] {
            let error = Options::new(url).client().map(drop).expect_err(url);
            let cause = std::error::Error::source(&error).expect("it says why");
            let text = format!("{error} {cause} {error:?}");
            assert!(!text.contains("canary"), "{text}");
        }
        for url in [
            "redis://127.0.0.1",
            "redis://[::1]:7/1",
            "redis://localhost",
        ] {
            assert!(Options::new(url).client().is_ok(), "{url}");
        }
    }
}

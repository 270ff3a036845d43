/// Where browsers reach the site: what a passkey's proof must say it was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    /// TLS ends in front of us.
    pub secure: bool,
    /// The port that we listen on.
    pub port: u16,
    /// Names other than `localhost`.
    pub hostnames: Vec<String>,
}

impl Origins {
    /// The relying party's id of an origin, which is its host's name; `None` for an origin that is
    /// not ours. Addresses have none: passkeys are bound to names (WebAuthn, section 5.1.2).
    pub fn relying_party<'o>(&self, origin: &'o str) -> Option<&'o str> {
        let (scheme, rest) = origin.split_once("://")?;
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, port.parse::<u16>().ok()?),
            None => (rest, if scheme == "https" { 443 } else { 80 }),
        };
        let ours = match scheme {
            // Browsers trust this name without TLS.
            "http" => host == "localhost" && port == self.port,
            // What stands in front of us may have the usual port.
            "https" if self.secure => {
                let known = host == "localhost" || self.hostnames.iter().any(|name| name == host);
                known && (port == self.port || port == 443)
            }
            _ => false,
        };
        ours.then_some(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_origins_have_a_relying_party() {
        let plain = Origins {
            secure: false,
            port: 8443,
            hostnames: vec!["soc.example".to_owned()],
        };
        let secure = Origins {
            secure: true,
            ..plain.clone()
        };
        for (origins, origin, want) in [
            (&plain, "http://localhost:8443", Some("localhost")),
            (&plain, "http://localhost:8444", None),
            (&plain, "http://localhost", None),
            (&plain, "http://soc.example:8443", None),
            (&plain, "http://127.0.0.1:8443", None),
            (&plain, "https://localhost:8443", None),
            (&secure, "https://soc.example", Some("soc.example")),
            (&secure, "https://soc.example:8443", Some("soc.example")),
            (&secure, "https://soc.example:444", None),
            (&secure, "https://evil.example", None),
            (&secure, "https://soc.example.evil.example", None),
            (&secure, "https://soc.example@evil.example", None),
            (&secure, "http://localhost:8443", Some("localhost")),
            (&secure, "null", None),
            (&secure, "", None),
        ] {
            assert_eq!(origins.relying_party(origin), want, "{origin}");
        }
    }
}

use std::net::SocketAddr;
use std::str::FromStr;

/// What a site is among the servers of the mesh.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Where the servers of other sites attach; none for a site that is nobody's hub.
    pub listen: Option<SocketAddr>,
    /// Host names and addresses by which they reach it, beside `localhost` and the address that it listens
    /// at.
    pub hostnames: Vec<String>,
    /// Hubs that this site attaches to, such as `site-a=mesh.example:7422`. With more than one, every frame
    /// takes every hub.
    pub hubs: Vec<String>,
}

/// Where a hub is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubAddress {
    /// Its short name in the site directory.
    pub label: String,
    /// `host:port`.
    pub address: String,
}

/// The text is no hub.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no hub: want NAME=HOST:PORT, such as site-a=mesh.example:7422")]
pub struct BadHub(pub String);

impl FromStr for HubAddress {
    type Err = BadHub;

    fn from_str(text: &str) -> Result<Self, BadHub> {
        let bad = || BadHub(text.to_owned());
        let (label, address) = text.split_once('=').ok_or_else(bad)?;
        let (host, port) = address.rsplit_once(':').ok_or_else(bad)?;
        let fits = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
        let is_host = !host.is_empty() && host.chars().all(fits);
        let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
        if crate::subjects::is_label(label) && is_host && is_port {
            return Ok(Self {
                label: label.to_owned(),
                address: address.to_owned(),
            });
        }
        Err(bad())
    }
}

impl Options {
    /// Whether the carrier is used at all.
    pub fn is_used(&self) -> bool {
        self.listen.is_some() || !self.hubs.is_empty()
    }

    /// # Errors
    /// [`BadHub`] for the first text that is none.
    pub fn hubs(&self) -> Result<Vec<HubAddress>, BadHub> {
        self.hubs.iter().map(|text| text.parse()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_is_a_name_a_host_and_a_port() {
        for text in ["site-a=mesh.example:7422", "a=10.0.0.1:1", "a=[::1]:7422"] {
            assert!(text.parse::<HubAddress>().is_ok(), "{text}");
        }
        for text in [
            "",
            "site-a",
            "site-a=mesh.example",
            "site-a=:7422",
            "site-a=mesh.example:0",
            "Site=mesh.example:7422",
            "a.b=mesh.example:7422",
            "a=mesh\"example:7422",
        ] {
            assert_eq!(text.parse::<HubAddress>(), Err(BadHub(text.to_owned())));
        }
    }
}

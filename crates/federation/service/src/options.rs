use aurora_federation::Tier;
use aurora_model::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a site federates, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Whether this site federates with others. `FEDERATION_ENABLED` sets it, too.
    pub enabled: bool,
    /// The site's short name within the mesh: 1 to 32 of `a-z`, `0-9` and `-`, such as `site-b`.
    /// `FEDERATION_SITE_ID` sets it, too.
    pub site_id: String,
    /// What people call the site; `site.name` when empty. `FEDERATION_SITE_NAME` sets it, too.
    pub site_name: String,
    /// `primary`, of which a mesh has one, or `secondary`. `FEDERATION_SITE_TIER` sets it, too.
    pub site_tier: SiteTier,
    /// Alerts of this severity and above are shared. `FEDERATION_FEDERATE_MIN_SEVERITY` sets it, too.
    #[schemars(with = "String")]
    pub min_severity: Severity,
    /// Direct links between sites.
    pub direct: Direct,
    /// Links over NATS leafnodes.
    pub leafnodes: Leafnodes,
    /// Records taken from one site in a second; more are dropped and asked for again.
    pub records_per_second: u32,
    /// Whether links may be cut for a drill.
    pub drills: bool,
}

/// Direct links between sites, over mutual TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Direct {
    /// Whether sites are reached so.
    pub enabled: bool,
    /// Address and port for other sites. It speaks TLS alone, and only with sites of the directory and
    /// those that hold an invitation.
    #[schemars(with = "String")]
    pub listen: std::net::SocketAddr,
    /// `host:port` at which others reach it, such as `soc.example:7423`; when empty this site dials
    /// them and they do not dial it.
    pub advertise: String,
}

/// Links over NATS leafnodes: a server of this site's own, which is a hub for others, attaches to hubs, or
/// both. Neither, and there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Leafnodes {
    /// Address and port at which the servers of other sites attach, such as `0.0.0.0:7422`; none for a site
    /// that is nobody's hub. It speaks mutual TLS alone, and only with sites of the directory.
    #[schemars(with = "String")]
    pub listen: Option<std::net::SocketAddr>,
    /// Host names and addresses by which other sites reach it, beside `localhost` and the address that it
    /// listens at.
    pub hostnames: Vec<String>,
    /// Hubs that this site attaches to, such as `site-a=mesh.example:7422`. With more than one, every frame
    /// takes every hub, and the loss of one is not noticed.
    pub hubs: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiteTier {
    Primary,
    #[default]
    Secondary,
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot use `{value}` for `{key}`: {reason}")]
pub struct BadOption {
    pub key: &'static str,
    pub value: String,
    pub reason: &'static str,
}

impl From<SiteTier> for Tier {
    fn from(tier: SiteTier) -> Self {
        match tier {
            SiteTier::Primary => Self::Primary,
            SiteTier::Secondary => Self::Secondary,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            enabled: false,
            site_id: String::new(),
            site_name: String::new(),
            site_tier: SiteTier::Secondary,
            min_severity: Severity::High,
            direct: Direct::default(),
            leafnodes: Leafnodes::default(),
            records_per_second: 20_000,
            drills: true,
        }
    }
}

impl Default for Direct {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: std::net::SocketAddr::from(([127, 0, 0, 1], 7423)),
            advertise: String::new(),
        }
    }
}

impl Options {
    /// # Errors
    /// [`BadOption`] for the first setting that cannot be used.
    pub fn check(&self) -> Result<(), BadOption> {
        if !is_label(&self.site_id) {
            return Err(BadOption {
                key: "federation.site_id",
                value: self.site_id.clone(),
                reason: "want 1 to 32 of a-z, 0-9 and `-`; set FEDERATION_SITE_ID",
            });
        }
        if self.site_name.chars().count() > MAX_NAME {
            return Err(BadOption {
                key: "federation.site_name",
                value: self.site_name.clone(),
                reason: "it is longer than 128 characters",
            });
        }
        let advertised = &self.direct.advertise;
        if !advertised.is_empty() && !is_address(advertised) {
            return Err(BadOption {
                key: "federation.direct.advertise",
                value: advertised.clone(),
                reason: "want host:port, such as soc.example:7423",
            });
        }
        Ok(())
    }
}

/// Characters of a site's name.
pub(crate) const MAX_NAME: usize = 128;

/// Whether it may be a site's short name, which is part of subjects and accounts.
pub(crate) fn is_label(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(fits)
}

/// Whether it is a host and a port.
pub(crate) fn is_address(text: &str) -> bool {
    let parts = text.rsplit_once(':');
    parts.is_some_and(|(host, port)| {
        !host.is_empty() && text.len() <= 255 && port.parse::<u16>().is_ok_and(|port| port > 0)
    })
}

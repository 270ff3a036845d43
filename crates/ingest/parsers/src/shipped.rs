//! The sources that the product ships: one line each.

use std::borrow::Cow;

use crate::content::{ContentParser, Spec};
use crate::description::Description;
use crate::mapping::Tables;
use crate::{Parser, auditd, windows};

/// The texts of a folder under `content/parsers/`.
#[derive(Clone, Debug)]
pub struct Folder {
    pub name: &'static str,
    /// `source.toml`
    pub about: Cow<'static, str>,
    /// `parser.vrl`; of a source that is mapped natively, the same mapping for Vector.
    pub program: Cow<'static, str>,
}

/// `"b" = "a"`: the source `b` is mapped by the program of `a`.
macro_rules! folder {
    ($name:literal) => {
        folder!($name = $name)
    };
    ($name:literal = $program:literal) => {
        Folder {
            name: $name,
            about: Cow::Borrowed(include_str!(concat!(
                "../../../../content/parsers/",
                $name,
                "/source.toml"
            ))),
            program: Cow::Borrowed(include_str!(concat!(
                "../../../../content/parsers/",
                $program,
                "/parser.vrl"
            ))),
        }
    };
}

macro_rules! tables {
    ($name:literal) => {
        Tables {
            kinds: include_str!(concat!("../../../../content/parsers/", $name, "/kinds.tsv")),
            mapping: include_str!(concat!(
                "../../../../content/parsers/",
                $name,
                "/mapping.tsv"
            )),
        }
    };
}

/// Sources with tables that map most of their records natively.
pub(crate) const WITH_TABLES: &[(&str, Tables)] = &[
    ("cloudtrail", tables!("cloudtrail")),
    ("suricata", tables!("suricata")),
    ("zeek", tables!("zeek")),
];

fn tables(source: &str) -> Option<Tables> {
    let of_source = WITH_TABLES.iter().find(|(name, _)| *name == source);
    of_source.map(|(_, tables)| *tables)
}

/// The order decides where two would take a record. A source whose records carry another's (audit records in syslog)
/// stands before it, and what takes any shape stands last.
pub(crate) const FOLDERS: &[Folder] = &[
    folder!("sysmon-linux" = "windows"),
    folder!("windows"),
    folder!("ocsf"),
    folder!("cloudtrail"),
    folder!("guardduty"),
    folder!("vpcflow"),
    folder!("aws-waf"),
    folder!("suricata"),
    folder!("zeek"),
    folder!("laurel" = "auditd"),
    folder!("auditd"),
    folder!("okta"),
    folder!("auth0"),
    folder!("duo"),
    folder!("entra"),
    folder!("exchange-trace"),
    folder!("azure-activity"),
    folder!("gcp-audit"),
    folder!("gworkspace"),
    folder!("github"),
    folder!("k8s-audit"),
    folder!("falco"),
    folder!("zscaler"),
    folder!("osquery"),
    folder!("crowdstrike"),
    folder!("eslogger"),
    folder!("macos-unified"),
    folder!("otlp"),
    folder!("browser"),
    folder!("mqtt"),
    folder!("cisco-asa"),
    folder!("cef"),
    folder!("leef"),
    folder!("access"),
    folder!("bind"),
    folder!("dnsmasq"),
    folder!("syslog"),
    folder!("json"),
];

impl Folder {
    /// # Errors
    /// What is wrong in `source.toml`, with its line.
    pub(crate) fn parser(&self) -> Result<Box<dyn Parser>, String> {
        let description = Description::read(&self.about)
            .map_err(|error| format!("cannot read source.toml of `{}`: {error}", self.name))?;
        Ok(match self.name {
            "windows" | "sysmon-linux" => {
                Box::new(windows::WindowsParser::new(self.name, description))
            }
            "auditd" | "laurel" => Box::new(auditd::AuditdParser::new(
                self.name,
                description,
                self.program.clone(),
            )),
            name => Box::new(ContentParser::new(Spec {
                name,
                description,
                source: self.program.clone(),
                tables: tables(name),
            })),
        })
    }
}

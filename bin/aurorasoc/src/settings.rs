//! From `--data-dir`, `--config`, `--set` and the environment to a site's settings.

use std::path::{Path, PathBuf};

use aurora_config::Layers;
use aurora_node::{Collector, CollectorConfig, DataDir, SiteConfig};

use crate::args::{Global, Ports};

/// Where a site's data is and what it is told.
#[derive(Clone, Debug)]
pub struct Settings {
    pub data_dir: PathBuf,
    config: Option<PathBuf>,
    set: Vec<String>,
}

impl Settings {
    pub fn of(global: &Global) -> Self {
        let data_dir = given(global.data_dir.as_ref(), "AURORASOC_DATA_DIR");
        let data_dir = data_dir.unwrap_or_else(DataDir::default_root);
        // The site may run with another working directory than ours.
        let data_dir = std::path::absolute(&data_dir).unwrap_or(data_dir);
        Self {
            data_dir,
            config: given(global.config.as_ref(), "AURORASOC_CONFIG"),
            set: global.set.clone(),
        }
    }

    /// Default < file < environment < flag.
    pub fn site(&self, ports: &Ports) -> Result<SiteConfig, aurora_config::Error> {
        let mut config: SiteConfig = self.layers()?.read()?;
        if let Some(bus) = &ports.bus {
            config.bus.store.clone_from(bus);
        }
        if let Some(folder) = console_dir(ports) {
            config.console.assets = Some(absolute(&folder));
        }
        config.rules.folders = config
            .rules
            .folders
            .iter()
            .map(|path| absolute(path))
            .collect();
        Ok(config.offset_ports(ports.port_offset))
    }

    /// The same for a collector, which has settings of its own.
    pub fn collector(&self) -> Result<CollectorConfig, aurora_config::Error> {
        self.layers()?.read()
    }

    fn layers(&self) -> Result<Layers, aurora_config::Error> {
        let mut layers = Layers::new();
        if let Some(file) = &self.config {
            layers = layers.file(file)?;
        }
        layers = layers.environment(text_variables().map(federation));
        for setting in &self.set {
            layers = layers.set(setting)?;
        }
        Ok(layers)
    }

    /// The data directory of a collector: it stands beside a site's, unless one is named.
    pub fn collector_dir(&self) -> PathBuf {
        if self.data_dir == DataDir::default_root() {
            return Collector::default_root();
        }
        self.data_dir.clone()
    }

    /// The arguments with which another process of ours comes to the same settings.
    pub fn arguments(&self, ports: &Ports) -> Vec<std::ffi::OsString> {
        let mut arguments: Vec<std::ffi::OsString> =
            vec!["--data-dir".into(), self.data_dir.clone().into()];
        if let Some(file) = &self.config {
            arguments.extend(["--config".into(), absolute(file).into()]);
        }
        for setting in &self.set {
            arguments.extend(["--set".into(), setting.into()]);
        }
        if let Some(bus) = &ports.bus {
            arguments.extend(["--bus".into(), bus.into()]);
        }
        if let Some(folder) = console_dir(ports) {
            arguments.extend(["--console-dir".into(), absolute(&folder).into()]);
        }
        arguments.extend(["--port-offset".into(), ports.port_offset.to_string().into()]);
        arguments
    }

    pub fn socket(&self) -> PathBuf {
        DataDir::socket(&self.data_dir)
    }

    /// What a site in the background writes its log to.
    pub fn log(&self) -> PathBuf {
        self.data_dir.join("run/site.log")
    }
}

/// The argument, else the variable. They are read here and not by the parser of arguments, which
/// would take a variable for something that was typed.
fn given(argument: Option<&PathBuf>, variable: &str) -> Option<PathBuf> {
    let of_variable = || std::env::var_os(variable).filter(|value| !value.is_empty());
    argument
        .cloned()
        .or_else(|| of_variable().map(PathBuf::from))
}

fn console_dir(ports: &Ports) -> Option<PathBuf> {
    given(ports.console_dir.as_ref(), "AURORASOC_CONSOLE_DIR")
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Variables that are not Unicode cannot be ours.
fn text_variables() -> impl Iterator<Item = (String, String)> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text)
}

/// The variables by which a site is told to federate, and the settings that they are. They stand for
/// text, also where it looks like a number.
const FEDERATION: [(&str, &str); 5] = [
    ("FEDERATION_ENABLED", "AURORASOC__FEDERATION__ENABLED"),
    ("FEDERATION_SITE_ID", "AURORASOC__FEDERATION__SITE_ID"),
    ("FEDERATION_SITE_NAME", "AURORASOC__FEDERATION__SITE_NAME"),
    ("FEDERATION_SITE_TIER", "AURORASOC__FEDERATION__SITE_TIER"),
    (
        "FEDERATION_FEDERATE_MIN_SEVERITY",
        "AURORASOC__FEDERATION__MIN_SEVERITY",
    ),
];

fn federation((name, value): (String, String)) -> (String, String) {
    let found = FEDERATION.iter().find(|(known, _)| *known == name);
    match found {
        None => (name, value),
        Some((known, setting)) if *known == "FEDERATION_ENABLED" => {
            ((*setting).to_owned(), value.to_lowercase())
        }
        Some((_, setting)) => ((*setting).to_owned(), format!("\"{value}\"")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_five_variables_are_settings() {
        let vars = [
            ("FEDERATION_ENABLED", "True"),
            ("FEDERATION_SITE_ID", "7"),
            ("FEDERATION_SITE_NAME", "Branch SOC - Cairo"),
            ("FEDERATION_SITE_TIER", "secondary"),
            ("FEDERATION_FEDERATE_MIN_SEVERITY", "critical"),
            ("PATH", "/bin"),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let layers = Layers::new().environment(vars.into_iter().map(federation));
        let read = layers.read::<SiteConfig>().unwrap().federation;
        assert!(read.enabled);
        assert_eq!(read.site_id, "7");
        assert_eq!(read.site_name, "Branch SOC - Cairo");
        assert_eq!(read.min_severity, aurora_model::Severity::Critical);
        assert!(!SiteConfig::default().federation.enabled);
    }
}

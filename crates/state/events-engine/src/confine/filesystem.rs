use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use crate::Error;

/// The newest rules this was written for; an older kernel enforces what it knows of them.
const RULES: ABI = ABI::V6;

/// What the dynamic loader and the engine read about the machine.
const READABLE: &[&str] = &[
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/timezone",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/loadavg",
    "/proc/uptime",
    "/proc/sys/kernel",
    "/proc/sys/vm",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/dev/urandom",
];

/// Leaves read access to the above and the library, and every access to `own`; no TCP, no signals
/// to other processes, no abstract sockets of others.
pub(super) fn restrict(own: &Path, library: &Path) -> Result<String, Error> {
    apply(own, library).map_err(|error| Error::Confine(error.to_string()))
}

fn apply(own: &Path, library: &Path) -> Result<String, RulesetError> {
    let (all, read) = (AccessFs::from_all(RULES), AccessFs::from_read(RULES));
    let loaded = loaded();
    let readable = READABLE.iter().map(Path::new).chain([library]);
    let readable = readable.chain(loaded.iter().map(PathBuf::as_path));
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)?
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::from_all(RULES))?
        .create()?
        .add_rules(path_beneath_rules(readable, read))?
        .add_rules(path_beneath_rules([Path::new("/dev/null")], all))?
        .add_rules(path_beneath_rules([own], all))?
        .restrict_self()?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => "full",
        RulesetStatus::PartiallyEnforced => "partial",
        RulesetStatus::NotEnforced => "none",
    }
    .to_owned())
}

/// The program itself and the libraries it has loaded. For the text of any error the engine looks up
/// symbols in all of them; one that it may not open makes it throw where it must not, and hang.
fn loaded() -> BTreeSet<PathBuf> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let paths = maps
        .lines()
        .filter_map(|line| Some(PathBuf::from(&line[line.find('/')?..])));
    paths.chain(std::env::current_exe()).collect()
}

//! How strongly an entity joins alerts, in hundredths: two alerts are joined by one entity of
//! 100, or by two of at least 100 together.

use std::net::IpAddr;

use aurora_model::EntityKind;

use super::Options;
use super::fact::Who;

/// What one entity needs to join alerts alone.
pub const ENOUGH: u8 = 100;

/// Accounts that every machine has, or that services share.
const SHARED_USERS: &[&str] = &[
    "",
    "-",
    "system",
    "local service",
    "network service",
    "anonymous logon",
    "administrator",
    "admin",
    "guest",
    "defaultaccount",
    "root",
    "nobody",
    "daemon",
    "sshd",
    "www-data",
    "apache",
    "nginx",
    "httpd",
    "postgres",
    "mysql",
    "ubuntu",
    "ec2-user",
    "unknown",
    "lokaler dienst",
    "netzwerkdienst",
];

/// How common an entity was on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    #[default]
    Rare,
    /// Half of its weight is left.
    Common,
    /// A quarter is left.
    VeryCommon,
    Everywhere,
}

/// What an entity weighs by its nature, and why when that is less than it could be.
pub fn base(who: &Who) -> (u8, Option<&'static str>) {
    match who.kind {
        EntityKind::Host | EntityKind::Hash | EntityKind::Device => (100, None),
        EntityKind::User if SHARED_USERS.contains(&who.key.as_ref()) => {
            (50, Some("an account of this name is on many machines"))
        }
        EntityKind::User => (100, None),
        EntityKind::Address => address(&who.key),
        EntityKind::Account => (60, Some("everything in a cloud account shares it")),
        EntityKind::File => (40, Some("files of one path are on many machines")),
        EntityKind::Process => (30, Some("a program of one path is on many machines")),
    }
}

fn address(key: &str) -> (u8, Option<&'static str>) {
    let Ok(address) = key.parse::<IpAddr>() else {
        return (0, Some("it is no address"));
    };
    let nobodys = address.is_loopback() || address.is_unspecified() || address.is_multicast();
    let local = match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    if nobodys || local {
        return (0, Some("it is an address that every machine has or hears"));
    }
    (100, None)
}

/// Whether it says something about who is concerned, so that it is counted among the company that
/// others keep.
pub fn is_telling(who: &Who) -> bool {
    let kind = matches!(
        who.kind,
        EntityKind::Host
            | EntityKind::Device
            | EntityKind::Account
            | EntityKind::User
            | EntityKind::Address
    );
    kind && (base(who).0 == ENOUGH || who.kind == EntityKind::Account)
}

/// Whether `peer` is of the company by which `who` is judged.
pub fn is_company(who: &Who, peer: &Who) -> bool {
    use EntityKind::{Account, Address, Device, File, Hash, Host, Process, User};
    let place = matches!(peer.kind, Host | Device | Account);
    match who.kind {
        Host | Device | Account => matches!(peer.kind, User | Address),
        User => place,
        Address => place || peer.kind == Address,
        Process | File | Hash => matches!(peer.kind, Host | Device),
    }
}

/// How many others an entity may be seen with on one day before it is common.
pub fn company_limit(kind: EntityKind, options: &Options) -> usize {
    let many = options.common_peers as usize;
    match kind {
        EntityKind::Host | EntityKind::Device | EntityKind::Account => 2 * many,
        _ => many,
    }
}

pub fn level(who: &Who, company: usize, alerts: usize, options: &Options) -> Level {
    let by_company = step(company, company_limit(who.kind, options));
    let found = by_company.max(step(alerts, options.common_alerts as usize));
    // A busy server is still one place: with one more thing in common its alerts are one story.
    if who.kind == EntityKind::Host {
        return found.min(Level::Common);
    }
    found
}

fn step(number: usize, limit: usize) -> Level {
    let limit = limit.max(1);
    match number {
        n if n <= limit => Level::Rare,
        n if n <= limit.saturating_mul(4) => Level::Common,
        n if n <= limit.saturating_mul(16) => Level::VeryCommon,
        _ => Level::Everywhere,
    }
}

pub fn weight(who: &Who, level: Level) -> u8 {
    let (base, _) = base(who);
    match level {
        Level::Rare => base,
        Level::Common => base / 2,
        Level::VeryCommon => base / 4,
        Level::Everywhere => 0,
    }
}

/// Why an entity does not join alerts alone; the text says nothing that could change without the
/// level, so that it needs no writing again.
pub fn reason(who: &Who, level: Level, options: &Options) -> Option<String> {
    if level == Level::Rare {
        return base(who).1.map(str::to_owned);
    }
    let company = match who.kind {
        EntityKind::Host | EntityKind::Device | EntityKind::Account => "users and addresses",
        EntityKind::User => "hosts and cloud accounts",
        EntityKind::Address => "hosts and addresses",
        EntityKind::Process | EntityKind::File | EntityKind::Hash => "hosts",
    };
    let limit = company_limit(who.kind, options);
    let alerts = options.common_alerts;
    Some(format!(
        "common: with more than {limit} {company}, or in more than {alerts} alerts, on one day"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(kind: EntityKind, key: &str) -> Who {
        let key = key.into();
        Who { kind, key }
    }

    #[test]
    fn what_every_machine_has_joins_nothing_alone() {
        for (kind, key, enough) in [
            (EntityKind::User, "eva", true),
            (EntityKind::User, "system", false),
            (EntityKind::Address, "10.0.0.7", true),
            (EntityKind::Address, "127.0.0.1", false),
            (EntityKind::Address, "::1", false),
            (EntityKind::Address, "fe80::1", false),
            (EntityKind::Address, "224.0.0.251", false),
            (EntityKind::Process, "/usr/bin/dash", false),
            (EntityKind::Account, "111122223333", false),
            (EntityKind::Host, "ws-014", true),
        ] {
            assert_eq!(base(&who(kind, key)).0 == ENOUGH, enough, "{key}");
        }
    }

    #[test]
    fn company_makes_common_and_a_host_stays_a_place() {
        let options = Options::default();
        let gateway = who(EntityKind::Address, "10.0.0.1");
        let server = who(EntityKind::Host, "dc-01");
        assert_eq!(level(&gateway, 12, 3, &options), Level::Rare);
        assert_eq!(level(&gateway, 13, 3, &options), Level::Common);
        assert_eq!(level(&gateway, 13 * 16, 3, &options), Level::Everywhere);
        assert_eq!(level(&gateway, 1, 201, &options), Level::Common);
        assert_eq!(level(&server, 100_000, 100_000, &options), Level::Common);
        assert_eq!(weight(&server, Level::Common), 50);
    }
}

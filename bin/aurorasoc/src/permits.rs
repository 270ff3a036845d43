//! What permission each command takes: the one list, and the test that no command is missing.
//!
//! Commands that ask the site are judged by the site. Those that go past it open its files, which the
//! system gives only to the site's own user and root: the local operator, who is `admin`. Their
//! permissions are at the host, so that no session or key ever has them.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};

use aurora_permissions::{Permission, permission};
use clap::{Command, CommandFactory as _};

use crate::args::Cli;

enum Way {
    /// Asks the site.
    Site(Permission),
    /// Opens the site's files.
    Files(Permission),
    /// Works on what it is given.
    Nothing,
}

use Way::{Files, Nothing, Site};

fn ways() -> BTreeMap<&'static str, Way> {
    let ways = [
        ("up", Files(permission!(Site, Start))),
        ("down", Site(permission!(Site, ShutDown))),
        ("status", Site(permission!(Site, Read))),
        ("demo", Site(permission!(Demo, Start))),
        ("import", Site(permission!(Import, Start))),
        ("imports", Site(permission!(Import, Read))),
        ("alerts", Site(permission!(Alert, Read))),
        ("show", Site(permission!(Alert, Read))),
        ("own", Site(permission!(Alert, Own))),
        ("release", Site(permission!(Alert, Release))),
        ("close", Site(permission!(Alert, Close))),
        ("reopen", Site(permission!(Alert, Reopen))),
        ("suppress", Site(permission!(Suppression, Create))),
        ("suppressions", Site(permission!(Suppression, Read))),
        ("unsuppress", Site(permission!(Suppression, Lift))),
        ("incidents", Site(permission!(Incident, Read))),
        ("incident show", Site(permission!(Incident, Read))),
        ("incident own", Site(permission!(Incident, Own))),
        ("incident release", Site(permission!(Incident, Release))),
        ("incident close", Site(permission!(Incident, Close))),
        ("incident reopen", Site(permission!(Incident, Reopen))),
        ("incident note", Site(permission!(Incident, Note))),
        ("entities", Site(permission!(Entity, Read))),
        ("entity", Site(permission!(Entity, Read))),
        ("entity set", Site(permission!(Entity, Set))),
        ("hunt", Site(permission!(Event, Search))),
        ("rules list", Site(permission!(Rule, Read))),
        ("rules show", Site(permission!(Rule, Read))),
        ("rules lint", Site(permission!(Rule, Test))),
        ("rules try", Site(permission!(Rule, Test))),
        ("rules eval", Nothing),
        ("rules test", Nothing),
        ("rules explain", Site(permission!(Rule, Test))),
        ("rules backtest", Site(permission!(Rule, Test))),
        ("rules coverage", Site(permission!(Rule, Read))),
        ("rules diff", Site(permission!(Rule, Read))),
        ("rules health", Site(permission!(Rule, Read))),
        ("rules import", Site(permission!(Rule, Import))),
        ("rules reload", Site(permission!(Rule, Reload))),
        ("rules history", Site(permission!(Rule, Read))),
        ("rules revert", Site(permission!(Rule, Revert))),
        ("indicators import", Site(permission!(Indicator, Import))),
        ("indicators list", Site(permission!(Indicator, Read))),
        ("indicators show", Site(permission!(Indicator, Read))),
        ("indicators check", Site(permission!(Indicator, Check))),
        ("indicators remove", Site(permission!(Indicator, Remove))),
        ("notify list", Site(permission!(Notify, Read))),
        ("notify test", Site(permission!(Notify, Test))),
        ("sources", Site(permission!(Source, Read))),
        ("sources list", Site(permission!(Source, Read))),
        ("sources kinds", Nothing),
        ("sources coverage", Nothing),
        ("sources token", Site(permission!(Source, TokenCreate))),
        ("sources revoke", Site(permission!(Source, TokenRevoke))),
        ("parsers new", Nothing),
        ("parsers test", Nothing),
        ("parsers lint", Nothing),
        ("ledger", Site(permission!(Ledger, Read))),
        ("deadletter list", Site(permission!(DeadLetter, Read))),
        ("deadletter show", Site(permission!(DeadLetter, Read))),
        ("deadletter replay", Site(permission!(DeadLetter, Replay))),
        ("decisions", Site(permission!(Decision, Read))),
        // Copies of the log are checked anywhere, by whoever has one.
        ("audit verify", Nothing),
        ("audit prove", Nothing),
        ("audit monitor", Nothing),
        ("audit export", Files(permission!(Audit, Read))),
        ("audit erase", Site(permission!(Audit, Erase))),
        ("audit witness", Nothing),
        ("link", Site(permission!(Link, Create))),
        ("logs", Files(permission!(Log, Read))),
        ("doctor", Site(permission!(Site, Diagnose))),
        ("backup", Files(permission!(Backup, Create))),
        ("restore", Files(permission!(Backup, Restore))),
        ("migrate", Files(permission!(Backup, Migrate))),
        ("serve", Files(permission!(Site, Start))),
        // Another machine's: it has a certificate of its own.
        ("collect", Nothing),
        ("collect status", Nothing),
        ("collect enrol", Nothing),
        ("enrol list", Site(permission!(Enrolment, Read))),
        ("enrol token", Site(permission!(Enrolment, Create))),
        ("enrol revoke", Site(permission!(Enrolment, Revoke))),
        ("federation status", Site(permission!(Site, Read))),
        ("federation peers", Site(permission!(Site, Read))),
        ("federation invite", Site(permission!(Federation, Invite))),
        ("federation join", Site(permission!(Federation, Join))),
        ("federation verify", Site(permission!(Federation, Verify))),
        ("federation leave", Site(permission!(Federation, Leave))),
        ("federation rotate", Site(permission!(Federation, Rotate))),
        ("federation cut", Site(permission!(Federation, Cut))),
        ("federation heal", Site(permission!(Federation, Heal))),
        ("people list", Site(permission!(Person, Read))),
        ("people add", Site(permission!(Person, Create))),
        ("people role", Site(permission!(Role, Grant))),
        ("people disable", Site(permission!(Person, Change))),
        ("people enable", Site(permission!(Person, Change))),
        ("people alias", Site(permission!(Person, Change))),
        ("people recover", Site(permission!(Person, Recover))),
        ("sessions list", Site(permission!(Session, List))),
        ("sessions revoke", Site(permission!(Session, RevokeAny))),
        ("keys list", Site(permission!(Key, List))),
        ("keys create", Site(permission!(Key, Issue))),
        ("keys revoke", Site(permission!(Key, RevokeAny))),
        ("roles list", Site(permission!(Role, Read))),
        ("roles show", Site(permission!(Role, Read))),
        ("roles set", Site(permission!(Role, Change))),
        ("roles remove", Site(permission!(Role, Change))),
        ("approvals list", Site(permission!(Approval, Read))),
        ("approvals show", Site(permission!(Approval, Read))),
        ("approvals approve", Site(permission!(Approval, Decide))),
        ("approvals deny", Site(permission!(Approval, Decide))),
        ("approvals cancel", Site(permission!(Approval, Cancel))),
        ("break-glass list", Site(permission!(Approval, Read))),
        ("break-glass open", Site(permission!(BreakGlass, Open))),
        ("break-glass end", Site(permission!(BreakGlass, End))),
        ("completions", Nothing),
        // The child that holds the event engine; a site starts it.
        ("engine", Nothing),
    ];
    ways.into_iter().collect()
}

fn leaves(command: &Command, name: &str, found: &mut BTreeSet<String>) {
    let inner = || {
        let all = command.get_subcommands();
        all.filter(|inner| inner.get_name() != "help")
    };
    let stands_alone = inner().next().is_none() || !command.is_subcommand_required_set();
    if stands_alone && !name.is_empty() {
        found.insert(name.to_owned());
    }
    for inner in inner() {
        let name = format!("{name} {}", inner.get_name());
        leaves(inner, name.trim_start(), found);
    }
}

#[test]
fn every_command_has_its_permission() {
    let mut found = BTreeSet::new();
    leaves(&Cli::command(), "", &mut found);
    let ways = ways();
    let missing: Vec<_> = found
        .iter()
        .filter(|name| !ways.contains_key(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "give these a permission: {missing:?}");
    let gone: Vec<_> = ways.keys().filter(|name| !found.contains(**name)).collect();
    assert!(gone.is_empty(), "these are no commands: {gone:?}");
}

#[test]
fn what_goes_past_the_site_is_only_for_who_holds_its_files() {
    for (name, way) in ways() {
        if let Files(permission) = way {
            assert!(permission.needs().at_the_host, "{name}: {permission}");
        }
    }
}

/// The site's routes of the same permission are what the test of the matrix walks.
#[test]
fn what_asks_the_site_takes_what_a_route_takes() {
    let document = include_str!("../../../docs/openapi.json");
    for (name, way) in ways() {
        if let Site(permission) = way {
            let said = format!("\"x-permission\": \"{permission}\"");
            assert!(
                document.contains(&said),
                "{name}: no route takes {permission}"
            );
        }
    }
}

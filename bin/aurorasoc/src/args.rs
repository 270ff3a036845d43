//! The command line as a whole; each command's own arguments stand in its file.

use std::ffi::OsString;
use std::path::PathBuf;

use aurora_messages::EventSchema;
use aurora_model::AlertStatus;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands as c;
use crate::exit::Exit;

/// A security operations centre for one site: raw logs in, alerts out, nothing lost
///
/// A site keeps everything in one data directory and runs with no configuration at all. Commands
/// find the running site through a socket in that directory.
#[derive(Debug, Parser)]
#[command(
    name = "aurorasoc",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(after_help = after_help(), subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Site")]
pub struct Global {
    /// The site's data directory [default: aurorasoc/default in the user's state directory]
    /// [env: AURORASOC_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// A configuration file; docs/configuration.md lists every key [env: AURORASOC_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One setting, above file and environment; may be repeated
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE")]
    pub set: Vec<String>,
    /// An approval that was given for exactly this command; `aurorasoc approvals` lists them
    #[arg(long, global = true, value_name = "ID")]
    pub approval: Option<String>,
}

/// Where a site that is started listens and what it serves.
#[derive(Clone, Debug, Default, Args)]
pub struct Ports {
    /// Add N to every port; a second site on one machine takes 10000
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port_offset: u16,
    /// What carries messages: `local`, `nats` (a server started here), or nats://HOST:PORT
    #[arg(long, value_name = "BUS")]
    pub bus: Option<String>,
    /// The console's build output; without it a plain page is served [env: AURORASOC_CONSOLE_DIR]
    #[arg(long, value_name = "DIR")]
    pub console_dir: Option<PathBuf>,
}

/// For machines instead of people.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Form {
    /// Print the API's own JSON, a document a line
    #[arg(long)]
    pub json: bool,
}

/// Reads the vocabulary that events are printed in.
pub fn schema() -> impl TypedValueParser<Value = EventSchema> {
    let names = EventSchema::ALL.map(EventSchema::name);
    PossibleValuesParser::new(names)
        .map(|name| EventSchema::of_name(&name).expect("clap takes the names of the list alone"))
}

/// Where an alert or an incident is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Life {
    New,
    Owned,
    Closed,
}

impl From<Life> for AlertStatus {
    fn from(life: Life) -> Self {
        match life {
            Life::New => Self::New,
            Life::Owned => Self::Owned,
            Life::Closed => Self::Closed,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Up(c::up::Up),
    Down(c::down::Down),
    Status(c::status::Status),
    Demo(c::demo::Demo),
    Import(c::import::Import),
    Imports(c::imports::Imports),
    Alerts(c::alerts::Alerts),
    Show(c::show::Show),
    Own(c::triage::Own),
    Release(c::triage::Release),
    Close(c::triage::Close),
    Reopen(c::triage::Reopen),
    Suppress(c::suppress::Suppress),
    Suppressions(c::suppressions::Suppressions),
    Unsuppress(c::suppressions::Unsuppress),
    Incidents(c::incidents::Incidents),
    Incident(c::incident::Incident),
    Entities(c::entities::Entities),
    Entity(c::entity::Entity),
    Hunt(c::hunt::Hunt),
    Rules(c::rules::Rules),
    Indicators(c::indicators::Indicators),
    Notify(c::notify::Notify),
    Sources(c::sources::Sources),
    Parsers(c::parsers::Parsers),
    Enrol(c::enrol::Enrol),
    Federation(c::federation::Federation),
    Ledger(c::ledger::Ledger),
    Deadletter(c::deadletter::Deadletter),
    Decisions(c::decisions::Decisions),
    Audit(c::audit::Audit),
    Link(c::link::Link),
    People(c::people::People),
    Sessions(c::sessions::Sessions),
    Keys(c::keys::Keys),
    Roles(c::roles::Roles),
    Approvals(c::approvals::Approvals),
    BreakGlass(c::break_glass::BreakGlass),
    Logs(c::logs::Logs),
    Doctor(c::doctor::Doctor),
    Backup(c::backup::Backup),
    Restore(c::backup::Restore),
    Migrate(c::backup::Migrate),
    Serve(c::serve::Serve),
    #[command(visible_alias = "collector")]
    Collect(c::collect::Collect),
    Completions(c::completions::Completions),
    Engine(c::engine::Engine),
}

impl Cli {
    /// Reads the process's arguments, or ends the process with what is wrong with them.
    pub fn read() -> Self {
        let arguments: Vec<OsString> = std::env::args_os().collect();
        let mut cli = Self::parse_from(&arguments);
        cli.global.set = every_set(&arguments);
        cli
    }
}

/// Every `--set`, wherever it stands. Of an option that is given before and after a command clap
/// keeps only the later ones, and a setting that is silently lost is worse than a refused one.
fn every_set(arguments: &[OsString]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = arguments
        .iter()
        .map_while(|argument| argument.to_str().filter(|a| *a != "--"));
    while let Some(argument) = rest.next() {
        if argument == "--set" {
            found.extend(rest.next().map(str::to_owned));
        } else if let Some(setting) = argument.strip_prefix("--set=") {
            found.push(setting.to_owned());
        }
    }
    found
}

fn after_help() -> String {
    format!(
        "Examples:\n  \
         aurorasoc up --demo                   start a site and play the demonstration\n  \
         aurorasoc import /var/log/auth.log    read a file into it\n  \
         aurorasoc alerts                      what needs a human\n  \
         aurorasoc show 4f9c                   one alert, by the beginning of its id\n\n\
         Exit codes:\n{}\n\
         Errors name the fix; AURnnnn has a page docs/errors/AURnnnn.md.",
        Exit::table()
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_setting_is_lost() {
        let read = |line: &str| {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            Cli::try_parse_from(&arguments).unwrap();
            every_set(&arguments)
        };
        let line = "aurorasoc --set a.b=1 up --set c.d=2 --set=e.f=3";
        assert_eq!(read(line), ["a.b=1", "c.d=2", "e.f=3"]);
        assert_eq!(read("aurorasoc import -- --set"), [""; 0]);
    }

    #[test]
    fn every_command_has_examples() {
        fn examine(command: &clap::Command, without: &mut Vec<String>) {
            let groups = command.has_subcommands();
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            if !groups && !command.is_hide_set() && !help.contains("aurorasoc ") {
                without.push(command.get_name().to_owned());
            }
            command
                .get_subcommands()
                .for_each(|inner| examine(inner, without));
        }
        let mut without = Vec::new();
        examine(&Cli::command(), &mut without);
        assert_eq!(without, Vec::<String>::new());
    }

    #[test]
    fn what_people_type_is_understood() {
        let read = |text: &str| Cli::try_parse_from(text.split(' '));
        for line in [
            "aurorasoc up --demo --port-offset 10000 --data-dir /x",
            "aurorasoc --set events.store=memory up",
            "aurorasoc import - a.json --source windows@hq --restart --no-wait",
            "aurorasoc alerts --severity high --status new --since 24h --json --follow",
            "aurorasoc close 4f9c 77aa --as false-positive-rule --note x",
            "aurorasoc suppress 4f9c --reason x --until 7d --yes",
            "aurorasoc suppress --rule r1 --entity host=ws1 --reason x --until 2026-12-31",
            "aurorasoc hunt process.cmd_line:*x* --since 24h --histogram",
            "aurorasoc show 4f9c --raw --schema ecs",
            "aurorasoc hunt event.outcome:failure --schema ocsf-1.1",
            "aurorasoc rules lint a b",
            "aurorasoc incidents --all --severity high --json --follow",
            "aurorasoc incident show 4f9c",
            "aurorasoc incident close 4f9c --as test --note x",
            "aurorasoc entity ws-014",
            "aurorasoc entity user eva --since 7d",
            "aurorasoc entity set ws-014 --criticality high",
            "aurorasoc entity set host ws-014 --owner x --note y",
            "aurorasoc entities --kind host --risk 50",
            "aurorasoc deadletter replay --all --because mended",
            "aurorasoc collect --file /var/log/*.log --source syslog --to https://s:8687 --token-file t",
            "aurorasoc collector --config c.toml --drop-oldest",
            "aurorasoc collect status --json",
            "aurorasoc collect enrol --to https://s:9443 --code-file c --name ws-1",
            "aurorasoc enrol token --host web-* --minutes 5 --source windows@hq",
            "aurorasoc enrol revoke 5e0f",
            "aurorasoc federation status --json",
            "aurorasoc federation invite site-b --minutes 30",
            "aurorasoc federation join --code-file c",
            "aurorasoc federation verify 1234 5678 9012 3456 7890",
            "aurorasoc federation leave --site site-b --yes",
            "aurorasoc federation rotate --overlap-hours 0",
            "aurorasoc federation cut site-b",
            "aurorasoc federation heal --all",
            "aurorasoc engine --socket s --path p --library l",
            "aurorasoc audit verify /copy --key k --since c --witness w --quorum 2 --json",
            "aurorasoc audit prove 17 --out p",
            "aurorasoc people add ada --role analyst --role admin --called x",
            "aurorasoc people role ada analyst responder",
            "aurorasoc people role ada --none --reason x",
            "aurorasoc people alias ada-admin --of ada",
            "aurorasoc sessions revoke --person ada",
            "aurorasoc keys create ada --for x --days 7 --only alert.read",
        ] {
            read(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
        for line in [
            "aurorasoc",
            "aurorasoc close 4f9c",
            "aurorasoc close 4f9c --as maybe",
            "aurorasoc suppress --reason x --until 7d",
            "aurorasoc suppress 4f9c --rule r --reason x --until 7d",
            "aurorasoc alerts --severity dreadful",
            "aurorasoc hunt x --since yesterday",
            "aurorasoc hunt x --schema ocsf-9",
            "aurorasoc entity",
            "aurorasoc entities --kind thing",
            "aurorasoc incident close 4f9c",
            "aurorasoc people role ada",
            "aurorasoc sessions revoke",
            "aurorasoc keys create ada",
            "aurorasoc up --port-offset 70000",
            "aurorasoc collect --source syslog",
            "aurorasoc collect enrol --to https://s:9443",
            "aurorasoc enrol token",
            "aurorasoc sources token Windows",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}

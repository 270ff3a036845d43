//! One file a command: its arguments, its examples, what it does.

pub mod alerts;
pub mod approvals;
pub mod audit;
pub mod backup;
pub mod break_glass;
pub mod collect;
pub mod completions;
pub mod deadletter;
pub mod decisions;
pub mod demo;
pub mod doctor;
pub mod down;
pub mod engine;
pub mod enrol;
pub mod entities;
pub mod entity;
pub mod federation;
pub mod hunt;
pub mod import;
pub mod imports;
pub mod incident;
pub mod incidents;
pub mod indicators;
pub mod keys;
pub mod ledger;
pub mod link;
pub mod logs;
pub mod notify;
pub mod parsers;
pub mod people;
pub mod roles;
pub mod rules;
mod said;
pub mod serve;
pub mod sessions;
pub mod show;
pub mod sources;
pub mod status;
pub mod suppress;
pub mod suppressions;
pub mod triage;
pub mod up;

use crate::app::App;
use crate::args::Command;
use crate::exit::Exit;

/// Runs a command to its end.
pub fn run(command: Command, app: &mut App) -> anyhow::Result<Exit> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Command::Collect(_) = &command {
        // A guest on somebody's host, however many cores that has.
        builder.worker_threads(2);
    }
    let runtime = builder.enable_all().build()?;
    let ended = runtime.block_on(dispatch(command, app));
    // Somebody may still wait for standard input; nobody waits for them.
    runtime.shutdown_background();
    ended
}

async fn dispatch(command: Command, app: &mut App) -> anyhow::Result<Exit> {
    match command {
        Command::Up(up) => up::run(up, app).await,
        Command::Down(_) => down::run(app).await,
        Command::Status(status) => status::run(status, app).await,
        Command::Demo(demo) => demo::run(demo, app).await,
        Command::Import(import) => import::run(import, app).await,
        Command::Imports(imports) => imports::run(imports, app).await,
        Command::Notify(notify) => notify::run(notify, app).await,
        Command::Indicators(indicators) => indicators::run(indicators, app).await,
        Command::Alerts(alerts) => alerts::run(alerts, app).await,
        Command::Incidents(incidents) => incidents::run(incidents, app).await,
        Command::Incident(incident) => incident::run(incident, app).await,
        Command::Entities(entities) => entities::run(entities, app).await,
        Command::Entity(entity) => entity::run(entity, app).await,
        Command::Show(show) => show::run(show, app).await,
        Command::Own(own) => triage::own(own, app).await,
        Command::Release(release) => triage::release(release, app).await,
        Command::Close(close) => triage::close(close, app).await,
        Command::Reopen(reopen) => triage::reopen(reopen, app).await,
        Command::Suppress(suppress) => suppress::run(suppress, app).await,
        Command::Suppressions(list) => suppressions::list(list, app).await,
        Command::Unsuppress(lift) => suppressions::lift(lift, app).await,
        Command::Hunt(hunt) => hunt::run(hunt, app).await,
        Command::Rules(rules) => rules::run(rules, app).await,
        Command::Parsers(parsers) => parsers::run(parsers, app),
        Command::Sources(sources) => sources::run(sources, app).await,
        Command::Enrol(enrol) => enrol::run(enrol, app).await,
        Command::Federation(federation) => federation::run(federation, app).await,
        Command::Ledger(ledger) => ledger::run(ledger, app).await,
        Command::Deadletter(letters) => deadletter::run(letters, app).await,
        Command::Decisions(decisions) => decisions::run(decisions, app).await,
        Command::Audit(audit) => audit::run(audit, app).await,
        Command::Link(link) => link::run(link, app).await,
        Command::People(people) => people::run(people, app).await,
        Command::Sessions(sessions) => sessions::run(sessions, app).await,
        Command::Keys(keys) => keys::run(keys, app).await,
        Command::Roles(roles) => roles::run(roles, app).await,
        Command::Approvals(approvals) => approvals::run(approvals, app).await,
        Command::BreakGlass(glass) => break_glass::run(glass, app).await,
        Command::Logs(logs) => logs::run(logs, app).await,
        Command::Doctor(doctor) => doctor::run(doctor, app).await,
        Command::Backup(backup) => backup::take(backup, app).await,
        Command::Restore(restore) => backup::restore(restore, app).await,
        Command::Migrate(migrate) => backup::migrate(migrate, app).await,
        Command::Collect(collect) => collect::run(collect, app).await,
        Command::Serve(serve) => serve::run(serve, app).await,
        Command::Completions(completions) => completions::run(completions, app),
        // It has a process without a runtime; see `main`.
        Command::Engine(engine) => Ok(engine::run(&engine)),
    }
}

use aurora_messages::OpenSession;
use aurora_model::AuthStrength;
use clap::{Args, Subcommand};

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Span, Table, head, short};
use crate::time;

/// See who is signed in to the console, and sign them out
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Sessions {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    List(List),
    Revoke(Revoke),
}

/// List the sessions that are open
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc sessions list\n  aurorasoc sessions list --person ada"
)]
pub struct List {
    /// Only this person's
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    #[command(flatten)]
    form: Form,
}

/// End sessions, at once
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc sessions revoke 4f9c01d2\n  aurorasoc sessions revoke --person ada"
)]
pub struct Revoke {
    /// Their ids, or the beginnings of them
    #[arg(required_unless_present = "person", value_name = "ID")]
    sessions: Vec<String>,
    /// All of this person's
    #[arg(long, value_name = "NAME", conflicts_with = "sessions")]
    person: Option<String>,
}

pub async fn run(sessions: Sessions, app: &mut App) -> anyhow::Result<Exit> {
    match sessions.step {
        Step::List(list) => show(&list, app).await,
        Step::Revoke(revoke) => end(&revoke, app).await,
    }
}

async fn show(list: &List, app: &mut App) -> anyhow::Result<Exit> {
    let mut found = app.client.sessions().await?;
    if let Some(person) = &list.person {
        found.sessions.retain(|session| session.person == *person);
    }
    if list.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    if found.sessions.is_empty() {
        app.screen.line("Nobody is signed in.")?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let mut table = Table::new(&[
        "id", "person", "by", "since", "seen", "ends", "from", "browser",
    ]);
    for session in &found.sessions {
        table.row([
            Span::plain(head(&session.id)),
            Span::plain(&session.person),
            Span::plain(by(session.auth)),
            Span::plain(time::relative(session.created_at, now)),
            Span::plain(time::relative(session.seen_at, now)),
            Span::plain(time::relative(session.expires_at, now)),
            Span::maybe(session.peer.as_deref()),
            Span::dim(short(&session.agent, 40)),
        ]);
    }
    app.screen.table(&table)?;
    Ok(Exit::Ok)
}

/// How somebody came in, in a word.
fn by(auth: AuthStrength) -> &'static str {
    match auth {
        AuthStrength::Passkey => "passkey",
        AuthStrength::Totp => "password + code",
        AuthStrength::Password => "password",
        AuthStrength::Oidc => "single sign-on",
        AuthStrength::OneTimeLink => "link",
        AuthStrength::ApiKey | AuthStrength::Token => "token",
        AuthStrength::PeerCredential | AuthStrength::Internal | AuthStrength::Certificate => {
            "this machine"
        }
    }
}

async fn end(revoke: &Revoke, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.sessions().await?.sessions;
    let mut ids: Vec<&str> = Vec::new();
    match &revoke.person {
        Some(person) => {
            let theirs = found.iter().filter(|session| session.person == *person);
            ids.extend(theirs.map(|session| session.id.as_str()));
        }
        None => {
            for head in &revoke.sessions {
                ids.push(named(&found, head)?);
            }
        }
    }
    for id in &ids {
        app.client.revoke_session(id).await?;
    }
    let many = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    app.screen
        .line(format!("Ended {}.", crate::output::of(many, "session")))?;
    Ok(Exit::Ok)
}

fn named<'s>(found: &'s [OpenSession], head: &str) -> Result<&'s str, Failure> {
    let mut fitting = found.iter().filter(|session| session.id.starts_with(head));
    match (fitting.next(), fitting.next()) {
        (Some(session), None) => Ok(&session.id),
        (Some(_), Some(_)) => Err(Failure::usage(format!(
            "several sessions begin with `{head}`"
        ))),
        (None, _) => Err(Failure::not_found(format!("there is no session `{head}`"))
            .fix("`aurorasoc sessions list` lists them")),
    }
}

use aurora_messages::{EdgeInfo, EnrolTokenInfo, EnrolTokenRequest};
use aurora_model::SourceName;
use clap::{Args, Subcommand};

use super::import::source_name;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Ink, Line, Span, Table, of};
use crate::time;

/// Let hosts join the site, see who has, and take it back
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc enrol token --host 'web-*.example.org'\n  \
    aurorasoc enrol list\n  \
    aurorasoc enrol revoke 5e0f21c4")]
pub struct Enrol {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    Token(Token),
    List(List),
    Revoke(Revoke),
}

/// Make a code with which one host may enrol once; it is shown this once
///
/// The host spends it with `aurorasoc collect enrol` within its minutes. The code holds the hash of the
/// site's authority, so the host knows the site it meets. Where the output is no terminal it is the code
/// alone; what else there is to say goes to standard error.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc enrol token --host ws-014\n  \
    aurorasoc enrol token --host '*.branch7.example.org' --source windows@branch7 --minutes 5")]
struct Token {
    /// The host's name; `*` stands for any text
    #[arg(long, value_name = "PATTERN")]
    host: String,
    /// Whose records it may push; without it each feed's own source stands
    #[arg(long, value_name = "NAME", value_parser = source_name, default_value = SourceName::AUTO)]
    source: SourceName,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    label: String,
    /// Minutes for which the code is good, 15 at most
    #[arg(long, value_name = "N", default_value_t = 15)]
    minutes: u64,
    #[command(flatten)]
    form: Form,
}

/// List hosts that have enrolled, and codes that are good
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc enrol list --json | jq '.edges[].host'")]
struct List {
    /// Also hosts that were denied, and codes that are spent
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    form: Form,
}

/// Revoke a code, or deny a host: its connections end at once
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc enrol revoke 5e0f21c4")]
struct Revoke {
    /// The beginning of an id, as `enrol list` shows it
    #[arg(value_name = "ID")]
    id: String,
}

pub async fn run(enrol: Enrol, app: &mut App) -> anyhow::Result<Exit> {
    match enrol.step {
        Step::Token(wanted) => token(wanted, app).await,
        Step::List(wanted) => list(&wanted, app).await,
        Step::Revoke(wanted) => revoke(&wanted.id, app).await,
    }
}

async fn token(wanted: Token, app: &mut App) -> anyhow::Result<Exit> {
    let asked = EnrolTokenRequest {
        host: wanted.host,
        source: wanted.source,
        label: wanted.label,
        minutes: wanted.minutes,
    };
    let made = app.client.create_enrol_token(&asked).await?;
    if wanted.form.json {
        app.screen.json(&made)?;
        return Ok(Exit::Ok);
    }
    let listeners = app.client.status().await?.listeners;
    let edge = listeners.into_iter().find(|it| it.name == "edge");
    let place = edge.map_or_else(|| "SITE:9443".to_owned(), |edge| edge.address);
    let people = app.screen.is_for_people();
    let mut beside = app.screen.beside();
    if !people {
        // A file or a program wants the code and nothing else.
        app.screen.line(&made.code)?;
    }
    let screen = if people { &mut app.screen } else { &mut beside };
    screen.line(Line::new().label("host").plain(&made.host))?;
    if people {
        screen.line(Line::new().label("code").bold(&made.code))?;
    }
    screen.line(Line::new().label("id").plain(&made.id))?;
    let minutes = asked.minutes;
    screen.line(Line::new().dim(format!(
        "It is shown this once, works once, and is good for {minutes} minutes. On the host:"
    )))?;
    let text = format!("aurorasoc collect enrol --to https://{place} --code-file FILE");
    screen.line(Line::new().dim(text))?;
    Ok(Exit::Ok)
}

async fn list(wanted: &List, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.enrolments().await?;
    if wanted.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let mut table = Table::new(&["id", "host", "source", "state", "until", "label"]);
    let shown = |edge: &&EdgeInfo| wanted.all || edge.denied_at.is_none();
    for edge in found.edges.iter().filter(shown) {
        let state = match edge.denied_at {
            Some(_) => Span::new("denied", Ink::BoldRed),
            None if edge.expires_at < now => Span::new("ended", Ink::Yellow),
            None => Span::new("good", Ink::Green),
        };
        table.row([
            Span::plain(short(&edge.id)),
            Span::plain(&edge.host),
            Span::plain(&edge.source),
            state,
            Span::plain(time::relative(edge.expires_at, now)),
            Span::plain(&edge.label),
        ]);
    }
    let good = |token: &EnrolTokenInfo| {
        token.used_at.is_none() && token.revoked_at.is_none() && token.expires_at > now
    };
    let shown = |token: &&EnrolTokenInfo| wanted.all || good(token);
    for token in found.tokens.iter().filter(shown) {
        let state = match good(token) {
            true => Span::new("code", Ink::Green),
            false => Span::new("spent code", Ink::Dim),
        };
        table.row([
            Span::plain(short(&token.id)),
            Span::plain(&token.host),
            Span::plain(&token.source),
            state,
            Span::plain(time::relative(token.expires_at, now)),
            Span::plain(&token.label),
        ]);
    }
    app.screen.table(&table)?;
    let hosts = of(found.edges.len() as u64, "host");
    let text = format!("{hosts}; authority {}", found.authority);
    app.screen.line(Line::new().dim(text))?;
    Ok(Exit::Ok)
}

fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

async fn revoke(start: &str, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.enrolments().await?;
    let edges = found.edges.iter().map(|edge| &edge.id);
    let all = edges.chain(found.tokens.iter().map(|token| &token.id));
    let mut fits: Vec<&String> = all.filter(|id| id.starts_with(start)).collect();
    fits.dedup();
    let id = match fits.as_slice() {
        [id] => (*id).clone(),
        [] => start.to_owned(),
        several => {
            let text = format!("`{start}` begins {} ids; give more of it", several.len());
            return Err(crate::failure::Failure::usage(text).into());
        }
    };
    app.client.revoke_enrolment(&id).await?;
    app.screen.line("Denied.")?;
    Ok(Exit::Ok)
}

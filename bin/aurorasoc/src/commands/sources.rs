mod coverage;
mod kinds;

use aurora_messages::{SourceInfo, TokenRequest};
use aurora_model::SourceName;
use clap::{Args, Subcommand};

use super::import::source_name;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Line, Span, Table, count, of};
use crate::time;

/// List what sends records, and make or revoke tokens for pushing over HTTP
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc sources\n  \
    aurorasoc sources kinds\n  \
    aurorasoc sources token suricata --label sensor-3\n  \
    aurorasoc sources revoke suricata 1f0c2e7d")]
#[command(args_conflicts_with_subcommands = true)]
pub struct Sources {
    #[command(subcommand)]
    step: Option<Step>,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Subcommand)]
enum Step {
    List(List),
    Kinds(kinds::Kinds),
    Coverage(coverage::Coverage),
    Token(Token),
    Revoke(Revoke),
}

/// List sources with what they sent and their tokens
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc sources list --json")]
struct List {
    #[command(flatten)]
    form: Form,
}

/// Make a token with which a source may push; it is shown this once
///
/// Where the output is no terminal it is the token alone; what else there is to say goes to standard error.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc sources token windows@branch7 --label 'collector of branch 7'\n  \
    aurorasoc sources token auto@branch7 > /etc/aurorasoc/token")]
struct Token {
    /// A parser's name, `@` and a feed's name if there are several
    #[arg(value_parser = source_name)]
    source: SourceName,
    /// Who or what will use it
    #[arg(long, value_name = "TEXT", default_value = "")]
    label: String,
    #[command(flatten)]
    form: Form,
}

/// Revoke a token; what was pushed with it stays
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc sources revoke suricata 1f0c2e7d")]
struct Revoke {
    #[arg(value_parser = source_name)]
    source: SourceName,
    /// The token's id, as `sources` lists it
    #[arg(value_name = "ID")]
    token: String,
}

pub async fn run(sources: Sources, app: &mut App) -> anyhow::Result<Exit> {
    match sources.step {
        None => list(sources.form, app).await,
        Some(Step::List(wanted)) => list(wanted.form, app).await,
        Some(Step::Kinds(wanted)) => kinds::run(&wanted, app),
        Some(Step::Coverage(wanted)) => coverage::run(&wanted, app),
        Some(Step::Token(wanted)) => token(wanted, app).await,
        Some(Step::Revoke(wanted)) => {
            app.client
                .revoke_token(&wanted.source, &wanted.token)
                .await?;
            app.screen.line("Revoked.")?;
            Ok(Exit::Ok)
        }
    }
}

async fn list(form: Form, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.sources().await?;
    if form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    if found.sources.is_empty() {
        app.screen.line("Nothing has sent a record yet.")?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let headings = [
        "source",
        "parser",
        "received#",
        "last record",
        "a minute#",
        "lag#",
        "tokens",
    ];
    let mut table = Table::new(&headings);
    for source in &found.sources {
        let good = source
            .tokens
            .iter()
            .filter(|token| token.revoked_at.is_none());
        let tokens: Vec<String> = good
            .map(|token| match token.label.as_str() {
                "" => token.id.clone(),
                label => format!("{} ({label})", token.id),
            })
            .collect();
        table.row([
            Span::plain(&source.name),
            Span::plain(&source.parser),
            Span::plain(count(source.received)),
            Span::maybe(source.last_record_at.map(|at| time::relative(at, now))),
            Span::maybe(per_minute(source)),
            Span::maybe(source.feeds.first().map(|feed| lag(feed.lag_ms))),
            Span::maybe((!tokens.is_empty()).then(|| tokens.join(", "))),
        ]);
    }
    app.screen.table(&table)?;
    let text = of(found.sources.len() as u64, "source");
    app.screen.line(Line::new().dim(text))?;
    Ok(Exit::Ok)
}

/// Of all its hosts together.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn per_minute(source: &SourceInfo) -> Option<String> {
    let rates = source.feeds.iter().map(|feed| feed.events_per_minute);
    (!source.feeds.is_empty()).then(|| count(rates.sum::<f64>().round() as u64))
}

/// How late the last event came; what has a time ahead of ours says so.
fn lag(millis: i64) -> String {
    match millis {
        ..-1000 => format!("{} s ahead", -millis / 1000),
        -1000..10_000 => format!("{} ms", millis.max(0)),
        _ => format!("{} s", millis / 1000),
    }
}

async fn token(token: Token, app: &mut App) -> anyhow::Result<Exit> {
    let asked = TokenRequest { label: token.label };
    let made = app.client.create_token(&token.source, &asked).await?;
    if token.form.json {
        app.screen.json(&made)?;
        return Ok(Exit::Ok);
    }
    let listeners = app.client.status().await?.listeners;
    let listener = listeners.into_iter().find(|it| it.name == "http ingest");
    let people = app.screen.is_for_people();
    let mut beside = app.screen.beside();
    if !people {
        // A file or a program wants the token and nothing else.
        app.screen.line(&made.token)?;
    }
    let (screen, shown) = match people {
        true => (&mut app.screen, made.token.as_str()),
        false => (&mut beside, "TOKEN"),
    };
    screen.line(Line::new().label("source").plain(&made.source))?;
    if people {
        screen.line(Line::new().label("token").bold(shown))?;
    }
    screen.line(Line::new().label("id").plain(&made.id))?;
    let hint = "The token is shown this once; only its hash is kept.";
    screen.line(Line::new().dim(hint))?;
    if let Some(listener) = listener {
        let text = format!(
            "curl -H 'Authorization: Bearer {shown}' --data-binary @FILE http://{}/ingest",
            listener.address
        );
        screen.line(Line::new().dim(text))?;
    }
    Ok(Exit::Ok)
}

use aurora_messages::{ApiKeyInfo, CreateApiKey};
use clap::{Args, Subcommand};

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Line, Span, Table, head, short};
use crate::time;

/// See and make API keys, with which programs act for people
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Keys {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    List(List),
    Create(Create),
    Revoke(Revoke),
}

/// List the keys that have not expired, without their tokens
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc keys list\n  aurorasoc keys list --person ada")]
pub struct List {
    /// Only this person's
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    #[command(flatten)]
    form: Form,
}

/// Make a key of somebody and print its token, once
///
/// A program sends it as `Authorization: Bearer TOKEN`. It may do what its owner may, or less.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc people add reporter --role service\n  \
    aurorasoc keys create reporter --for 'nightly report' --days 90 --only alert.read"
)]
pub struct Create {
    /// Whose key it is
    person: String,
    /// What it is for
    #[arg(long = "for", value_name = "TEXT")]
    label: String,
    /// How many days it lives
    #[arg(long, value_name = "N", default_value_t = 90)]
    days: u32,
    /// Narrow it to this permission; may be repeated
    #[arg(long, value_name = "PERMISSION")]
    only: Vec<String>,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

/// End keys, at once
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc keys revoke 9b1d")]
pub struct Revoke {
    /// Their ids, or the beginnings of them
    #[arg(required = true, value_name = "ID")]
    keys: Vec<String>,
}

pub async fn run(keys: Keys, app: &mut App) -> anyhow::Result<Exit> {
    match keys.step {
        Step::List(list) => show(&list, app).await,
        Step::Create(create) => make(create, app).await,
        Step::Revoke(revoke) => end(&revoke, app).await,
    }
}

async fn show(list: &List, app: &mut App) -> anyhow::Result<Exit> {
    let mut found = app.client.api_keys().await?;
    if let Some(person) = &list.person {
        found.keys.retain(|key| key.person == *person);
    }
    if list.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    if found.keys.is_empty() {
        app.screen.line("There is no API key.")?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let mut table = Table::new(&["id", "person", "for", "may", "used", "ends"]);
    for key in &found.keys {
        let may = match &key.permissions {
            Some(only) => short(&only.join(", "), 60),
            None => "what its owner may".to_owned(),
        };
        let used = key.used_at.map(|at| time::relative(at, now));
        table.row([
            Span::plain(head(&key.id)),
            Span::plain(&key.person),
            Span::plain(&key.label),
            Span::plain(may),
            used.map_or_else(|| Span::dim("never"), Span::plain),
            Span::plain(time::relative(key.expires_at, now)),
        ]);
    }
    app.screen.table(&table)?;
    Ok(Exit::Ok)
}

async fn make(create: Create, app: &mut App) -> anyhow::Result<Exit> {
    let asked = CreateApiKey {
        label: create.label,
        days: create.days,
        permissions: (!create.only.is_empty()).then_some(create.only),
        reason: create.reason,
    };
    let made = app.client.issue_key(&create.person, &asked).await?;
    if create.form.json {
        app.screen.json(&made)?;
        return Ok(Exit::Ok);
    }
    let ends = time::relative(made.key.expires_at, app.now());
    app.screen.line(&made.token)?;
    app.screen
        .line(Line::new().dim(format!("shown once; ends {ends}")))?;
    Ok(Exit::Ok)
}

async fn end(revoke: &Revoke, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.api_keys().await?.keys;
    for beginning in &revoke.keys {
        let key = named(&found, beginning)?;
        app.client.revoke_key(&key.id).await?;
        app.screen
            .line(format!("`{}` of {} is revoked.", key.label, key.person))?;
    }
    Ok(Exit::Ok)
}

fn named<'k>(found: &'k [ApiKeyInfo], head: &str) -> Result<&'k ApiKeyInfo, Failure> {
    let mut fitting = found.iter().filter(|key| key.id.starts_with(head));
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Ok(key),
        (Some(_), Some(_)) => Err(Failure::usage(format!("several keys begin with `{head}`"))),
        (None, _) => Err(Failure::not_found(format!("there is no key `{head}`"))
            .fix("`aurorasoc keys list` lists them")),
    }
}

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use aurora_clock::Timestamp;
use aurora_messages::{self as messages, SuppressionPreview, SuppressionPreviewRequest};
use aurora_model::{Entity, EntityKind, RuleId};
use clap::{ArgGroup, Args};

use super::alerts;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lookup;
use crate::output::{Ink, Line, count, head, of};
use crate::time::{self, Moment};

/// Keep a rule's matches out of the queue for a while, after a look at what that would have hidden
///
/// A suppression has an author, a reason, an expiry and a counter, and is shown wherever it hides
/// something. Given an alert, it covers the alert's rule for the alert's first entity.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["alert", "rule"]))]
#[command(after_help = "Examples:\n  \
    aurorasoc suppress 4f9c --reason 'backup job, change 118' --until 7d\n  \
    aurorasoc suppress --rule 5c1b… --entity host=build01 --reason 'CI runner' --until 2026-12-31\n\n\
    On a terminal it asks before it acts; elsewhere --yes is needed.")]
pub struct Suppress {
    /// An alert like those to hide
    alert: Option<String>,
    /// A rule's id, or the beginning of it
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// Only matches about this, such as host=ws1 or user=backup
    #[arg(long, value_name = "KIND=VALUE", value_parser = entity)]
    entity: Option<Entity>,
    /// Every match of the alert's rule, whatever it is about
    #[arg(long, conflicts_with = "entity", requires = "alert")]
    whole_rule: bool,
    /// Why; shown wherever the suppression is
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// When it ends: 12h, 7d, or RFC 3339
    #[arg(long, value_name = "TIME")]
    until: Moment,
    /// How far back to look for what it would have hidden
    #[arg(long, value_name = "TIME", default_value = "365d")]
    look_back: Moment,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    form: Form,
}

fn entity(text: &str) -> Result<Entity, String> {
    const KINDS: [(&str, EntityKind); 6] = [
        ("host", EntityKind::Host),
        ("user", EntityKind::User),
        ("address", EntityKind::Address),
        ("process", EntityKind::Process),
        ("file", EntityKind::File),
        ("account", EntityKind::Account),
    ];
    let known = || KINDS.map(|(name, _)| name).join(", ");
    let wrong = || format!("want KIND=VALUE with a kind of {}", known());
    let (kind, value) = text.split_once('=').ok_or_else(wrong)?;
    let kind = KINDS
        .iter()
        .find(|(name, _)| *name == kind)
        .ok_or_else(wrong)?
        .1;
    Ok(Entity {
        kind,
        value: value.to_owned(),
    })
}

pub async fn run(suppress: Suppress, app: &mut App) -> anyhow::Result<Exit> {
    let Covered {
        rule,
        entity,
        first_seen,
    } = covered(&suppress, app).await?;
    let (now, until) = (app.now(), suppress.until.future(app.now()));
    let asked = SuppressionPreviewRequest {
        rule: rule.clone(),
        entity: entity.clone(),
        // The alert that was named is always among what is looked at.
        since: suppress.look_back.past(now).min(first_seen.unwrap_or(now)),
    };
    let preview = app.client.preview_suppression(&asked).await?;
    if !suppress.form.json {
        let about = entity
            .as_ref()
            .map_or("anything".to_owned(), |entity| entity.value.clone());
        let line = Line::new()
            .plain("Rule ")
            .bold(&rule)
            .plain(" about ")
            .bold(about);
        app.screen
            .line(line.plain(format!(", until {}", time::exact(until))))?;
        show(app, &preview)?;
    }
    if !suppress.yes && !agreed()? {
        app.screen.line("Nothing was changed.")?;
        return Ok(Exit::Ok);
    }
    let request = messages::Suppress {
        rule,
        entity,
        reason: suppress.reason,
        until,
    };
    let made = app.client.suppress(&request).await?;
    if suppress.form.json {
        app.screen.json(&made)?;
        return Ok(Exit::Ok);
    }
    let id = head(made.id);
    let lift = app.command(&format!("unsuppress {id}"));
    let line = Line::new().plain(format!("Suppressed until {}. ", time::exact(made.until)));
    app.screen
        .line(line.dim(format!("Take it back with {lift}")))?;
    Ok(Exit::Ok)
}

/// What a suppression is to be about.
struct Covered {
    rule: RuleId,
    entity: Option<Entity>,
    first_seen: Option<Timestamp>,
}

async fn covered(suppress: &Suppress, app: &App) -> anyhow::Result<Covered> {
    if let Some(rule) = &suppress.rule {
        let rule = lookup::rule(&app.client, rule).await?;
        return Ok(Covered {
            rule,
            entity: suppress.entity.clone(),
            first_seen: None,
        });
    }
    let text = suppress.alert.as_deref().unwrap_or_default();
    let alert = app
        .client
        .alert(lookup::alert(&app.client, text).await?)
        .await?
        .alert
        .row;
    let entity = match (&suppress.entity, suppress.whole_rule) {
        (Some(entity), _) => Some(entity.clone()),
        (None, true) => None,
        (None, false) => alert.entity,
    };
    Ok(Covered {
        rule: alert.rule,
        entity,
        first_seen: Some(alert.first_seen),
    })
}

fn show(app: &mut App, preview: &SuppressionPreview) -> anyhow::Result<()> {
    let told = format!(
        "It would have hidden {} ({}).",
        of(preview.alerts, "alert"),
        of(preview.matches, "match")
    );
    app.screen.line(told)?;
    if preview.true_positives > 0 {
        let text = format!(
            "{} of them were closed as true positives.",
            count(preview.true_positives)
        );
        app.screen.line(Line::new().ink(Ink::BoldRed, text))?;
    }
    if !preview.examples.is_empty() {
        let table = alerts::table(&preview.examples, app.now());
        app.screen.table(&table)?;
    }
    Ok(())
}

/// Asks on the terminal. A script must have said yes before.
fn agreed() -> anyhow::Result<bool> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        let text = "this needs a yes, and there is no terminal to ask on";
        return Err(Failure::usage(text).fix("add --yes").into());
    }
    let mut errors = std::io::stderr();
    write!(errors, "Suppress? [y/N] ")?;
    errors.flush()?;
    let mut answer = String::new();
    input.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

use std::path::Path;

use aurora_model::engineering::{Edit, RuleDiff};
use aurora_rules::{Options, RuleSet};
use clap::Args;

use super::local;
use super::problems::problem;
use super::version::Wanted;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Ink, Line, count, of, short};

/// Say how rules differ in what they mean
///
/// Two rule files, two folders, two versions of a rule, or what the rule folders hold against what is
/// in force. Comments, the order of keys and the order of alternative values make no difference.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules diff old.yml new.yml\n  \
    aurorasoc rules diff sigma-2025/ sigma-2026/\n  \
    aurorasoc rules diff 5c1b2a9e@1 5c1b2a9e@3\n  \
    aurorasoc rules diff 5c1b2a9e new.yml       what is in force against a file\n  \
    aurorasoc rules diff                        what `rules reload` would change\n\n\
    Exit code 1 when there is a difference.")]
pub struct Diff {
    /// Before: a rule file, a folder, an id, or an id and a version as in ID@2
    #[arg(value_name = "A", requires = "after")]
    before: Option<String>,
    /// After
    #[arg(value_name = "B")]
    after: Option<String>,
    #[command(flatten)]
    form: Form,
}

pub async fn run(wanted: Diff, app: &mut App) -> anyhow::Result<Exit> {
    let (diff, problems) = match (&wanted.before, &wanted.after) {
        (Some(before), Some(after)) => {
            let (before, after) = (side(before, app).await?, side(after, app).await?);
            (aurora_engineering::diff::diff(&before, &after), Vec::new())
        }
        _ => {
            let pending = app.client.pending_rules().await?;
            (pending.diff, pending.problems)
        }
    };
    let exit = if diff.is_empty() {
        Exit::Ok
    } else {
        Exit::Failed
    };
    if wanted.form.json {
        app.screen.json(&diff)?;
        return Ok(exit);
    }
    for found in &problems {
        app.screen.line(problem(found))?;
    }
    show(&diff, app)?;
    Ok(exit)
}

async fn side(text: &str, app: &App) -> anyhow::Result<RuleSet> {
    let path = Path::new(text);
    if path.exists() || local::looks_like_a_path(text) {
        let set = local::load(&[path.to_owned()])?;
        if set.rules().is_empty() && set.correlations().is_empty() {
            let text = match set.problems().first() {
                Some(first) => format!("cannot use `{text}`: {first}"),
                None => format!("there is no rule in `{text}`"),
            };
            return Err(Failure::usage(text)
                .fix("`aurorasoc rules lint` tells more")
                .into());
        }
        return Ok(set);
    }
    let text = Wanted::parse(text)?.text(app).await?;
    Ok(RuleSet::from_texts(
        [("rule", text.as_str())],
        Options::default(),
    ))
}

/// Also what a reload did.
pub fn show(diff: &RuleDiff, app: &mut App) -> std::io::Result<()> {
    let screen = &mut app.screen;
    for rule in &diff.added {
        let line = Line::new().ink(Ink::Green, "added    ").plain(&rule.title);
        screen.line(line.dim(format!("  {}", rule.id)))?;
    }
    for rule in &diff.removed {
        let line = Line::new().ink(Ink::Red, "removed  ").plain(&rule.title);
        screen.line(line.dim(format!("  {}", rule.id)))?;
    }
    for rule in &diff.changed {
        let line = Line::new().ink(Ink::Yellow, "changed  ").bold(&rule.title);
        let line = line.dim(format!("  {}", rule.id));
        screen.line(if rule.detects_otherwise {
            line.ink(Ink::Yellow, "  detects otherwise")
        } else {
            line.dim("  words only")
        })?;
        for edit in &rule.edits {
            self::edit(screen, edit)?;
        }
    }
    for rule in &diff.rewritten {
        let line = Line::new().dim("rewritten  ").plain(&rule.title);
        screen.line(line.dim("  means the same"))?;
    }
    let told = format!(
        "{} added, {} removed, {} changed, {} rewritten, {} alike",
        of(diff.added.len() as u64, "rule"),
        count(diff.removed.len() as u64),
        count(diff.changed.len() as u64),
        count(diff.rewritten.len() as u64),
        count(diff.unchanged)
    );
    screen.line(Line::new().dim(told))
}

fn edit(screen: &mut crate::output::Screen, edit: &Edit) -> std::io::Result<()> {
    screen.line(Line::new().plain(format!("         {}", edit.what)))?;
    if let Some(before) = &edit.before {
        let text = format!("           - {}", short(before, 400));
        screen.line(Line::new().ink(Ink::Red, text))?;
    }
    if let Some(after) = &edit.after {
        let text = format!("           + {}", short(after, 400));
        screen.line(Line::new().ink(Ink::Green, text))?;
    }
    Ok(())
}

use aurora_messages::{
    IndicatorCheck, IndicatorInfo, IndicatorQuery, IndicatorRemoval, IndicatorSet,
};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Ink, Line, Span, Table, count, of, short};
use crate::time;

/// List the sets of all sources
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc indicators list")]
pub struct List {
    #[command(flatten)]
    form: Form,
}

/// Show a source's set and some of its indicators
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc indicators show misp --limit 100 --offset 100")]
pub struct Show {
    /// The source's name
    source: String,
    /// How many of its indicators
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u64,
    /// Pass over so many first
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,
    #[command(flatten)]
    form: Form,
}

/// Say what an event with a value would match now
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc indicators check 203.0.113.7\n  \
    aurorasoc indicators check 'hxxps://evil[.]example/login'")]
pub struct Check {
    /// An address, domain, URL, hash or mailbox, defanged or not
    value: String,
    #[command(flatten)]
    form: Form,
}

/// Take a source's set out of force and forget it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc indicators remove blocklist --reason 'the feed has ended'")]
pub struct Remove {
    /// The source's name
    source: String,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

pub async fn list(list: List, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.indicator_sets().await?;
    if list.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    if found.sets.is_empty() {
        app.screen.line("There are no indicators.")?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let mut table = Table::new(&[
        "source",
        "indicators#",
        "memory#",
        "imported",
        "by",
        "kinds",
    ]);
    for set in &found.sets {
        table.row([
            source(set),
            Span::plain(count(set.indicators)),
            Span::plain(format!("{} kB", count(set.resident_bytes >> 10))),
            Span::plain(time::relative(set.imported_at, now)),
            Span::plain(&set.imported_by),
            Span::plain(kinds(set)),
        ]);
    }
    app.screen.table(&table)?;
    for (set, why) in found
        .sets
        .iter()
        .filter_map(|set| Some((set, set.detail.as_ref()?)))
    {
        let line = Line::new().ink(Ink::Red, format!("{} is not in force: ", set.source));
        app.screen.line(line.plain(why))?;
    }
    if found.unreadable > 0 {
        let text = format!(
            "{} were left without an answer",
            of(found.unreadable, "question")
        );
        app.screen.line(Line::new().ink(Ink::Red, text))?;
    }
    Ok(Exit::Ok)
}

fn source(set: &IndicatorSet) -> Span {
    if set.in_force {
        Span::plain(&set.source)
    } else {
        Span::new(&set.source, Ink::Red)
    }
}

fn kinds(set: &IndicatorSet) -> String {
    let kinds = set
        .kinds
        .iter()
        .map(|(kind, n)| format!("{} {kind}", count(*n)));
    kinds.collect::<Vec<_>>().join(", ")
}

pub async fn show(show: Show, app: &mut App) -> anyhow::Result<Exit> {
    let query = IndicatorQuery {
        offset: show.offset,
        limit: Some(show.limit),
    };
    let found = app.client.indicator_set(&show.source, query).await?;
    if show.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    let set = &found.set;
    app.screen.line(format!(
        "{}: {} ({}), imported {} by {}",
        set.source,
        of(set.indicators, "indicator"),
        kinds(set),
        time::exact(set.imported_at),
        set.imported_by
    ))?;
    indicators(&found.indicators, app)?;
    Ok(Exit::Ok)
}

pub async fn check(check: Check, app: &mut App) -> anyhow::Result<Exit> {
    let asked = IndicatorCheck { value: check.value };
    let answer = app.client.check_indicator(&asked).await?;
    if check.form.json {
        app.screen.json(&answer)?;
        return Ok(Exit::Ok);
    }
    if answer.matches.is_empty() {
        app.screen.line("No indicator matches it now.")?;
        return Ok(Exit::Ok);
    }
    indicators(&answer.matches, app)?;
    Ok(Exit::Ok)
}

fn indicators(found: &[IndicatorInfo], app: &mut App) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        "kind",
        "value",
        "confidence#",
        "until",
        "source",
        "description",
    ]);
    for known in found {
        let by = known.said_by.as_ref().map_or(known.source.clone(), |by| {
            format!("{} ({by})", known.source)
        });
        let until = known
            .valid_until
            .map_or_else(|| "-".to_owned(), time::exact);
        table.row([
            Span::plain(&known.kind),
            Span::new(short(&known.value, 80), Ink::Bold),
            Span::plain(known.confidence),
            Span::plain(until),
            Span::plain(by),
            Span::dim(short(&known.description, 80)),
        ]);
    }
    app.screen.table(&table)?;
    Ok(())
}

pub async fn remove(remove: Remove, app: &mut App) -> anyhow::Result<Exit> {
    let removal = IndicatorRemoval {
        reason: remove.reason,
    };
    app.client
        .remove_indicators(&remove.source, &removal)
        .await?;
    if remove.form.json {
        app.screen
            .json(&serde_json::json!({ "removed": remove.source }))?;
        return Ok(Exit::Ok);
    }
    app.screen
        .line(format!("The set `{}` is gone.", remove.source))?;
    Ok(Exit::Ok)
}

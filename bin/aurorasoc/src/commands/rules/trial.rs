//! Rules against records, beside the queue: the site's parsers and evaluator in this process.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aurora_clock::Timestamp;
use aurora_formats::{Framed, Framer, Limits};
use aurora_model::SourceName;
use aurora_rules::{Options, RuleSet};
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::local;
use super::reading::Reader;
use crate::app::App;
use crate::args::Form;
use crate::commands::import::source_name;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lookup;
use crate::output::{Ink, Line, count, of, short};

/// Try a rule on records, without touching the queue
///
/// The records are files of any format that `import` takes, or OCSF events as JSON lines. A rule
/// that is a file needs no running site; an id names one of the site's rules.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules try new.yml capture.evtx\n  \
    aurorasoc rules try my-rules/ events.json\n  \
    aurorasoc rules try 5c1b2a9e sysmon.json --source windows\n\n\
    Exit code 1 when nothing matched, 6 when some records could not be read.")]
pub struct Try {
    /// A rule file, a folder of rules, or the id of a rule in force
    #[arg(value_name = "RULE")]
    rule: String,
    /// Records to try it on
    #[arg(value_name = "FILE", required = true)]
    records: Vec<PathBuf>,
    /// What the records are; detected from their content when absent
    #[arg(long, value_name = "SOURCE", value_parser = source_name)]
    source: Option<SourceName>,
    #[command(flatten)]
    form: Form,
}

/// A rule that matched an event.
#[derive(Debug, Serialize)]
struct Hit {
    file: String,
    /// The record's place in the file, in bytes once unpacked.
    offset: u64,
    rule: String,
    title: String,
    fields: Vec<aurora_model::MatchedField>,
}

#[derive(Debug, Default, Serialize)]
struct Tried {
    records: u64,
    events: u64,
    hits: Vec<Hit>,
    problems: Vec<String>,
}

pub async fn run(wanted: Try, app: &mut App) -> anyhow::Result<Exit> {
    let set = rules(&wanted, app).await?;
    local::records_exist(&wanted.records)?;
    let mut bench = Bench {
        reader: Reader::new()?,
        set,
        tried: Tried::default(),
    };
    for path in &wanted.records {
        bench.file(path, wanted.source.as_ref(), app.now())?;
    }
    let tried = bench.tried;
    let exit = match (tried.hits.is_empty(), tried.problems.is_empty()) {
        (_, false) => Exit::Partly,
        (true, true) => Exit::Failed,
        (false, true) => Exit::Ok,
    };
    if wanted.form.json {
        app.screen.json(&tried)?;
    } else {
        show(&tried, app)?;
    }
    Ok(exit)
}

async fn rules(wanted: &Try, app: &App) -> anyhow::Result<RuleSet> {
    let path = Path::new(&wanted.rule);
    let set = if path.exists() {
        local::load(&[path.to_owned()])?
    } else {
        // What looks like a path is not looked for among ids.
        if wanted.rule.contains('/') || wanted.rule.ends_with(".yml") {
            local::existing(path)?;
        }
        let id = lookup::rule(&app.client, &wanted.rule).await?;
        let text = app.client.rule(&id).await?.text;
        RuleSet::from_texts([("rule", text.as_str())], Options::default())
    };
    if let Some(first) = set.problems().first() {
        let text = format!("cannot use the rule: {first}");
        return Err(Failure::usage(text)
            .fix("mend it; `aurorasoc rules lint FILE` tells more")
            .into());
    }
    Ok(set)
}

struct Bench {
    reader: Reader,
    set: RuleSet,
    tried: Tried,
}

impl Bench {
    fn file(
        &mut self,
        path: &Path,
        source: Option<&SourceName>,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let name = path.display().to_string();
        let failed = || format!("cannot read `{name}`");
        let file = File::open(path).with_context(failed)?;
        let framer = Framer::new(BufReader::new(file), Limits::default()).with_context(failed)?;
        for framed in framer {
            let framed = framed.with_context(failed)?;
            self.tried.records += 1;
            let Framed::Record { offset, body, .. } = framed else {
                self.tried.problems.push(format!(
                    "{name}:{}: it is damaged or too large",
                    framed.offset()
                ));
                continue;
            };
            match self.reader.events(body, source, offset, now) {
                Ok(events) => events
                    .iter()
                    .for_each(|event| self.event(&name, offset, event)),
                Err(problem) => self
                    .tried
                    .problems
                    .push(format!("{name}:{offset}: {problem}")),
            }
        }
        Ok(())
    }

    fn event(&mut self, file: &str, offset: u64, event: &Value) {
        self.tried.events += 1;
        for hit in self.set.evaluate(event) {
            self.tried.hits.push(Hit {
                file: file.to_owned(),
                offset,
                rule: hit.rule.id.0.clone(),
                title: hit.rule.rule.header.title.clone(),
                fields: hit.fields,
            });
        }
    }
}

fn show(tried: &Tried, app: &mut App) -> std::io::Result<()> {
    for hit in &tried.hits {
        let line = Line::new().ink(Ink::Green, "match  ").bold(&hit.title);
        app.screen
            .line(line.dim(format!("  {}:{}", hit.file, hit.offset)))?;
        for field in &hit.fields {
            let line = Line::new().plain(format!(
                "       {} = {}",
                field.field,
                short(&field.value, 300)
            ));
            app.screen.line(line.dim(format!("  {}", field.path)))?;
        }
    }
    for problem in &tried.problems {
        app.screen
            .line(Line::new().ink(Ink::Yellow, "not read  ").plain(problem))?;
    }
    let told = format!(
        "{} from {}, {} not read",
        of(tried.hits.len() as u64, "match"),
        of(tried.records, "record"),
        count(tried.problems.len() as u64)
    );
    app.screen.line(Line::new().dim(told))
}

use std::path::{Path, PathBuf};
use std::time::Duration;

use aurora_client::Client;
use aurora_messages::{IndicatorImport, IndicatorImportReport};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Progress, Span, Table, count, of, short};
use crate::time;

/// How often the site is asked how far it is.
const STEP: Duration = Duration::from_millis(300);

/// Read feeds into the set of one source, in place of the set it had
///
/// The new set is in force as a whole when the command ends; until then the old one is. What
/// cannot be understood is left out, counted and named.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc indicators import feed.json --source misp --confidence 70 --expires 30d\n  \
    aurorasoc indicators import bad-ips.txt more.csv --source blocklist --dry-run\n\n\
    Exit code 6 when some were left out.")]
pub struct Import {
    /// Feeds' files: STIX 2.1 bundles, MISP JSON, CSV with a header, or a value a line
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The source whose set it is; else the first file's name
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// How the files are written
    #[arg(long, value_name = "FORMAT", default_value = "auto",
        value_parser = ["auto", "stix", "misp", "csv", "list"])]
    format: String,
    /// When indicators expire whose feed does not say: 30d, or RFC 3339
    #[arg(long, value_name = "TIME")]
    expires: Option<time::Moment>,
    /// How sure the source is, 0 to 100, where its feed does not say [default: 50]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    confidence: Option<u8>,
    /// Say what would be imported, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

pub async fn run(import: Import, app: &mut App) -> anyhow::Result<Exit> {
    let request = request(&import, app)?;
    let progress = Progress::new("reading", 0, import.form.json);
    let report = tokio::select! {
        report = app.client.import_indicators(&request) => report?,
        never = watch(&app.client, &progress) => never,
    };
    drop(progress);
    let exit = if report.rejected == 0 {
        Exit::Ok
    } else {
        Exit::Partly
    };
    if import.form.json {
        app.screen.json(&report)?;
        return Ok(exit);
    }
    show(&report, app)?;
    Ok(exit)
}

fn request(import: &Import, app: &App) -> anyhow::Result<IndicatorImport> {
    let paths = import.files.iter().map(|file| existing(file));
    Ok(IndicatorImport {
        source: match &import.source {
            Some(source) => named(source)?,
            None => named(&from_file(&import.files[0]))?,
        },
        paths: paths.collect::<Result<_, _>>()?,
        files: Vec::new(),
        format: Some(import.format.clone()),
        confidence: import.confidence,
        expires_at: import.expires.map(|moment| moment.future(app.now())),
        dry_run: import.dry_run,
        reason: import.reason.clone(),
    })
}

/// The site reads the file itself, from wherever it runs.
fn existing(file: &Path) -> anyhow::Result<String> {
    let whole = std::fs::canonicalize(file).map_err(|error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            let text = format!("there is no file `{}`", file.display());
            return Failure::not_found(text).fix("name a feed's file");
        }
        Failure::usage(format!("cannot read `{}`: {error}", file.display()))
            .fix("name a file that you can read")
    })?;
    Ok(whole.display().to_string())
}

fn from_file(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = stem
        .chars()
        .take(IndicatorImport::SOURCE_CHARS)
        .map(plain)
        .collect();
    name.trim_start_matches(['.', '-', '_']).to_owned()
}

fn named(source: &str) -> anyhow::Result<String> {
    if IndicatorImport::is_source(source) {
        return Ok(source.to_owned());
    }
    let text = format!("`{source}` cannot be a source's name");
    Err(Failure::usage(text)
        .fix("give --source with up to 64 of a-z, 0-9, `.`, `-` and `_`, but not `import` or `check`")
        .into())
}

/// Shows how far the site has read, and never ends.
async fn watch(client: &Client, progress: &Progress) -> IndicatorImportReport {
    let mut every = tokio::time::interval(STEP);
    loop {
        every.tick().await;
        if let Ok(sets) = client.indicator_sets().await
            && let Some(importing) = sets.importing
        {
            let share = importing.bytes_read * 100 / importing.bytes.max(1);
            progress.at(importing.bytes_read, &format!("{share} %"));
        }
    }
}

fn show(report: &IndicatorImportReport, app: &mut App) -> anyhow::Result<()> {
    if !report.listed.is_empty() {
        let mut table = Table::new(&["left out", "text", "reason"]);
        for rejected in &report.listed {
            let file = rejected.file.rsplit('/').next().unwrap_or_default();
            table.row([
                Span::plain(format!("{file} {}", short(&rejected.place, 40))),
                Span::dim(short(&rejected.text, 60)),
                Span::plain(&rejected.reason),
            ]);
        }
        app.screen.table(&table)?;
        let more = report.rejected - report.listed.len() as u64;
        if more > 0 {
            app.screen.line(format!("… and {} more", count(more)))?;
        }
    }
    let kinds = report
        .kinds
        .iter()
        .map(|(kind, n)| format!("{} {kind}", count(*n)));
    let kinds: Vec<String> = kinds.collect();
    let what = match (report.dry_run, report.replaced) {
        (true, _) => "would hold",
        (false, true) => "was replaced and holds",
        (false, false) => "holds",
    };
    let of_kinds = if kinds.is_empty() {
        String::new()
    } else {
        format!(": {}", kinds.join(", "))
    };
    app.screen.line(format!(
        "The set `{}` {what} {}{of_kinds}",
        report.source,
        of(report.indicators, "indicator")
    ))?;
    app.screen.line(format!(
        "{} told twice, {} expired, {} not meant for detection, {} left out",
        count(report.duplicates),
        count(report.expired),
        count(report.not_meant),
        count(report.rejected)
    ))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_can_name_its_source() {
        for (file, wanted) in [
            ("/x/Bad IPs.txt", "bad-ips"),
            ("feed.json", "feed"),
            (".hidden", "hidden"),
            ("a.b.csv", "a.b"),
        ] {
            assert_eq!(from_file(Path::new(file)), wanted);
            assert!(IndicatorImport::is_source(wanted));
        }
        for name in ["", "A", "import", "-a", "a b", "ä"] {
            assert!(!IndicatorImport::is_source(name), "{name}");
        }
    }
}

//! What was found, for people and for programs.

use aurora_audit::Report;
use aurora_audit::verify::Verdict;
use serde::Serialize;

use super::place::{Found, Source};
use crate::app::App;
use crate::exit::Exit;
use crate::output::{Ink, Line, count};

/// The report as `--json` prints it.
#[derive(Serialize)]
struct Told<'a> {
    verdict: &'static str,
    log: &'a str,
    key: String,
    key_from: &'static str,
    entries: u64,
    root: Option<String>,
    records: u64,
    erased: u64,
    open_effects: &'a [u64],
    retained: Option<u64>,
    witnessed: Option<u64>,
    witnesses: &'a [String],
    unfinished: u64,
    problems: Vec<String>,
}

pub fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Ok => Exit::Ok,
        Verdict::Tampered => Exit::Tampered,
        Verdict::Unwitnessed => Exit::Unwitnessed,
    }
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Tampered => "tampered",
        Verdict::Unwitnessed => "unwitnessed",
    }
}

const fn key_from(source: Source) -> &'static str {
    match source {
        Source::Given => "given",
        Source::Site => "this site's keys",
        Source::Folder => "the folder's own word",
    }
}

pub fn report(found: &Found, report: &Report, json: bool, app: &mut App) -> anyhow::Result<Exit> {
    if json {
        app.screen.json(&told(found, report))?;
    } else {
        show(found, report, app)?;
    }
    Ok(exit(report.verdict()))
}

fn told<'a>(found: &'a Found, report: &'a Report) -> Told<'a> {
    let witnessed = report.witnessed.as_ref();
    Told {
        verdict: word(report.verdict()),
        log: found.key.name(),
        key: found.key.to_string(),
        key_from: key_from(found.source),
        entries: report.head.as_ref().map_or(0, |head| head.size),
        root: report.head.as_ref().map(|head| head.root.to_string()),
        records: report.records,
        erased: report.erased,
        open_effects: &report.open_effects,
        retained: report.retained,
        witnessed: witnessed.map(|(size, _)| *size),
        witnesses: witnessed.map_or(&[][..], |(_, names)| names.as_slice()),
        unfinished: report.unfinished,
        problems: report.problems.iter().map(ToString::to_string).collect(),
    }
}

fn show(found: &Found, report: &Report, app: &mut App) -> anyhow::Result<()> {
    let screen = &mut app.screen;
    let mut fact =
        |name: &str, text: String| screen.line(Line::new().dim(format!("{name:<10}")).plain(text));
    fact("log", found.key.name().to_owned())?;
    fact("key", key_from(found.source).to_owned())?;
    if let Some(head) = &report.head {
        fact("entries", count(head.size))?;
        fact("root", head.root.to_string())?;
    }
    let (whole, erased) = (count(report.records), count(report.erased));
    fact(
        "records",
        format!("{whole} whole, {erased} erased by a decision"),
    )?;
    if let Some(size) = report.retained {
        fact(
            "retained",
            format!("continues the checkpoint of {} entries", count(size)),
        )?;
    }
    if let Some((size, names)) = &report.witnessed {
        fact(
            "witnessed",
            format!("{} entries by {}", count(*size), names.join(", ")),
        )?;
    }
    if !report.open_effects.is_empty() {
        let shown: Vec<String> = report
            .open_effects
            .iter()
            .take(10)
            .map(u64::to_string)
            .collect();
        let all = count(report.open_effects.len() as u64);
        fact(
            "effects",
            format!("{all} without an outcome; decision {}", shown.join(", ")),
        )?;
    }
    if report.unfinished > 0 {
        fact(
            "unfinished",
            format!("{} files of a commit under way", report.unfinished),
        )?;
    }
    screen.blank()?;
    for problem in &report.problems {
        screen.line(Line::new().plain(problem.to_string()))?;
    }
    screen.line(last(found, report))?;
    Ok(())
}

fn last(found: &Found, report: &Report) -> Line {
    let line = Line::new();
    match report.verdict() {
        Verdict::Ok => line.ink(Ink::Green, "ok").plain("  nothing was changed, and others saw it so"),
        Verdict::Tampered => line
            .ink(Ink::BoldRed, "tampered")
            .plain("  this is not what was logged: keep a copy, and look who could write here"),
        Verdict::Unwitnessed if found.source == Source::Folder => line.ink(Ink::Yellow, "unwitnessed").plain(
            "  whole in itself; give --key, and --since or --witness, to hold it against others' word",
        ),
        Verdict::Unwitnessed => line
            .ink(Ink::Yellow, "unwitnessed")
            .plain("  whole in itself; give --since or --witness to hold it against others' word"),
    }
}

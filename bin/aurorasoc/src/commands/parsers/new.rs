use std::path::PathBuf;

use anyhow::Context as _;
use aurora_parsers::Registry;
use clap::Args;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Line;

/// Begin a parser: a folder with a description, a program and a golden record
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc parsers new badge-reader\n  \
    aurorasoc parsers new badge-reader --in my-parsers/")]
pub struct New {
    /// The source's name: lower-case letters, digits and `-`
    #[arg(value_parser = name)]
    name: String,
    /// Where the folder is made
    #[arg(long = "in", value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

fn name(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || text.len() > 40 || !text.bytes().all(fits) {
        return Err("want up to 40 lower-case letters, digits and `-`".to_owned());
    }
    Ok(text.to_owned())
}

pub fn run(new: New, app: &mut App) -> anyhow::Result<Exit> {
    if Registry::new()?.names().contains(&new.name.as_str()) || new.name == "auto" {
        let text = format!("a source named `{}` is shipped already", new.name);
        return Err(Failure::usage(text).fix("give yours another name").into());
    }
    let folder = new.folder.join(&new.name);
    if folder.exists() {
        let text = format!("there is a `{}` already", folder.display());
        return Err(Failure::usage(text)
            .fix("take another name, or another --in")
            .into());
    }
    let files = [
        ("source.toml", ABOUT.replace("NAME", &new.name)),
        ("parser.vrl", PROGRAM.replace("NAME", &new.name)),
        ("golden/first.in", RECORD.to_owned()),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        let failed = || format!("cannot write `{}`", path.display());
        std::fs::create_dir_all(path.parent().expect("the path has a folder"))
            .with_context(failed)?;
        std::fs::write(&path, text).with_context(failed)?;
    }
    app.screen
        .line(Line::new().plain(format!("Made {}.", folder.display())))?;
    let next = format!(
        "Put records of yours into golden/first.in, then: aurorasoc parsers test {} --update",
        folder.display()
    );
    app.screen.line(Line::new().dim(next))?;
    Ok(Exit::Ok)
}

const ABOUT: &str = r#"title = "NAME"
vendor = ""
version = 1
# json, text, json-or-text, syslog, cef, leef, access, columns, vpc-flow, otlp
reads = "json-or-text"
samples = "real records"
# Unnamed records are yours when every text of one of these lists stands in them; `^` means at the start.
# detect = [['^{', '"door"', '"badge"']]
"#;

const PROGRAM: &str = r#"# NAME to OCSF 1.3. The record is `.body`; what is left of it becomes `unmapped`.
# content/parsers/README.md says what a program finds, what it leaves and which functions it has.

.class_uid = 0
.activity_id = 99
.activity_name = "Log"
.severity_id = 1
.time = epoch_ms(.body.time) || .meta.received_at
.message = if is_string(.body) { .body } else { del(.body.message) }
.metadata = { "product": { "name": "NAME", "vendor_name": "Unknown" }, "log_name": "NAME" }
"#;

const RECORD: &str = "{\"time\":\"2026-01-01T00:00:00Z\",\"message\":\"a record\",\"door\":7}\n";

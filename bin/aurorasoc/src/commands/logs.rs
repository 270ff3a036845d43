use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;

/// How often a log is looked at for more.
const EVERY: Duration = Duration::from_millis(200);

/// Show the log of a site in the background
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc logs\n  \
    aurorasoc logs --follow --lines 0\n  \
    aurorasoc logs --lines 1000 | grep engine\n\n\
    A site under systemd logs to the journal: journalctl -u aurorasoc.")]
pub struct Logs {
    /// Stay, and show lines as they are written
    #[arg(long, short)]
    follow: bool,
    /// How many of the last lines
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50)]
    lines: usize,
}

pub async fn run(logs: Logs, app: &mut App) -> anyhow::Result<Exit> {
    let path = app.settings.log();
    let failed = || format!("cannot read `{}`", path.display());
    let file = File::open(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let text = format!("there is no log `{}`", path.display());
            let fix = "a site that `aurorasoc up` started writes it; under systemd see `journalctl -u aurorasoc`";
            anyhow::Error::from(Failure::not_found(text).fix(fix))
        }
        _ => anyhow::Error::from(error).context(failed()),
    })?;
    let mut reader = BufReader::new(file);
    for line in last(&mut reader, logs.lines).with_context(failed)? {
        app.screen.line(line)?;
    }
    if !logs.follow {
        return Ok(Exit::Ok);
    }
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            ended = tokio::signal::ctrl_c() => {
                ended?;
                return Ok(Exit::Ok);
            }
        }
        // Put aside: the new file is read from its beginning.
        let grown =
            reader.stream_position()? <= std::fs::metadata(&path).map_or(u64::MAX, |m| m.len());
        if !grown {
            reader = BufReader::new(reopen(&path).with_context(failed)?);
        }
        while let Some(line) = whole_line(&mut reader).with_context(failed)? {
            app.screen.line(line)?;
        }
    }
}

fn reopen(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

/// Reads to the end and keeps the last lines.
fn last(reader: &mut BufReader<File>, count: usize) -> std::io::Result<VecDeque<String>> {
    let mut kept = VecDeque::new();
    while let Some(line) = whole_line(reader)? {
        if kept.len() == count {
            kept.pop_front();
        }
        if count > 0 {
            kept.push_back(line);
        }
    }
    Ok(kept)
}

/// The next line, or `None` when it is not written to its end yet.
fn whole_line(reader: &mut BufReader<File>) -> std::io::Result<Option<String>> {
    let at = reader.stream_position()?;
    let mut bytes = Vec::new();
    // A line of the log is short; what is not is no line of ours.
    reader
        .by_ref()
        .take(1 << 20)
        .read_until(b'\n', &mut bytes)?;
    if bytes.last() != Some(&b'\n') && bytes.len() < 1 << 20 {
        reader.seek(SeekFrom::Start(at))?;
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write as _;

    use super::*;

    #[test]
    fn half_a_line_waits_for_its_end() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"one\ntwo\nthr").unwrap();
        let mut reader = BufReader::new(File::open(file.path()).unwrap());
        assert_eq!(last(&mut reader, 1).unwrap(), ["two"]);
        file.write_all(b"ee\n").unwrap();
        assert_eq!(whole_line(&mut reader).unwrap().unwrap(), "three");
        assert_eq!(whole_line(&mut reader).unwrap(), None);
    }
}

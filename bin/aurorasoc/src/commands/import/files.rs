//! What is to be imported: files, directories' files, standard input.

use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{Line, Progress};

#[derive(Debug, PartialEq, Eq)]
pub enum Input {
    File(PathBuf),
    Standard,
}

/// Every file, in the order of the arguments, a directory's in the order of their names.
pub fn gather(arguments: &[String], recursive: bool) -> anyhow::Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for argument in arguments {
        if argument == "-" {
            inputs.push(Input::Standard);
            continue;
        }
        let path = Path::new(argument);
        let about = std::fs::metadata(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => anyhow::Error::from(super::missing(argument)),
            _ => anyhow::Error::from(error).context(format!("cannot read `{argument}`")),
        })?;
        // The site reads it, and stands elsewhere.
        let path = std::path::absolute(path)?;
        if !about.is_dir() {
            inputs.push(Input::File(path));
        } else if recursive {
            walk(&path, &mut inputs)?;
        } else {
            let text = format!("`{argument}` is a directory");
            return Err(Failure::usage(text)
                .fix("add -r to import the files in it")
                .into());
        }
    }
    if inputs.is_empty() {
        return Err(Failure::new(Exit::NotFound, "there are no files in these directories").into());
    }
    Ok(inputs)
}

/// Links are not followed, so that no circle can be walked.
fn walk(folder: &Path, inputs: &mut Vec<Input>) -> anyhow::Result<()> {
    let failed = || format!("cannot list `{}`", folder.display());
    let entries = std::fs::read_dir(folder).with_context(failed)?;
    let mut paths: Vec<_> = entries.collect::<Result<_, _>>().with_context(failed)?;
    paths.sort_by_key(std::fs::DirEntry::file_name);
    for entry in paths {
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), inputs)?;
        } else if kind.is_file() {
            inputs.push(Input::File(entry.path()));
        }
    }
    Ok(())
}

/// Standard input, put into a file: only what can be read again can be resumed.
pub struct Spooled {
    folder: PathBuf,
    path: PathBuf,
}

impl Spooled {
    /// Reads to the end; `None` after Ctrl-C.
    pub async fn read(
        app: &App,
        quiet: bool,
        interrupt: &mut Interrupt,
    ) -> anyhow::Result<Option<Self>> {
        let name = aurora_ids::random_token::<6>();
        let folder = app.settings.data_dir.join("spool").join(name);
        let path = folder.join("stdin");
        let failed = || format!("cannot keep standard input in `{}`", path.display());
        tokio::fs::create_dir_all(&folder)
            .await
            .with_context(failed)?;
        let spooled = Self {
            folder,
            path: path.clone(),
        };
        let mut file = tokio::fs::File::create(&path).await.with_context(failed)?;
        let mut input = standard_input()?;
        let progress = Progress::new("reading standard input", 0, quiet);
        let mut buffer = vec![0; 256 * 1024];
        let mut total = 0;
        loop {
            let read = tokio::select! {
                read = input.read(&mut buffer) => read.context("cannot read standard input")?,
                () = interrupt.came() => {
                    spooled.remove()?;
                    return Ok(None);
                }
            };
            if read == 0 {
                break;
            }
            file.write_all(&buffer[..read]).await.with_context(failed)?;
            total += read as u64;
            progress.at(total, "");
        }
        file.sync_all().await.with_context(failed)?;
        Ok(Some(spooled))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it, or says where it is kept for another try.
    pub fn finish(self, app: &mut App, done: bool) -> anyhow::Result<()> {
        if done {
            return self.remove();
        }
        let resume = app.command(&format!("import {}", self.path.display()));
        let line = Line::new()
            .plain("Standard input is kept; resume with ")
            .bold(resume);
        Ok(app.screen.line(line)?)
    }

    fn remove(&self) -> anyhow::Result<()> {
        let failed = || format!("cannot remove `{}`", self.folder.display());
        std::fs::remove_dir_all(&self.folder).with_context(failed)
    }
}

/// Reading it may take for ever, so it is read as files are: beside the runtime.
fn standard_input() -> anyhow::Result<tokio::fs::File> {
    let copy = std::io::stdin().as_fd().try_clone_to_owned();
    let file = std::fs::File::from(copy.context("cannot read standard input")?);
    Ok(tokio::fs::File::from_std(file))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn directories_are_walked_only_when_asked() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str| std::fs::write(dir.path().join(name), "x").unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        for name in ["b.json", "a.evtx", "sub/c"] {
            write(name);
        }
        std::os::unix::fs::symlink(dir.path(), dir.path().join("sub/circle")).unwrap();
        let name = dir.path().display().to_string();
        let found = gather(&[name.clone(), "-".to_owned()], true).unwrap();
        let file = |name: &str| Input::File(dir.path().join(name));
        assert_eq!(
            found,
            [
                file("a.evtx"),
                file("b.json"),
                file("sub/c"),
                Input::Standard
            ]
        );
        assert!(
            gather(&[name], false)
                .unwrap_err()
                .to_string()
                .contains("is a directory")
        );
        let gone = gather(&["/nowhere/x".to_owned()], false).unwrap_err();
        assert_eq!(gone.to_string(), "there is no file `/nowhere/x`");
    }
}

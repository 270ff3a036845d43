//! What the engine remembers as stored, and what it has stored.
//!
//! With each INSERT the engine first writes the part's name and the deduplication token to the table's
//! `deduplication_logs`, then gives the finished part its final name. Killed between the two, it knows
//! the token and has no part: the same batch, sent again, would count as a duplicate and be lost. So
//! before the store is opened, tokens of a newest part that is not there are taken off the log again.
//!
//! One connection writes, so that only the newest part of a table can be in that state.
//!
//! The engine syncs the part and not the log. After a power failure it might have the part and not the
//! token, and the same batch, sent again, would be stored twice. So the logs are marked to be written
//! through: the file system has a line on the device before the write that brought it returns.

use std::fs::{self, DirEntry, File};
use std::io::Result;
use std::path::{Path, PathBuf};

use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};

/// A line that a part was added; `2` says that one was dropped.
const ADDED: &str = "1";

/// Where a table's tokens are.
const LOGS: &str = "deduplication_logs";

/// Has every table's log written through, and those that will be made in its folder
/// (`FS_SYNC_FL`, `chattr(1)`). `false` when the file system has no such mark.
pub(super) fn write_through(path: &Path) -> Result<bool> {
    let mut all = true;
    for group in folders(&path.join("store"))? {
        for table in folders(&group)? {
            let folder = table.join(LOGS);
            let logs = entries(&folder)?.into_iter().map(|entry| entry.path());
            for one in logs.chain(folder.is_dir().then_some(folder.clone())) {
                all &= mark(&one)?;
            }
        }
    }
    Ok(all)
}

fn mark(path: &Path) -> Result<bool> {
    let file = match File::open(path) {
        // The engine removes logs that it does not need any more.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        file => file?,
    };
    let marked = ioctl_getflags(&file).and_then(|flags| {
        if flags.contains(IFlags::SYNC) {
            return Ok(());
        }
        ioctl_setflags(&file, flags | IFlags::SYNC)
    });
    Ok(marked.is_ok())
}

/// Mends the logs of every table of the store in `path`, and returns the names of the parts whose
/// tokens were given up.
pub(super) fn mend(path: &Path) -> Result<Vec<String>> {
    let mut given_up = Vec::new();
    for group in folders(&path.join("store"))? {
        for table in folders(&group)? {
            given_up.extend(mend_table(&table)?);
        }
    }
    Ok(given_up)
}

fn mend_table(table: &Path) -> Result<Option<String>> {
    let Some((log, text)) = newest_log(&table.join(LOGS))? else {
        return Ok(None);
    };
    let (whole, missing) = judge(&text, |part| stored(table, part))?;
    if whole < text.len() {
        let file = File::options().write(true).open(log)?;
        file.set_len(whole as u64)?;
        file.sync_all()?;
    }
    Ok(missing)
}

/// How much of a log may stay, and the part that is missing.
fn judge(
    text: &str,
    stored: impl FnOnce(&Part<'_>) -> Result<bool>,
) -> Result<(usize, Option<String>)> {
    // A line that was not finished would swallow the next one.
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let lines = text[..whole].lines();
    let Some(name) = lines.clone().next_back().and_then(added) else {
        return Ok((whole, None));
    };
    // A name in another form is none of ours to judge.
    let Some(part) = Part::read(name) else {
        return Ok((whole, None));
    };
    if stored(&part)? {
        return Ok((whole, None));
    }
    let last = lines.rev().take_while(|line| added(line) == Some(name));
    let bytes: usize = last.map(|line| line.len() + 1).sum();
    Ok((whole - bytes, Some(name.to_owned())))
}

/// The part that a line says was added.
fn added(line: &str) -> Option<&str> {
    let (operation, rest) = line.split_once('\t')?;
    let (part, _) = rest.split_once('\t')?;
    (operation == ADDED).then_some(part)
}

/// `<partition>_<first block>_<last block>_<level>`, and `_<mutation>` at times.
struct Part<'n> {
    partition: &'n str,
    first: u64,
    last: u64,
}

impl<'n> Part<'n> {
    fn read(name: &'n str) -> Option<Self> {
        let mut words = name.split('_');
        let partition = words.next().filter(|name| !name.is_empty())?;
        let mut number = || words.next()?.parse().ok();
        let (first, last, _level) = (number()?, number()?, number()?);
        Some(Self {
            partition,
            first,
            last,
        })
    }

    /// Merges leave one part for the blocks of several.
    fn covers(&self, other: &Part<'_>) -> bool {
        self.partition == other.partition && self.first <= other.first && other.last <= self.last
    }
}

fn stored(table: &Path, part: &Part<'_>) -> Result<bool> {
    let found = folders(table)?;
    let mut names = found
        .iter()
        .filter_map(|folder| folder.file_name()?.to_str());
    Ok(names.any(|name| Part::read(name).is_some_and(|other| other.covers(part))))
}

/// The last log that says anything, and what it says.
fn newest_log(folder: &Path) -> Result<Option<(PathBuf, String)>> {
    let number = |path: &Path| -> Option<u64> {
        let name = path.file_stem()?.to_str()?;
        name.strip_prefix("deduplication_log_")?.parse().ok()
    };
    let mut logs: Vec<(u64, PathBuf)> = entries(folder)?
        .into_iter()
        .filter_map(|entry| Some((number(&entry.path())?, entry.path())))
        .collect();
    logs.sort_unstable();
    for (_, log) in logs.into_iter().rev() {
        let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        if !text.is_empty() {
            return Ok(Some((log, text)));
        }
    }
    Ok(None)
}

fn folders(of: &Path) -> Result<Vec<PathBuf>> {
    let found = entries(of)?.into_iter().map(|entry| entry.path());
    Ok(found.filter(|path| path.is_dir()).collect())
}

/// None where there is no folder: the store is new, or the table has no log.
fn entries(of: &Path) -> Result<Vec<DirEntry>> {
    match fs::read_dir(of) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        found => found?.collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What is left of `log` beside these folders, and what was given up.
    fn check(folders: &[&str], log: &str, left: &str, given_up: &[&str]) {
        let dir = tempfile::tempdir().unwrap();
        let table = dir.path().join("store/435/4351104e");
        for folder in folders.iter().chain(&["detached", LOGS]) {
            fs::create_dir_all(table.join(folder)).unwrap();
        }
        let logs = table.join(LOGS);
        fs::write(logs.join("deduplication_log_9.txt"), "older").unwrap();
        fs::write(logs.join("deduplication_log_10.txt"), log).unwrap();
        fs::write(logs.join("deduplication_log_11.txt"), "").unwrap();
        assert_eq!(mend(dir.path()).unwrap(), given_up, "{log:?}");
        let found = fs::read_to_string(logs.join("deduplication_log_10.txt")).unwrap();
        assert_eq!(found, left, "{log:?}");
        assert_eq!(mend(dir.path()).unwrap(), [""; 0], "once is enough");
    }

    #[test]
    fn a_token_without_its_part_is_given_up() {
        let (one, two) = ("1\t7_1_1_0\t7_5\n", "1\t7_2_2_0\t7_6\n1\t7_2_2_0\t7_8\n");
        let both = format!("{one}{two}");
        check(&["7_1_1_0", "7_2_2_0"], &both, &both, &[]);
        check(&["7_1_1_0", "tmp_insert_7_2_2_0"], &both, one, &["7_2_2_0"]);
        check(&["7_1_2_1"], &both, &both, &[]);
        check(&["7_1_2_1_3"], &both, &both, &[]);
        check(&["7_1_1_0", "8_1_9_4"], &both, one, &["7_2_2_0"]);
        check(&["delete_tmp_7_2_2_0"], two, "", &["7_2_2_0"]);
    }

    #[test]
    fn what_was_dropped_stays_so_and_half_a_line_goes() {
        let dropped = "1\t7_1_1_0\t7_5\n2\t7_1_1_0\t7_5\n";
        check(&[], dropped, dropped, &[]);
        let one = "1\t7_1_1_0\t7_5\n";
        check(&["7_1_1_0"], &format!("{one}1\t7_2_"), one, &[]);
        check(&[], "1\tall_of_it\t7_5\n", "1\tall_of_it\t7_5\n", &[]);
    }

    #[test]
    fn logs_are_written_through_and_new_ones_are_too() {
        let dir = tempfile::tempdir().unwrap();
        let logs = dir.path().join("store/435/4351104e").join(LOGS);
        fs::create_dir_all(&logs).unwrap();
        let [one, two] =
            ["deduplication_log_1.txt", "deduplication_log_2.txt"].map(|it| logs.join(it));
        fs::write(&one, "").unwrap();
        let is_marked = |path: &Path| {
            let flags = ioctl_getflags(File::open(path).unwrap());
            flags.is_ok_and(|flags| flags.contains(IFlags::SYNC))
        };
        for _ in 0..2 {
            let can_mark = write_through(dir.path()).unwrap();
            fs::write(&two, "").unwrap();
            for path in [&logs, &one, &two] {
                assert_eq!(is_marked(path), can_mark, "{}", path.display());
            }
            assert!(
                !is_marked(logs.parent().unwrap()),
                "parts are the engine's own"
            );
        }
    }

    #[test]
    fn a_new_store_has_no_log() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(mend(dir.path()).unwrap(), [""; 0]);
        assert!(write_through(dir.path()).unwrap());
    }
}

//! A `.story` file: entries, each a line that says when, what source and which host, and below it
//! the records.
//!
//! ```text
//! # A comment.
//! @ 141.4 windows ws-014
//! {"Event": …
//!   "EventData": …}}
//!
//! @ 40 times zeek sensor-01
//! {"_path": "dns", …}
//! ```
//!
//! A line that begins with a blank continues the record above it. An entry of a number of seconds
//! happens then; an entry of a number of times is scattered over the story.

use std::time::Duration;

use crate::Error;
use crate::files::File;
use crate::ids;
use crate::tables::Tables;
use crate::template::Template;

#[derive(Debug)]
pub(crate) struct Script {
    drafts: Vec<Draft>,
}

/// What stands in the file.
#[derive(Debug)]
struct Draft {
    when: When,
    source: String,
    host: Template,
    records: Vec<Template>,
    /// Where it stands, which seeds its picks: another entry elsewhere changes nothing here.
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    At(Duration),
    Times(u64),
}

#[derive(Clone, Copy, Debug)]
struct Place {
    file: &'static str,
    /// Among the entries of the file.
    index: u64,
}

/// One happening: records of one host at one moment.
#[derive(Debug)]
pub(crate) struct Entry {
    pub at: Duration,
    pub source: String,
    pub host: Template,
    pub records: Vec<Template>,
    /// Seeds what is picked in it.
    pub seed: u64,
}

impl Script {
    pub fn read((file, text): File, tables: &Tables) -> Result<Self, Error> {
        let mut reader = Reader {
            file,
            tables,
            drafts: Vec::new(),
            record: None,
        };
        for (text, line) in text.lines().zip(1..) {
            reader.line(text, line)?;
        }
        reader.finish_record()?;
        Ok(Self {
            drafts: reader.drafts,
        })
    }

    /// Every entry as often as it happens.
    pub fn entries(self, duration: Duration) -> impl Iterator<Item = Entry> {
        self.drafts.into_iter().flat_map(move |draft| {
            let times = match draft.when {
                When::At(_) => 1,
                When::Times(times) => times,
            };
            (0..times).map(move |time| draft.entry(time, duration))
        })
    }
}

impl Draft {
    fn entry(&self, time: u64, duration: Duration) -> Entry {
        let Place { file, index } = self.place;
        let seed = |purpose| {
            ids::number(
                &[file.as_bytes(), &index.to_le_bytes(), &time.to_le_bytes()],
                purpose,
            )
        };
        let at = match self.when {
            When::At(at) => at,
            When::Times(_) => {
                let millis = u64::try_from(duration.as_millis()).expect("the story is short");
                Duration::from_millis(seed("when") % millis)
            }
        };
        Entry {
            at,
            source: self.source.clone(),
            host: self.host.clone(),
            records: self.records.clone(),
            seed: seed("what"),
        }
    }
}

struct Reader<'t> {
    file: &'static str,
    tables: &'t Tables,
    drafts: Vec<Draft>,
    /// The record that is being read, and the line on which it began.
    record: Option<(String, usize)>,
}

impl Reader<'_> {
    fn line(&mut self, text: &str, line: usize) -> Result<(), Error> {
        let blank = text.starts_with([' ', '\t']);
        match &mut self.record {
            Some((record, _)) if blank => record.push_str(text.trim()),
            None if blank => return Err(self.error(line, "nothing stands here to be continued")),
            _ => {
                self.finish_record()?;
                if let Some(head) = text.strip_prefix("@ ") {
                    let draft = self.head(head, line)?;
                    self.drafts.push(draft);
                } else if !text.is_empty() && !text.starts_with('#') {
                    self.record = Some((text.trim_end().to_owned(), line));
                }
            }
        }
        Ok(())
    }

    fn finish_record(&mut self) -> Result<(), Error> {
        let Some((text, line)) = self.record.take() else {
            return Ok(());
        };
        let template = self.template(&text, line)?;
        let Some(draft) = self.drafts.last_mut() else {
            return Err(self.error(line, "a record needs a line with @ above it"));
        };
        draft.records.push(template);
        Ok(())
    }

    fn head(&self, head: &str, line: usize) -> Result<Draft, Error> {
        let words: Vec<&str> = head.split_whitespace().collect();
        let (when, source, host) = match words[..] {
            [times, "times", source, host] => (times.parse().ok().map(When::Times), source, host),
            [at, source, host] => (seconds(at).map(When::At), source, host),
            _ => (None, "", ""),
        };
        let when = when.ok_or_else(|| {
            self.error(
                line,
                "want `@ SECONDS SOURCE HOST` or `@ NUMBER times SOURCE HOST`",
            )
        })?;
        let index = self.drafts.len() as u64;
        Ok(Draft {
            when,
            source: source.to_owned(),
            host: self.template(host, line)?,
            records: Vec::new(),
            place: Place {
                file: self.file,
                index,
            },
        })
    }

    fn template(&self, text: &str, line: usize) -> Result<Template, Error> {
        Template::read(text, self.tables).map_err(|reason| self.error(line, reason))
    }

    fn error(&self, line: usize, reason: impl Into<String>) -> Error {
        Error {
            file: self.file,
            line,
            reason: reason.into(),
        }
    }
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &'static str) -> Result<Vec<Entry>, String> {
        let script = Script::read(("t", text), &Tables::read(&[]).unwrap());
        let script = script.map_err(|error| error.to_string())?;
        Ok(script.entries(Duration::from_secs(100)).collect())
    }

    #[test]
    fn entries_have_a_time_a_source_a_host_and_records() {
        let entries = read("# c\n@ 1.5 zeek s1\na\n  b\nc\n\n@ 3 times syslog h\nd\n").unwrap();
        assert_eq!(entries.len(), 4);
        assert_eq!(entries[0].at, Duration::from_millis(1500));
        assert_eq!(entries[0].records.len(), 2);
        assert!(
            entries[1..]
                .iter()
                .all(|entry| entry.at < Duration::from_secs(100))
        );
        assert_ne!(entries[1].at, entries[2].at);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, wanted) in [
            ("a\n", "t:1: a record needs a line with @ above it"),
            (
                "@ x\n",
                "t:1: want `@ SECONDS SOURCE HOST` or `@ NUMBER times SOURCE HOST`",
            ),
            (
                "@ -1 a b\n",
                "t:1: want `@ SECONDS SOURCE HOST` or `@ NUMBER times SOURCE HOST`",
            ),
            ("\n  a\n", "t:2: nothing stands here to be continued"),
            ("@ 1 a b\n\n{{what}}\n", "t:3: `{{what}}` is unknown"),
            ("@ 1 a b\n{{time:zeek\n", "t:2: `{{` without `}}`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }
}

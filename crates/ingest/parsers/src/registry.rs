//! Which of the parsers a record meets.

use std::borrow::Cow;
use std::path::Path;

use crate::description::Description;
use crate::marks::{Marks, Seen};
use crate::shipped::{FOLDERS, Folder};
use crate::{Error, Parser};

/// Every parser, in the order in which unnamed records are offered to them.
///
/// **Invariant:** which parser a record meets follows from its source's name and its bytes alone, never from what came
/// before.
pub struct Registry {
    parsers: Vec<Box<dyn Parser>>,
    marks: Marks,
    /// For each parser the places of those whose records come inside its own.
    carries: Vec<Vec<usize>>,
}

impl Registry {
    /// The parsers that the product ships. Each program is compiled when its first record comes; see
    /// [`Registry::prepare`].
    ///
    /// # Errors
    /// None for what is shipped, which is tested.
    pub fn new() -> Result<Self, Error> {
        Self::of_folders(FOLDERS)
    }

    /// # Errors
    /// When a `source.toml` cannot be read.
    fn of_folders(folders: &[Folder]) -> Result<Self, Error> {
        let parsers = folders.iter().map(Folder::parser);
        Ok(Self::of(
            parsers
                .collect::<Result<_, _>>()
                .map_err(Error::Unprepared)?,
        ))
    }

    /// As [`Registry::new`], with the texts of `content` in place of the ones in the binary where it has them: for
    /// writing parsers without building anew.
    ///
    /// # Errors
    /// When a `source.toml` cannot be read.
    pub fn reading(content: &Path) -> Result<Self, Error> {
        let mut folders = Vec::with_capacity(FOLDERS.len());
        for shipped in FOLDERS {
            let folder = content.join(shipped.name);
            let mut read = shipped.clone();
            if let Ok(about) = std::fs::read_to_string(folder.join("source.toml")) {
                read.about = about.into();
            }
            if let Ok(program) = std::fs::read_to_string(folder.join("parser.vrl")) {
                read.program = program.into();
            }
            folders.push(read);
        }
        Self::of_folders(&folders)
    }

    /// Compiles the programs that are marked for it and not compiled yet, two at a time, so that no record of a frequent
    /// source waits. For the start of a long-lived site, on a thread that may block for about a second.
    ///
    /// # Errors
    /// When a program does not compile; the message shows VRL's diagnostics.
    pub fn prepare(&self) -> Result<(), Error> {
        let prepare = |parsers: &[Box<dyn Parser>]| {
            parsers
                .iter()
                .filter(|parser| parser.description().is_none_or(|about| about.prepare))
                .try_for_each(|parser| parser.prepare().map_err(Error::Unprepared))
        };
        let (first, second) = self.parsers.split_at(self.parsers.len() / 2);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| prepare(second));
            let this = prepare(first);
            other.join().expect("compiling does not panic").and(this)
        })
    }

    /// Compiles one source's program now.
    ///
    /// # Errors
    /// When the name is unknown or the program does not compile; the message shows VRL's diagnostics.
    pub fn compile(&self, source: &str) -> Result<(), Error> {
        let at = self.find(source).ok_or_else(|| self.unknown(source))?;
        self.parsers[at].prepare().map_err(Error::Unprepared)
    }

    /// Exactly these parsers, in this order.
    pub fn of(parsers: Vec<Box<dyn Parser>>) -> Self {
        let marks = Marks::new(parsers.iter().map(|parser| match parser.description() {
            Some(description) => description.detect.as_slice(),
            None => &[],
        }));
        let place = |name: &String| parsers.iter().position(|parser| parser.name() == name);
        let carried = |parser: &dyn Parser| match parser.description() {
            Some(description) => description.carries.iter().filter_map(place).collect(),
            None => Vec::new(),
        };
        let carries = parsers.iter().map(|parser| carried(&**parser)).collect();
        Self {
            parsers,
            marks,
            carries,
        }
    }

    /// Adds an operator's program for JSON records (text, when they are no JSON), under its own name. Such a parser is
    /// never chosen by detection. The name is kept for the life of the process.
    ///
    /// # Errors
    /// When the name is taken or the program does not compile; the message shows VRL's diagnostics.
    pub fn add_program(&mut self, name: &str, source: &str) -> Result<(), Error> {
        let about =
            format!("title = {name:?}\nreads = \"json-or-text\"\nsamples = \"our own format\"\n");
        self.add(Folder {
            name: leaked(name),
            about: about.into(),
            program: source.to_owned().into(),
        })
    }

    /// Adds an operator's source from a folder of `parser.vrl` and, if it is there, `source.toml`; the folder's name is
    /// the source's. Records that its marks fit are its own before any shipped source is asked.
    ///
    /// # Errors
    /// When the folder cannot be read, the name is taken or the program does not compile.
    pub fn add_folder(&mut self, folder: &Path) -> Result<&'static str, Error> {
        let folder = read_folder(folder)?;
        let name = folder.name;
        self.add(folder)?;
        Ok(name)
    }

    fn add(&mut self, folder: Folder) -> Result<(), Error> {
        if self.find(folder.name).is_some() {
            return Err(Error::Taken(folder.name.to_owned()));
        }
        let parser = folder.parser().map_err(Error::Unprepared)?;
        parser.prepare().map_err(Error::Unprepared)?;
        let mut parsers = std::mem::take(&mut self.parsers);
        let own = parser
            .description()
            .is_some_and(|about| !about.detect.is_empty());
        parsers.insert(if own { 0 } else { parsers.len() }, parser);
        *self = Self::of(parsers);
        Ok(())
    }

    /// What is known of each source, in the order of detection.
    pub fn descriptions(&self) -> impl Iterator<Item = (&'static str, &Description)> {
        self.parsers
            .iter()
            .filter_map(|parser| Some((parser.name(), parser.description()?)))
    }

    /// The names that a source may have, besides `auto`.
    pub fn names(&self) -> Vec<&'static str> {
        self.parsers.iter().map(|parser| parser.name()).collect()
    }

    /// The parser for a record of this source; for the source `auto`, the first that recognises the record.
    ///
    /// # Errors
    /// When the name is unknown (the message gives the nearest) or no parser recognises the record.
    pub fn parser_for(&self, source: &str, body: &[u8]) -> Result<&dyn Parser, Error> {
        self.index_for(source, body)
            .map(|index| &*self.parsers[index])
    }

    /// What stands behind an `@` names a feed and not a parser.
    pub(crate) fn index_for(&self, source: &str, body: &[u8]) -> Result<usize, Error> {
        let source = source.split_once('@').map_or(source, |(parser, _)| parser);
        if source == aurora_model::SourceName::AUTO {
            let seen = self.marks.look(body);
            let found = (0..self.parsers.len()).find(|at| self.recognises(*at, &seen, body));
            return found.ok_or_else(|| Error::Undetected {
                known: self.known(),
            });
        }
        let named = self.find(source).ok_or_else(|| self.unknown(source))?;
        let carried = &self.carries[named];
        if carried.is_empty() {
            return Ok(named);
        }
        let seen = self.marks.look(body);
        let inner = carried.iter().find(|at| self.recognises(**at, &seen, body));
        Ok(inner.copied().unwrap_or(named))
    }

    fn recognises(&self, at: usize, seen: &Seen, body: &[u8]) -> bool {
        let by_marks = self.marks.fits(at, seen, body);
        by_marks.unwrap_or_else(|| self.parsers[at].detects(body))
    }

    pub(crate) fn parser(&self, index: usize) -> &dyn Parser {
        &*self.parsers[index]
    }

    pub(crate) fn named(&self, name: &str) -> Result<&dyn Parser, Error> {
        let index = self.find(name).ok_or_else(|| self.unknown(name))?;
        Ok(self.parser(index))
    }

    /// Says whether a source's name is one that [`Registry::parser_for`] takes, for configuration and commands.
    ///
    /// # Errors
    /// When it is not; the message lists the known ones and the nearest.
    pub fn check_name(&self, source: &str) -> Result<(), Error> {
        let known = source == aurora_model::SourceName::AUTO || self.find(source).is_some();
        if known {
            Ok(())
        } else {
            Err(self.unknown(source))
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.parsers.iter().position(|parser| parser.name() == name)
    }

    fn known(&self) -> String {
        self.names().join(", ")
    }

    fn unknown(&self, name: &str) -> Error {
        Error::UnknownParser {
            name: name.to_owned(),
            known: format!("auto, {}", self.known()),
            nearest: aurora_nearest::nearest(name, self.names()),
        }
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Registry").field(&self.names()).finish()
    }
}

/// Names of parsers are compared all day long; an operator adds a handful.
fn leaked(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

fn read_folder(folder: &Path) -> Result<Folder, Error> {
    let name = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name =
        name.ok_or_else(|| Error::Unprepared(format!("`{}` has no name", folder.display())))?;
    let read = |file: &str| {
        let path = folder.join(file);
        std::fs::read_to_string(&path).map_err(|source| Error::Unread { path, source })
    };
    let about = match read("source.toml") {
        Ok(about) => about,
        Err(Error::Unread { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            format!("title = {name:?}\nreads = \"json-or-text\"\nsamples = \"our own format\"\n")
        }
        Err(error) => return Err(error),
    };
    Ok(Folder {
        name: leaked(&name),
        about: Cow::Owned(about),
        program: Cow::Owned(read("parser.vrl")?),
    })
}

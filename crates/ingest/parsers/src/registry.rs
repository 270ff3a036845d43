//! The list of parsers, and which of them a record meets.

use crate::content::{self, ContentParser, Spec};
use crate::{Error, Parser, auditd, detect, syslog, windows};

/// Every parser, in the order in which unnamed records are offered to them.
///
/// **Invariant:** which parser a record meets follows from its source's name and its bytes alone, never from what came
/// before.
pub struct Registry {
    parsers: Vec<Box<dyn Parser>>,
}

/// One line a source; the order decides where two would take a record. A source whose records carry another's (audit
/// records in syslog) stands before it, and what takes any shape stands last.
fn shipped() -> Vec<Box<dyn Parser>> {
    vec![
        Box::new(windows::WindowsParser::new()),
        Box::new(ContentParser::new(CLOUDTRAIL)),
        Box::new(ContentParser::new(SURICATA)),
        Box::new(ContentParser::new(ZEEK)),
        Box::new(auditd::AuditdParser::new()),
        Box::new(ContentParser::new(SYSLOG)),
        Box::new(ContentParser::new(JSON)),
    ]
}

const CLOUDTRAIL: Spec = Spec {
    name: "cloudtrail",
    version: 1,
    source: include_str!("../../../../content/parsers/cloudtrail/parser.vrl"),
    detects: detect::cloudtrail,
    decode: content::json_object,
    list: Some("Records"),
};

const SURICATA: Spec = Spec {
    name: "suricata",
    version: 1,
    source: include_str!("../../../../content/parsers/suricata/parser.vrl"),
    detects: detect::suricata,
    decode: content::json_object,
    list: None,
};

const ZEEK: Spec = Spec {
    name: "zeek",
    version: 1,
    source: include_str!("../../../../content/parsers/zeek/parser.vrl"),
    detects: detect::zeek,
    decode: content::json_object,
    list: None,
};

const SYSLOG: Spec = Spec {
    name: "syslog",
    version: 1,
    source: include_str!("../../../../content/parsers/syslog/parser.vrl"),
    detects: detect::syslog,
    decode: syslog::decode,
    list: None,
};

const JSON: Spec = Spec {
    name: "json",
    version: 1,
    source: include_str!("../../../../content/parsers/json/parser.vrl"),
    // Only by name: a shape that nobody knows is for the dead letter, where somebody sees it.
    detects: |_| false,
    decode: content::json_object,
    list: None,
};

impl Registry {
    /// The parsers that the product ships. Each program is compiled when its first record comes; see
    /// [`Registry::prepare`].
    ///
    /// # Errors
    /// None now; a registry that reads an operator's programs will have some.
    pub fn new() -> Result<Self, Error> {
        Ok(Self::of(shipped()))
    }

    /// Compiles every program that is not compiled yet, two at a time, so that no record waits. For the start of a
    /// long-lived site, on a thread that may block for about a second.
    ///
    /// # Errors
    /// When a program does not compile; the message shows VRL's diagnostics.
    pub fn prepare(&self) -> Result<(), Error> {
        let prepare = |parsers: &[Box<dyn Parser>]| {
            parsers
                .iter()
                .try_for_each(|parser| parser.prepare().map_err(Error::Unprepared))
        };
        let (first, second) = self.parsers.split_at(self.parsers.len() / 2);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| prepare(second));
            let this = prepare(first);
            other.join().expect("compiling does not panic").and(this)
        })
    }

    /// Exactly these parsers, in this order.
    pub fn of(parsers: Vec<Box<dyn Parser>>) -> Self {
        Self { parsers }
    }

    /// Adds an operator's program for JSON records (text, when they are no JSON), under its own name. Such a parser is
    /// never chosen by detection. The name is kept for the life of the process.
    ///
    /// # Errors
    /// When the name is taken or the program does not compile; the message shows VRL's diagnostics.
    pub fn add_program(&mut self, name: &str, source: &str) -> Result<(), Error> {
        if self.find(name).is_some() {
            return Err(Error::Taken(name.to_owned()));
        }
        let spec = Spec {
            name: Box::leak(name.to_owned().into_boxed_str()),
            version: 1,
            source: Box::leak(source.to_owned().into_boxed_str()),
            detects: |_| false,
            decode: |input| content::json_object(input).or_else(|_| content::text(input)),
            list: None,
        };
        let parser = ContentParser::new(spec);
        parser.prepare().map_err(Error::Unprepared)?;
        self.parsers.push(Box::new(parser));
        Ok(())
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
            let found = self.parsers.iter().position(|parser| parser.detects(body));
            return found.ok_or_else(|| Error::Undetected {
                known: self.known(),
            });
        }
        self.find(source).ok_or_else(|| self.unknown(source))
    }

    pub(crate) fn parser(&self, index: usize) -> &dyn Parser {
        &*self.parsers[index]
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

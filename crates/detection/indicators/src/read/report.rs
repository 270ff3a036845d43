/// What became of the files of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Indicators that were understood, duplicates among them.
    pub accepted: u64,
    /// Over before the import.
    pub expired: u64,
    /// What its author keeps out of detection: revoked objects, attributes without `to_ids`.
    pub not_meant: u64,
    /// What could not be understood.
    pub rejected: u64,
    /// The first of those, at most [`Report::LISTED`].
    pub listed: Vec<Rejected>,
}

/// Something that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub file: String,
    /// `line 7`, or an object's id.
    pub place: String,
    /// Its beginning: hostile text.
    pub text: String,
    pub reason: String,
}

impl Rejected {
    /// Characters of the text that are kept.
    pub const TEXT: usize = 120;
}

impl Report {
    pub const LISTED: usize = 200;

    pub(crate) fn reject(&mut self, what: Rejected) {
        self.rejected += 1;
        if self.listed.len() < Self::LISTED {
            self.listed.push(what);
        }
    }
}
